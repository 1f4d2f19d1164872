// Everything that can be done or gone to from anywhere: by the palette, by the menu of the window, and by keys.

import en from './messages/en/shell.json';
import type { UsageRow } from './bindings';
import { into } from './drill';
import { looked } from './looked.svelte';
import { t, type MessageKey } from './messages.svelte';
import type { Command } from './palette';
import type { IconName } from './parts/Icon.svelte';
import { amountsHidden } from './privacy.svelte';
import { press } from './reach';
import { app, SCREENS, type Screen } from './state.svelte';

/** How keys are called on this system. */
export const MODIFIER = /mac/i.test(navigator.userAgent) ? '⌘' : 'Ctrl ';
export const SHIFT = /mac/i.test(navigator.userAgent) ? '⇧' : 'Shift ';

/** What is not on a screen of its own. */
export interface Here {
  help: (what: 'shortcuts' | 'guide') => void;
}

type ShellKey = keyof typeof en;
const SECTIONS: readonly (readonly [string, IconName, ShellKey])[] = [
  ['appearance', 'system', 'shell.settings.appearance'],
  ['zone', 'wait', 'shell.settings.zone'],
  ['currency', 'credits', 'shell.settings.currency'],
  ['budgets', 'limits', 'shell.settings.budgets'],
  ['assignments', 'accounts', 'shell.settings.assignments'],
  ['alerts', 'bell', 'shell.settings.alerts'],
  ['channels', 'bell', 'shell.settings.channels'],
  ['refresh', 'sync', 'shell.settings.refresh'],
  ['data', 'table', 'shell.settings.data'],
  ['about', 'info', 'shell.settings.about'],
];

export function screenName(screen: Screen): string {
  return t(`shell.screen.${screen}` as MessageKey);
}

/** What spending is known by: the groups of it that can be gone to. */
export const GROUPS = ['model', 'project', 'client'] as const;
export type Groups = Readonly<Partial<Record<(typeof GROUPS)[number], readonly UsageRow[]>>>;
/** Of each grouping the dearest; the others are on the screen itself. */
const MOST = 40;

/** Jumps into Spend: a model, a project, a client. */
function jumps(groups: Groups): Command[] {
  return GROUPS.flatMap((by) =>
    (groups[by] ?? []).slice(0, MOST).flatMap(({ key, name, provider, account }): Command[] => {
      if (key === null) return [];
      const only = { by, key, provider, account };
      return [
        {
          id: `spend:${by}:${String(account ?? provider ?? '')}:${key}`,
          name,
          group: t(`shell.palette.${by}`),
          icon: 'spend',
          also: `${en['shell.screen.spend']} ${en[`shell.palette.${by}`]} ${key}`,
          run: () => {
            const view = into({ ...looked.view, filters: [], step: null }, { from: null, to: null, only }, name);
            if (view) looked.go(view);
            app.open('spend');
          },
        },
      ];
    }),
  );
}

/** Every command there is now. */
export function commands(here: Here, groups: Groups = {}): Command[] {
  const actions = t('shell.palette.actions');
  const act = (id: string, key: ShellKey, icon: IconName, run: () => void, keys = ''): Command => {
    const also = `shell.also.${id}` as ShellKey;
    // In every language it is found by its English words, too.
    const words = also in en ? `${en[also]} ${t(also)}` : '';
    return { id, name: t(key), group: actions, icon, keys, also: `${en[key]} ${words}`, run };
  };
  const at = (screen: Screen, testid: string) => (): void => {
    app.open(screen, { testid, press: true });
  };
  /** To a field, or to a button that somebody presses for themselves. */
  const to = (screen: Screen, testid: string) => (): void => {
    app.open(screen, { testid });
  };
  const sample = app.overview?.sample ?? false;
  /** What is for accounts of one's own says so. */
  const later = (): void => {
    app.open('accounts');
    app.notice = { text: t('shell.sample.leaveFirst'), bad: true };
  };
  const hidden = amountsHidden();
  const screens = [...SCREENS, 'inbox' as const].map(
    (screen, place): Command => ({
      id: `screen:${screen}`,
      name: screenName(screen),
      group: t('shell.palette.screens'),
      icon: screen === 'inbox' ? 'bell' : screen,
      keys: `${MODIFIER}${screen === 'inbox' ? 'I' : String(place + 1)}`,
      also: `${en[`shell.screen.${screen}`]} ${t(`shell.answers.${screen}` as MessageKey)}`,
      run: () => {
        app.open(screen);
      },
    }),
  );
  const own: Command[] = sample
    ? [
        act('sampleLeave', 'shell.command.sampleLeave', 'sample', () => void app.sample(false)),
        act('addAccount', 'shell.command.addAccount', 'plus', later),
        act('import', 'shell.command.import', 'down', later),
        act('enter', 'shell.command.enter', 'plus', later),
      ]
    : [
        act('addAccount', 'shell.command.addAccount', 'plus', to('accounts', 'key-input')),
        act('import', 'shell.command.import', 'down', at('accounts', 'import-open')),
        act('enter', 'shell.command.enter', 'plus', at('accounts', 'entry-open')),
        act('sample', 'shell.command.sample', 'sample', () => void app.sample(true)),
      ];
  const doing: Command[] = [
    act('sync', 'shell.command.sync', 'sync', () => void app.sync(), `${MODIFIER}R`),
    ...own,
    act('budget', 'shell.command.budget', 'limits', at('settings', 'budget-add')),
    act('lot', 'shell.command.lot', 'credits', at('credits', 'lot-add')),
    act('chart', 'shell.command.chart', 'spend', () => {
      // Where the screen shows a chart it is that one.
      if (document.querySelector('[data-testid="chart-keep"]')) void press('chart-keep');
      else app.open('spend', { testid: 'chart-keep', press: true });
    }),
    act('backUp', 'shell.command.backUp', 'down', at('settings', 'back-up')),
    act('restore', 'shell.command.restore', 'up', to('settings', 'restore')),
    act('export', 'shell.command.export', 'table', to('settings', 'export-all')),
    act('delete', 'shell.command.delete', 'close', to('settings', 'delete-everything')),
    act('assign', 'shell.command.assign', 'accounts', app.overview?.accounts.length ? to('settings', 'assign-name') : () => {
      app.open('settings', 'settings-assignments');
    }),
    act('client', 'shell.command.client', 'spend', at('spend', 'client-summary')),
    act('webhook', 'shell.command.webhook', 'bell', () => {
      app.open('settings', 'settings-channels');
    }),
    act('prices', 'shell.command.prices', 'sync', at('settings', 'fresher-prices-now')),
    act('rates', 'shell.command.rates', 'sync', at('settings', 'fresher-rates-now')),
    act('plans', 'shell.command.plans', 'sync', at('settings', 'fresher-plans-now')),
    act('privacy', hidden ? 'shell.command.privacyOff' : 'shell.command.privacyOn', hidden ? 'eye' : 'hide', () => {
      app.setPrivacy(!hidden);
    }, `${MODIFIER}${SHIFT}P`),
    act('light', 'shell.command.light', 'light', () => void app.setTheme('light')),
    act('dark', 'shell.command.dark', 'dark', () => void app.setTheme('dark')),
    act('system', 'shell.command.system', 'system', () => void app.setTheme('system')),
    { ...act('en', 'shell.command.english', 'language', () => void app.setLanguage('en')), name: 'English' },
    { ...act('hi', 'shell.command.hindi', 'language', () => void app.setLanguage('hi')), name: 'हिन्दी' },
    act('shortcuts', 'shell.command.shortcuts', 'info', () => {
      here.help('shortcuts');
    }, '?'),
    act('guide', 'shell.command.guide', 'info', () => {
      here.help('guide');
    }),
  ];
  const accounts = (app.overview?.accounts ?? []).map(
    ({ id, label, providerName }): Command => ({
      id: `account:${String(id)}`,
      name: label,
      group: t('shell.palette.accounts'),
      icon: 'accounts',
      also: providerName,
      run: () => {
        app.open('accounts', `account-${String(id)}`);
      },
    }),
  );
  const settings = SECTIONS.map(
    ([section, icon, key]): Command => ({
      id: `settings:${section}`,
      name: t(key),
      group: t('shell.screen.settings'),
      icon,
      also: en[key],
      run: () => {
        app.open('settings', `settings-${section}`);
      },
    }),
  );
  return [...screens, ...doing.filter(({ id }) => id !== 'sync' || accounts.length > 0), ...accounts, ...jumps(groups), ...settings];
}
