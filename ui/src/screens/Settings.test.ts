import { flushSync, mount, tick, unmount } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Request } from '../bindings';
import { useLocale } from '../format';
import { pretendBrowser } from '../pretend';
import { app } from '../state.svelte';
import SettingsScreen from './Settings.svelte';

const asked = vi.hoisted(() => vi.fn<(request: Request) => Promise<unknown>>());
vi.mock('../api', () => ({ call: asked, Refusal: class extends Error {}, onEvent: () => () => undefined, pauseAsking: () => undefined }));

const BUDGET = {
  id: 7,
  of: { kind: 'all' },
  label: 'Everything',
  span: 'month',
  amount: '400',
  currency: 'USD',
  from: '2026-11-01',
  to: '2026-12-01',
  spent: '231.04',
  percent: 57,
  pacePercent: 58,
  forecast: null,
  forecastUnknown: null,
  lane: 'billed',
  notes: [],
};

let page: Record<string, unknown>;
let budgets: unknown[];

const find = (id: string): HTMLElement | null => document.querySelector<HTMLElement>(`[data-testid="${id}"]`);

async function settle(): Promise<void> {
  for (let turn = 0; turn < 8; turn += 1) await tick();
  flushSync();
}

async function click(id: string): Promise<void> {
  find(id)?.click();
  await settle();
}

beforeEach(async () => {
  useLocale('en-US');
  pretendBrowser();
  window.matchMedia = vi.fn(() => ({ matches: true }) as MediaQueryList);
  budgets = [BUDGET];
  asked.mockReset().mockImplementation(({ method }) => {
    if (method === 'budgets') return Promise.resolve(budgets);
    if (method === 'alertSettings') return Promise.resolve({ rules: [], lowBalanceDays: 7, lowBalances: [], quiet: null, desktop: true });
    if (method === 'planCatalogue') return Promise.resolve({ source: { plans: 1, url: null, dated: null } });
    if (method === 'watching' || method === 'webhook' || method === 'about') return Promise.reject(new Error('Not now.'));
    return Promise.resolve(null);
  });
  page = mount(SettingsScreen, { target: document.body });
  await settle();
});

afterEach(async () => {
  await unmount(page);
});

it('leads to each section by its name, with the focus on its head', async () => {
  const scrolled: string[] = [];
  Element.prototype.scrollIntoView = function (this: Element) {
    scrolled.push(this.id);
  };
  const links = [...(find('settings-sections')?.querySelectorAll('a') ?? [])];
  for (const link of links) {
    const id = link.getAttribute('href')?.slice(1) ?? '';
    expect(document.getElementById(id)?.querySelector('h2')?.textContent, id).toBe(link.textContent);
  }
  await click('settings-to-data');
  expect(scrolled).toEqual(['settings-data']);
  expect(document.activeElement?.id).toBe('settings-data-title');
  expect(find('settings-to-data')?.getAttribute('aria-current')).toBe('true');
});

it('lets a removed budget be put back as it was', async () => {
  let undo: (() => Promise<void>) | null = null;
  const offered = vi.spyOn(app, 'offerUndo').mockImplementation((text, back) => {
    expect(text).toBe('The budget is removed.');
    undo = back;
  });
  await click('budget-change');
  await click('budget-remove');
  budgets = [];
  await click('budget-remove-confirm');
  expect(offered).toHaveBeenCalledOnce();
  expect(find('budget')).toBeNull();
  await (undo as unknown as () => Promise<void>)();
  const requests = asked.mock.calls.map(([request]) => request).filter(({ method }) => /Budget$/.test(method));
  expect(requests[0]).toEqual({ method: 'removeBudget', params: { id: 7 } });
  expect(requests[1]).toEqual({ method: 'restoreBudget', params: { id: 7 } });
});
