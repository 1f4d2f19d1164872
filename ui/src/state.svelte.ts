// What the window knows. Screens read it; everything that changes it goes through the door.

import { call, onEvent, Refusal } from './api';
import type { Account, Event, Language, Overview, Settings, StreamState, SyncReport, Theme } from './bindings';
import * as format from './format';
import { looked } from './looked.svelte';
import { speak, t } from './messages.svelte';
import { amountsHidden, hideAmounts } from './privacy.svelte';
import type { Place } from './reach';
import { rememberedTheme, wear } from './theme';
import { rememberedWidth, rememberWidth } from './widths';
import { UndoOffers, type PutOff } from './undo.svelte';

/** The screens of the navigation, in its order. */
export const SCREENS = ['today', 'spend', 'credits', 'limits', 'plans', 'estimate', 'accounts', 'settings'] as const;
/** The inbox is behind the bell. */
export type Screen = (typeof SCREENS)[number] | 'inbox';

interface Progress {
  done: number;
  total: number;
  first: boolean;
}

/** How long the present may stand still before relative times look wrong. */
const TICK = 20_000;
/** After this long elsewhere figures are read anew, in milliseconds. */
const AWAY = 30_000;
/** Figures are read again at the start when they are older than this. */
const STALE = 15 * 60_000;

class WindowState {
  screen = $state<Screen>('today');
  /** The place of the screen that is gone to. */
  place = $state.raw<Place | null>(null);
  /** What is to be done when something is chosen from the window's menu. */
  onchosen: ((what: string) => void) | null = null;
  overview = $state.raw<Overview | null>(null);
  /** Whether the first figures are painted: what stands below them comes after. */
  begun = $state(true);
  /** Why there is no overview, or no fresh one. */
  failure = $state.raw<Refusal | null>(null);
  settings = $state.raw<Settings | null>(null);
  theme = $state<Theme>(rememberedTheme());
  /** What is being read, by account. */
  syncing = $state<Record<number, Progress>>({});
  /** How many syncs this window asked for that have not come back. */
  asked = $state(0);
  /** Whether one of them is of all accounts. What else is read in the background keeps nobody from asking for it. */
  syncingAll = $state(false);
  /** Whether sample data is being entered or left. */
  switching = $state<'in' | 'out' | null>(null);
  /** The last thing worth saying, for eyes and for the live region. */
  notice = $state<{ text: string; bad: boolean } | null>(null);
  /** What was removed and can be taken back yet. */
  readonly undoing = new UndoOffers();
  /** Grows whenever figures may have changed, so that screens ask again. */
  edition = $state(0);
  /** How many alerts were not seen yet. */
  unseen = $state(0);
  /** Grows whenever alerts were raised, delivered or answered. */
  alerts = $state(0);
  /** The present, by the core's clock. */
  now = $state(Date.now());

  // The window most often opens as wide as it was: then the first answer brings a chart that fits.
  #chartWidth = rememberedWidth();
  #before: Screen = 'today';
  #reading: Promise<void> | null = null;
  /** When the reading under way was begun. */
  #asked = 0;
  #again = false;
  #ahead = 0;
  #joined: readonly number[] = [];
  #given = false;

  /** What is being read, in words. */
  progress = $derived.by(() => {
    const entries = Object.entries(this.syncing);
    if (entries.length === 0) return this.asked > 0 ? t('shell.sync.running') : null;
    const known = entries.filter(([, part]) => part.total > 0);
    const first = known.find(([, part]) => part.first) ?? known[0];
    if (!first) return t('shell.sync.of', { accounts: format.names(entries.map(([id]) => this.nameOf(Number(id)))) });
    const [id, part] = first;
    const far = { account: this.nameOf(Number(id)), done: format.count(part.done), total: format.count(part.total) };
    return part.first ? t('shell.sync.importing', far) : t('shell.sync.reading', far);
  });

  /** The share of what is being read that is done, where it is known. */
  part = $derived.by(() => {
    const known = Object.values(this.syncing).filter(({ total }) => total > 0);
    const sum = (of: 'done' | 'total'): number => known.reduce((all, part) => all + part[of], 0);
    return known.length > 0 ? sum('done') / sum('total') : null;
  });

  nameOf(account: number): string {
    return this.overview?.accounts.find(({ id }) => id === account)?.label ?? t('shell.sync.account');
  }

  /** The present UTC day. */
  get today(): string {
    return new Date(this.now).toISOString().slice(0, 10);
  }

  /** Takes the first figures or asks for them, before there is a page to show them. */
  async begin(first: Overview | null = null): Promise<void> {
    this.begun = false;
    if (first) {
      this.#takeOverview(first);
      this.#given = true;
    } else {
      await this.refresh();
    }
    // What came with the page has no chart. Out of sight there is no frame to wait for.
    const hidden = document.hidden;
    if (first && hidden) this.#readAll();
    requestAnimationFrame(() => setTimeout(() => {
      this.begun = true;
      if (first && !hidden) this.#readAll();
    }));
  }

  /** Starts listening and reads everything. The returned function ends it. */
  start(): () => void {
    // The window may have been started for a screen.
    this.#show(location.hash.slice(1));
    const stop = onEvent((event) => {
      this.#hear(event);
    });
    const tick = setInterval(() => {
      this.#tick();
    }, TICK);
    addEventListener('focus', this.#back);
    // What came with the page is read anew once it is painted.
    if (!this.#given) this.#readAll();
    return () => {
      clearInterval(tick);
      removeEventListener('focus', this.#back);
      stop();
    };
  }

  /** Who comes back from elsewhere, such as a terminal, may have booked something there. */
  readonly #back = (): void => {
    const read = this.overview ? Date.parse(this.overview.now) - this.#ahead : 0;
    // What is being read now holds what was booked before it began.
    const then = this.#reading ? this.#asked : read;
    if (Date.now() - then > AWAY) void this.#changed();
  };

  #readAll(): void {
    void this.#readSettings();
    // It may have been asked for before the page stood.
    void (this.#reading ?? this.refresh()).then(() => this.#catchUp());
  }

  open(screen: Screen, place: Place | null = null): void {
    this.place = place;
    if (this.screen === screen) return;
    this.#before = this.screen;
    this.screen = screen;
    if (this.notice && !this.notice.bad) this.notice = null;
  }

  /** The bell: to the inbox, and back to where one was. */
  bell(): void {
    this.open(this.screen === 'inbox' ? this.#before : 'inbox');
  }

  /** Reads the overview; a call during a call makes one more follow. */
  refresh(): Promise<void> {
    if (this.#reading) {
      this.#again = true;
      return this.#reading;
    }
    this.#reading = (async () => {
      do {
        this.#again = false;
        this.#asked = Date.now();
        await this.#readOverview();
      } while (this.#again);
    })().finally(() => {
      this.#reading = null;
    });
    return this.#reading;
  }

  /** Asks for charts of this width from now on. */
  fitChart(width: number): void {
    if (width === this.#chartWidth) return;
    this.#chartWidth = width;
    rememberWidth(width);
    void this.refresh();
  }

  async sync(account: number | null = null): Promise<void> {
    const all = account === null;
    if (all && (this.syncingAll || this.overview?.accounts.length === 0)) return;
    if (all) this.syncingAll = true;
    this.asked += 1;
    this.notice = null;
    try {
      const report = await call({ method: 'sync', params: { account } });
      for (const { account, streams } of report.accounts) {
        if (streams.every(({ state }) => state !== 'busy')) this.#leave(account);
      }
      this.notice = this.#whatCame(report);
    } catch (error) {
      this.say(error);
    } finally {
      this.asked -= 1;
      if (all) this.syncingAll = false;
      await this.#changed();
    }
  }

  /** A sync in one sentence: what failed before what was stopped, and that before what had to wait. */
  #whatCame({ accounts, complete }: SyncReport): { text: string; bad: boolean } {
    if (complete) return { text: t('shell.sync.upToDate'), bad: false };
    const those = (is: (state: StreamState) => boolean): string[] =>
      accounts.filter(({ streams }) => streams.some(({ state }) => is(state))).map(({ account, label }) => this.overview?.accounts.find(({ id }) => id === account)?.label ?? label);
    const failed = those((state) => !['ok', 'absent', 'busy', 'cancelled'].includes(state));
    if (failed.length > 0) return { text: t('shell.sync.notAll', { accounts: format.names(failed) }), bad: true };
    if (those((state) => state === 'cancelled').length > 0) return { text: t('shell.sync.cancelled'), bad: false };
    return { text: t('shell.sync.elsewhere', { accounts: format.names(those((state) => state === 'busy')) }), bad: false };
  }

  async cancelSync(): Promise<void> {
    try {
      await call({ method: 'cancelSync' });
      this.notice = { text: t('shell.sync.cancelled'), bad: false };
    } catch (error) {
      this.say(error);
    }
  }

  async sample(enter: boolean): Promise<void> {
    const way = enter ? 'in' : 'out';
    if (this.switching === way) return;
    this.switching = way;
    this.notice = null;
    // What was removed, and what was looked into, is of the other store.
    this.undoing.clear();
    looked.leave();
    this.screen = 'today';
    try {
      // Entering ends with the import; sample data can be left before that.
      await call(enter ? { method: 'enterSample' } : { method: 'leaveSample' });
    } catch (error) {
      this.say(error);
    } finally {
      if (this.switching === way) this.switching = null;
      if (this.asked === 0) this.syncing = {};
      await this.#changed();
    }
  }

  async setTheme(theme: Theme): Promise<void> {
    this.theme = theme;
    wear(theme);
    try {
      const settings = this.settings ?? (await call({ method: 'settings' }));
      this.settings = await call({ method: 'changeSettings', params: { ...settings, theme } });
    } catch (error) {
      this.say(error);
    }
  }

  /** Hides every amount, or shows them again. */
  setPrivacy(on: boolean): void {
    hideAmounts(on);
    this.notice = { text: on ? t('shell.privacy.on') : t('shell.privacy.off'), bad: false };
  }

  get privacy(): boolean {
    return amountsHidden();
  }

  async setLanguage(language: Language): Promise<void> {
    await speak(language);
    // The core's sentences are put into words when they come.
    void this.#changed();
    try {
      const settings = this.settings ?? (await call({ method: 'settings' }));
      this.settings = await call({ method: 'changeSettings', params: { ...settings, language } });
    } catch (error) {
      this.say(error);
    }
  }

  /** An account came, went or got another key. */
  async accountChanged(account: Account | null): Promise<void> {
    // Asked for at once: the loop, which hears of it, too, then waits for what comes of it.
    const read = account ? this.sync(account.id) : null;
    await this.#changed();
    await read;
  }

  /** Says what was removed and offers to take it back, with what is put off until that can no longer be. */
  offerUndo(text: string, undo: () => Promise<void>, putOff: PutOff | null = null): void {
    if (this.notice && !this.notice.bad) this.notice = null;
    this.undoing.offer(text, undo, putOff);
  }

  /** Takes back what was removed last, where it still can be, and reads everything again. */
  async undo(): Promise<void> {
    try {
      if (!(await this.undoing.take())) return;
      this.notice = { text: t('shell.undo.done'), bad: false };
    } catch (error) {
      this.say(error);
    }
    await this.#changed();
  }

  say(error: unknown): void {
    if (error instanceof Refusal && error.code === 'cancelled') return;
    const text = error instanceof Error ? error.message : t('shell.wrong');
    this.notice = { text, bad: true };
  }

  /** Opens the screen of this name, if there is one. */
  #show(name: string): void {
    const asked = [...SCREENS, 'inbox' as const].find((screen) => screen === name);
    if (asked) this.open(asked);
  }

  async #changed(): Promise<void> {
    this.edition += 1;
    await this.refresh();
  }

  /** Reads what is new where figures are missing or old. */
  async #catchUp(): Promise<void> {
    const old = (account: Account): boolean =>
      account.state === 'new' ||
      ((account.state === 'fresh' || account.state === 'stale') &&
        (account.syncedAt === null || this.now - Date.parse(account.syncedAt) > STALE));
    // What is being read brings what is new; the loop comes to the rest.
    if (this.progress === null && this.overview?.accounts.some(old)) await this.sync();
  }

  /** A sync that began before the window listened is shown, and can be cancelled, like any other. Later ones are heard of. */
  #joinSyncs(accounts: readonly Account[]): void {
    const first = !this.overview;
    for (const { id, state } of accounts) {
      if (first && state === 'syncing' && !(id in this.syncing)) {
        this.syncing[id] = { done: 0, total: 0, first: false };
        this.#joined = [...this.#joined, id];
      } else if (state !== 'syncing' && this.#joined.includes(id)) {
        this.#leave(id);
      }
    }
  }

  #leave(account: number): void {
    this.#joined = this.#joined.filter((id) => id !== account);
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- accounts come and go
    delete this.syncing[account];
  }

  #takeOverview(overview: Overview): void {
    this.#ahead = Date.parse(overview.now) - Date.now();
    this.now = Date.parse(overview.now);
    this.#joinSyncs(overview.accounts);
    this.overview = overview;
    this.unseen = overview.unseenAlerts;
    this.failure = null;
  }

  async #readOverview(): Promise<void> {
    try {
      const chartWidth = this.#chartWidth;
      const overview = await call({ method: 'overview', params: chartWidth > 0 ? { chartWidth } : {} });
      this.#takeOverview(overview);
    } catch (error) {
      this.failure = error instanceof Refusal ? error : null;
      if (!this.failure) this.say(error);
    }
  }

  async #readSettings(): Promise<void> {
    try {
      this.settings = await call({ method: 'settings' });
      this.theme = this.settings.theme;
      wear(this.theme);
      await speak(this.settings.language);
    } catch {
      // The overview meets the same failure and shows it.
    }
  }

  #tick(): void {
    const before = this.today;
    this.now = Date.now() + this.#ahead;
    if (this.today !== before) void this.#changed();
  }

  #hear(event: Event): void {
    if (event.type === 'changed') {
      void this.#readSettings();
      void this.#changed();
      return;
    }
    if (event.type === 'alerted') {
      this.unseen = event.unseen;
      this.alerts += 1;
      return;
    }
    if (event.type === 'show') {
      this.#show(event.screen);
      return;
    }
    if (event.type === 'chosen') {
      this.onchosen?.(event.what);
      return;
    }
    // These are for the window, not for the page.
    if (event.type === 'menuAsked' || event.type === 'quitAsked') return;
    // Whoever asked for it shows how far it is.
    if (event.type === 'importProgress' || event.type === 'exportProgress') return;
    const { account } = event;
    if (event.type === 'syncStarted') {
      this.syncing[account] = { done: 0, total: 0, first: false };
    } else if (event.type === 'syncProgress') {
      this.syncing[account] = { done: event.done, total: event.total, first: event.first };
    } else {
      this.#leave(account);
      void this.#changed();
    }
  }
}

export const app = new WindowState();
