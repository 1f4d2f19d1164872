import { flushSync } from 'svelte';
import { beforeEach, expect, it, vi } from 'vitest';
import type { Account, Event, Overview, Request, StreamState, SyncReport } from './bindings';

const door = vi.hoisted(() => ({
  asked: [] as Request[],
  answer: (() => Promise.resolve(undefined)) as (request: Request) => Promise<unknown>,
  hear: (() => undefined) as (event: Event) => void,
}));
vi.mock('./api', () => ({
  Refusal: class extends Error {},
  call: (request: Request) => {
    door.asked.push(request);
    return door.answer(request);
  },
  onEvent: (hear: (event: Event) => void) => {
    door.hear = hear;
    return () => undefined;
  },
}));

const NOW = '2026-11-22T10:00:00Z';
const overview = (accounts: Partial<Account>[]): Partial<Overview> => ({
  now: NOW,
  sample: false,
  accounts: accounts as Account[],
});
const openai = (more: Partial<Account>): Partial<Account> => ({ id: 1, label: 'OpenAI', state: 'fresh', syncedAt: NOW, ...more });

async function fresh(accounts: Partial<Account>[]) {
  vi.resetModules();
  localStorage.clear();
  door.asked = [];
  door.answer = (request) => {
    if (request.method === 'overview') return Promise.resolve(overview(accounts));
    if (request.method === 'settings') return Promise.resolve({ timeZone: 'Asia/Kolkata', theme: 'dark', language: 'system' });
    if (request.method === 'changeSettings') return Promise.resolve(request.params);
    if (request.method === 'sync') return Promise.resolve({ accounts: [], complete: true } satisfies SyncReport);
    return Promise.resolve({});
  };
  const { app } = await import('./state.svelte');
  const stop = app.start();
  await vi.waitFor(() => {
    expect(app.overview).not.toBeNull();
  });
  stop();
  return app;
}

const asked = (method: Request['method']): Request[] => door.asked.filter((request) => request.method === method);

beforeEach(() => {
  delete document.documentElement.dataset['theme'];
});

it('wears the theme of the settings and keeps the rest of them when it changes', async () => {
  const app = await fresh([openai({})]);
  await vi.waitFor(() => {
    expect(document.documentElement.dataset['theme']).toBe('dark');
  });
  await app.setTheme('light');
  expect(document.documentElement.dataset['theme']).toBe('light');
  expect(asked('changeSettings')).toEqual([
    { method: 'changeSettings', params: { timeZone: 'Asia/Kolkata', theme: 'light', language: 'system' } },
  ]);
  await app.setTheme('system');
  expect(document.documentElement.dataset['theme']).toBeUndefined();
});

it('reads what is new at the start when figures are missing or old, and not otherwise', async () => {
  await fresh([openai({ state: 'new', syncedAt: null })]);
  await vi.waitFor(() => {
    expect(asked('sync')).toHaveLength(1);
  });
  await fresh([openai({ syncedAt: '2026-11-22T09:00:00Z' })]);
  await vi.waitFor(() => {
    expect(asked('sync')).toHaveLength(1);
  });
  for (const quiet of [[openai({}), openai({ id: 2, state: 'keyRejected', syncedAt: null })], [openai({ state: 'syncing' }), openai({ id: 2, state: 'stale', syncedAt: null })]]) {
    const app = await fresh(quiet);
    await app.refresh();
    expect(asked('sync')).toHaveLength(0);
  }
});

it('shows the figures that came with the page at once, and reads them anew once they are painted', async () => {
  vi.resetModules();
  door.asked = [];
  door.answer = (request) => Promise.resolve(request.method === 'overview' ? overview([openai({ label: 'Later' })]) : { theme: 'dark', language: 'system' });
  const { app } = await import('./state.svelte');
  void app.begin(overview([openai({})]) as Overview);
  const stop = app.start();
  expect(app.overview?.accounts[0]?.label).toBe('OpenAI');
  expect(app.begun).toBe(false);
  expect(door.asked).toEqual([]);
  await vi.waitFor(() => {
    expect(app.overview?.accounts[0]?.label).toBe('Later');
  });
  expect(app.begun).toBe(true);
  expect(asked('settings')).toHaveLength(1);
  stop();
});

it('shows a sync that began before it listened', async () => {
  const app = await fresh([openai({ state: 'syncing' })]);
  flushSync();
  expect(app.progress).toBe('Syncing OpenAI…');
  door.hear({ type: 'syncProgress', account: 1, stream: 'costs', done: 1, total: 4, first: false });
  flushSync();
  expect(app.progress).toBe('Syncing OpenAI: 1 of 4');
});

it('says what is being read and how far it is', async () => {
  const app = await fresh([openai({}), openai({ id: 2, label: 'Anthropic' })]);
  expect(app.progress).toBeNull();
  door.hear({ type: 'syncStarted', account: 1 });
  flushSync();
  expect(app.progress).toBe('Syncing OpenAI…');
  door.hear({ type: 'syncProgress', account: 1, stream: 'costs', done: 12, total: 40, first: true });
  door.hear({ type: 'syncProgress', account: 2, stream: 'costs', done: 8, total: 10, first: false });
  flushSync();
  expect(app.progress).toBe('Importing OpenAI: 12 of 40');
  expect(app.part).toBe(0.4);
  door.hear({ type: 'synced', account: 1 });
  flushSync();
  expect(app.progress).toBe('Syncing Anthropic: 8 of 10');
});

it('asks again after an event, once for many', async () => {
  const app = await fresh([openai({})]);
  const before = asked('overview').length;
  const edition = app.edition;
  for (let at = 0; at < 5; at += 1) door.hear({ type: 'synced', account: 1 });
  await app.refresh();
  expect(asked('overview').length - before).toBe(2);
  expect(app.edition).toBe(edition + 5);
});

/** What a sync brings: the states of the one stream of each account, in their order. */
function report(states: readonly StreamState[]): SyncReport {
  const stream = { stream: 'costs', sees: 'cost', message: null, retryAt: null, booked: 0, pages: 0, from: null, to: null };
  const accounts = states.map((state, at) => ({ account: at + 1, provider: 'openai', label: ['OpenAI', 'Anthropic'][at] ?? '', streams: [{ ...stream, state }] }));
  return { accounts, complete: states.every((state) => state === 'ok') };
}

it.each<[StreamState, string, boolean]>([
  ['ok', 'Everything is up to date.', false],
  ['forbidden', 'Not everything could be read: OpenAI.', true],
  ['cancelled', 'Sync cancelled. What was read is kept.', false],
  ['busy', 'OpenAI cannot be read just now: something else works on it. Sync again in a moment.', false],
])('says what came of a sync: %s', async (state, text, bad) => {
  const app = await fresh([openai({})]);
  const answer = door.answer;
  door.answer = (request) => (request.method === 'sync' ? Promise.resolve(report([state, 'ok'])) : answer(request));
  await app.sync();
  expect(app.notice).toEqual({ text, bad });
});

it('goes on showing a sync that it did not ask for', async () => {
  const app = await fresh([openai({}), openai({ id: 2, label: 'Anthropic' })]);
  const answer = door.answer;
  door.answer = (request) => (request.method === 'sync' ? Promise.resolve(report(['ok'])) : answer(request));
  door.hear({ type: 'syncStarted', account: 1 });
  door.hear({ type: 'syncStarted', account: 2 });
  await app.sync(1);
  expect(app.progress).toBe('Syncing Anthropic…');
  door.hear({ type: 'synced', account: 2 });
  expect(app.progress).toBeNull();
});

it('reads all accounts when asked to while one is read in the background, and not twice', async () => {
  const app = await fresh([openai({}), openai({ id: 2, label: 'Anthropic' })]);
  const answer = door.answer;
  let end: (of: SyncReport) => void = () => undefined;
  door.answer = (request) => (request.method === 'sync' ? new Promise<SyncReport>((resolve) => (end = resolve)) : answer(request));
  door.hear({ type: 'syncStarted', account: 1 });
  const all = app.sync();
  expect(app.syncingAll).toBe(true);
  await app.sync();
  expect(asked('sync')).toHaveLength(1);
  end(report(['ok', 'ok']));
  await all;
  expect(app.notice).toEqual({ text: 'Everything is up to date.', bad: false });
  expect(app.syncingAll).toBe(false);
});

it('reads anew when a person comes back after a while, and not at every glance', async () => {
  vi.resetModules();
  const { app } = await import('./state.svelte');
  door.answer = (request) => Promise.resolve(request.method === 'overview' ? overview([openai({})]) : {});
  const stop = app.start();
  await vi.waitFor(() => {
    expect(app.overview).not.toBeNull();
  });
  const before = app.edition;
  dispatchEvent(new Event('focus'));
  expect(app.edition).toBe(before);
  vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 31_000);
  dispatchEvent(new Event('focus'));
  expect(app.edition).toBe(before + 1);
  vi.restoreAllMocks();
  stop();
  dispatchEvent(new Event('focus'));
  expect(app.edition).toBe(before + 1);
});

it.each([
  ['has just begun', 0, 1],
  ['goes on for long', 31_000, 2],
])('reads once more for who comes back while a reading goes on for long: one %s', async (_, away, times) => {
  const app = await fresh([openai({})]);
  const stop = app.start();
  await app.refresh();
  let answer: (overview: unknown) => void = () => undefined;
  door.answer = () =>
    new Promise((resolve) => {
      answer = resolve;
    });
  const before = asked('overview').length;
  const reading = app.refresh();
  vi.spyOn(Date, 'now').mockReturnValue(Date.now() + away);
  for (let glance = 0; glance < 2; glance += 1) dispatchEvent(new Event('focus'));
  expect(asked('overview').length - before).toBe(1);
  door.answer = () => Promise.resolve(overview([openai({})]));
  answer(overview([openai({})]));
  await reading;
  expect(asked('overview').length - before).toBe(times);
  vi.restoreAllMocks();
  stop();
});

it('keeps the last good figures when the next ones do not come', async () => {
  const app = await fresh([openai({})]);
  const good = app.overview;
  const { Refusal } = await import('./api');
  door.answer = () => Promise.reject(new Refusal({ code: 'store', message: 'The disk is full.', retryAt: null }));
  await app.refresh();
  expect(app.overview).toBe(good);
  expect(app.failure).not.toBeNull();
});

it('counts the alerts that were not seen, from the overview and from the core as they come', async () => {
  const app = await fresh([openai({})]);
  const answer = door.answer;
  door.answer = (request) =>
    request.method === 'overview' ? Promise.resolve({ ...overview([openai({})]), unseenAlerts: 2 }) : answer(request);
  await app.refresh();
  expect(app.unseen).toBe(2);
  const before = asked('overview').length;
  const { alerts } = app;
  door.hear({ type: 'alerted', unseen: 3 });
  expect(app.unseen).toBe(3);
  expect(app.alerts).toBe(alerts + 1);
  expect(asked('overview')).toHaveLength(before);
});

it('goes to the screen that a notification asks for, and nowhere where there is none of that name', async () => {
  const app = await fresh([openai({})]);
  door.hear({ type: 'show', screen: 'credits' });
  expect(app.screen).toBe('credits');
  door.hear({ type: 'show', screen: 'nowhere' });
  expect(app.screen).toBe('credits');
  door.hear({ type: 'show', screen: 'inbox' });
  expect(app.screen).toBe('inbox');
});

it('opens the inbox by the bell and goes back by it', async () => {
  const app = await fresh([openai({})]);
  app.open('limits');
  app.bell();
  expect(app.screen).toBe('inbox');
  app.bell();
  expect(app.screen).toBe('limits');
});

it('takes back what was removed last and reads everything again', async () => {
  const app = await fresh([openai({})]);
  const before = asked('overview').length;
  app.offerUndo('The lot is removed.', async () => {
    const { call } = await import('./api');
    await call({ method: 'accounts' });
  });
  expect(app.undoing.shown?.text).toBe('The lot is removed.');
  await app.undo();
  expect(asked('accounts')).toHaveLength(1);
  expect(asked('overview').length).toBe(before + 1);
  expect(app.undoing.shown).toBeNull();
  expect(app.notice).toEqual({ text: 'It is back.', bad: false });
  await app.undo();
  expect(asked('overview').length).toBe(before + 1);
});

it('forgets what was looked into when sample data is entered or left', async () => {
  const app = await fresh([openai({})]);
  const { looked } = await import('./looked.svelte');
  looked.go({ ...looked.view, filters: [{ only: { by: 'client', key: 'Acme', provider: null, account: null }, name: 'Acme' }] });
  await app.sample(true);
  expect(looked.views).toHaveLength(1);
  expect(looked.view.filters).toEqual([]);
});
