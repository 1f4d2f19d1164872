import { flushSync, mount, unmount } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Mark, Picture, Spend, SpendQuery, UsageRow } from '../bindings';

const called = vi.hoisted(() => vi.fn());
vi.mock('../api', () => ({ call: called, onEvent: () => () => undefined, Refusal: class extends Error {} }));

import { useLocale } from '../format';
import { looked } from '../looked.svelte';
import { app } from '../state.svelte';
import SpendScreen from './Spend.svelte';

const row = (key: string | null, name: string, amount: string): UsageRow => ({
  key,
  name,
  provider: key,
  account: null,
  billed: [{ amount, currency: 'USD' }],
  listed: [],
  inputTokens: null,
  outputTokens: null,
  requests: null,
  unpriced: 0,
  lane: 'billed',
  before: null,
  spark: null,
});

const mark: Mark = {
  x: 0,
  y: 0,
  width: 100,
  height: 900,
  series: 'OpenAI',
  bucket: '12 November',
  label: 'OpenAI, 12 November: $3.00',
  column: null,
  value: '3',
  drill: { from: '2026-11-12', to: '2026-11-13', only: { by: 'provider', key: 'openai', provider: 'openai', account: null } },
};

const picture = (title: string, marks: Mark[] = []): Picture => ({
  svg: '<svg xmlns="http://www.w3.org/2000/svg"/>',
  title,
  description: '',
  width: 100,
  height: 100,
  marks,
  table: { columns: [], rows: [] },
  estimated: false,
});

function answer({ by, measure, from = '', to = '', compare, closer }: SpendQuery): Spend {
  const rows = [row('openai', 'OpenAI', '3'), row(null, '', '1')];
  const before = { billed: [{ amount: '2', currency: 'USD' }], billedUnknown: null, listed: null, inputTokens: null, outputTokens: null, requests: null, usageUnknown: 'OpenAI is not read yet.' };
  return {
    usage: {
      from,
      to,
      days: 'UTC',
      by,
      lane: 'billed',
      rows: compare ? rows.map((one) => ({ ...one, before })) : rows,
      total: { ...row(null, 'All', '4'), before: compare ? before : null },
      before: compare ? { from: '2026-09-20', to: '2026-10-20', gone: [row('mistral', 'Mistral', '7')] } : null,
      beside: [],
      asOf: null,
      notes: [],
    },
    measure,
    unit: 'USD',
    bucket: 'day',
    daily: picture('Bars', [mark]),
    closer: closer === 'ranked' ? 'ranked' : 'share',
    offered: ['ranked', 'share'],
    ranked: closer === 'ranked' ? picture('Ranked') : null,
    share: closer === 'ranked' ? null : picture('Share'),
    heat: null,
    year: null,
    sessions: null,
  };
}

let page: Record<string, unknown>;
const asked = (): SpendQuery[] => called.mock.calls.map(([request]) => (request as { params: SpendQuery }).params);
const at = (id: string): HTMLElement | null => document.querySelector<HTMLElement>(`[data-testid="${id}"]`);

async function press(action: () => void): Promise<SpendQuery> {
  const before = called.mock.calls.length;
  action();
  flushSync();
  await vi.waitFor(() => {
    expect(called.mock.calls.length).toBeGreaterThan(before);
    expect(document.querySelector('[aria-busy="true"]')).toBeNull();
  });
  flushSync();
  return asked().at(-1) as SpendQuery;
}

const click = (id: string) => press(() => (at(id)?.querySelector('input') ?? at(id))?.click());
const key = (name: string, more: KeyboardEventInit = {}) =>
  document.body.dispatchEvent(new KeyboardEvent('keydown', { key: name, bubbles: true, cancelable: true, ...more }));

beforeEach(async () => {
  useLocale('en-US');
  localStorage.clear();
  looked.views = [{ range: '30d', first: '', last: '', by: 'provider', filters: [], step: null }];
  looked.compare = false;
  looked.measure = 'billed';
  app.now = Date.parse('2026-11-18T12:00:00Z');
  called.mockImplementation(({ params }: { params: SpendQuery }) => Promise.resolve(answer(params)));
  vi.stubGlobal(
    'ResizeObserver',
    class {
      constructor(readonly hear: (entries: { contentRect: { width: number } }[]) => void) {}
      observe(): void {
        this.hear([{ contentRect: { width: 800 } }]);
      }
      unobserve(): void {}
      disconnect(): void {}
    },
  );
  await press(() => {
    page = mount(SpendScreen, { target: document.body });
  });
});

afterEach(async () => {
  await unmount(page);
  called.mockReset();
  vi.unstubAllGlobals();
});

it('asks for thirty days by provider first, and remembers what is chosen', async () => {
  expect(asked()[0]).toEqual({ by: 'provider', measure: 'billed', from: '2026-10-20', to: '2026-11-19', chartWidth: 800, closer: 'share', compare: false, only: [] });
  await click('range-month');
  await click('group-model');
  expect(await click('measure-tokens')).toMatchObject({ by: 'model', measure: 'tokens', from: '2026-11-01' });
  expect(JSON.parse(localStorage.getItem('spend') ?? '')).toMatchObject({ range: 'month', by: 'model', measure: 'tokens' });
});

it('looks into a row, and Backspace leads back to exactly what was there', async () => {
  expect(at('trail')).toBeNull();
  const inside = await click('row-drill');
  expect(inside).toMatchObject({ by: 'model', only: [{ by: 'provider', key: 'openai', provider: 'openai', account: null }], from: '2026-10-20' });
  expect(at('trail')?.textContent).toMatch(/30 days.*OpenAI/s);
  expect(at('trail-said')?.textContent).toBe('Showing OpenAI');
  await click('range-7d');
  expect(await press(() => key('Backspace'))).toEqual(asked()[0]);
  expect(at('trail')).toBeNull();
});

it('looks into a bar: its day and its group, hours by the core; Alt and the arrow lead back', async () => {
  const layer = document.querySelector('[role="application"]');
  const arrow = (name: string) => layer?.dispatchEvent(new KeyboardEvent('keydown', { key: name, bubbles: true, cancelable: true }));
  const inside = await press(() => {
    arrow('ArrowRight');
    flushSync();
    arrow('Enter');
  });
  expect(inside).toMatchObject({ by: 'model', from: '2026-11-12', to: '2026-11-13', only: [{ by: 'provider', key: 'openai' }] });
  expect(inside.bucket).toBeUndefined();
  expect(at('trail')?.textContent).toContain('OpenAI, Nov 12, 2026');
  expect(await press(() => key('ArrowLeft', { altKey: true }))).toEqual(asked()[0]);
});

it('asks for the picture that is chosen, and shows the shares where there is nothing for it', async () => {
  const pick = document.querySelector<HTMLSelectElement>('select[data-testid="closer"]');
  const choose = (kind: string) => press(() => {
    if (pick) pick.value = kind;
    pick?.dispatchEvent(new Event('change', { bubbles: true }));
  });
  expect([...(pick?.options ?? [])].map(({ value }) => value)).toEqual(['ranked', 'share']);
  expect(await choose('ranked')).toMatchObject({ closer: 'ranked' });
  expect(pick?.value).toBe('ranked');
  // It was chosen where there were sessions, and is remembered for there.
  await press(() => (looked.closer = 'sessions'));
  expect([asked().at(-1)?.closer, pick?.value, looked.closer]).toEqual(['sessions', 'share', 'sessions']);
  // What fails is said, and can be chosen again.
  await choose('ranked');
  called.mockRejectedValueOnce(new Error('The disk is full.'));
  await choose('share');
  const alert = () => document.querySelector('[role="alert"]')?.textContent;
  await vi.waitFor(() => { expect([alert(), pick?.value]).toEqual(['The disk is full.', 'ranked']); });
  expect(await choose('share')).toMatchObject({ closer: 'share' });
  await vi.waitFor(() => { expect([alert(), pick?.value]).toEqual([undefined, 'share']); });
});

it('does not go back while something is typed', async () => {
  await click('row-drill');
  at('range-custom')?.querySelector('input')?.click();
  flushSync();
  at('range-from')?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Backspace', bubbles: true }));
  expect(at('trail')).not.toBeNull();
});

it('compares with the period before, and says what is not known', async () => {
  const question = await click('compare');
  expect(question.compare).toBe(true);
  const [change] = document.querySelectorAll('[data-testid="change"]');
  expect(change?.textContent.replace(/\s+/g, ' ').trim()).toBe('+$1.00 +50%');
  expect(document.body.textContent).toMatch(/Compared with Sep 20\s–\sOct 19, 2026\./);
  await click('measure-listed');
  expect(document.body.textContent).toContain('No comparison: OpenAI is not read yet.');
  await click('measure-billed');
  const gone = document.querySelector('tr.gone');
  expect(gone?.textContent).toContain('Mistral');
  expect(gone?.textContent).toContain('-$7.00');
  expect(gone?.textContent).toContain('-100%');
});

it('keeps the last good figures where new ones cannot be read', async () => {
  called.mockRejectedValue(new Error('The disk is full.'));
  await press(() => at('range-7d')?.querySelector('input')?.click());
  expect(document.querySelector('[role="alert"]')?.textContent).toContain('The disk is full.');
  expect(at('spend-total')?.textContent).toContain('$4.00');
});

it('asks nothing again while the clock moves on within a day', async () => {
  const before = called.mock.calls.length;
  app.now += 20_000;
  flushSync();
  await Promise.resolve();
  expect(called.mock.calls.length).toBe(before);
  await press(() => {
    app.now = Date.parse('2026-11-19T00:00:01Z');
  });
  expect(asked().at(-1)).toMatchObject({ from: '2026-10-21', to: '2026-11-20' });
});

it('shows list price where no bill names what is looked into, says so, and lets one insist', async () => {
  const listed = [{ amount: '1.79', currency: 'USD' }];
  called.mockImplementation(({ params }: { params: SpendQuery }) => {
    const told = answer(params);
    if (params.only?.length) told.usage.total = { ...told.usage.total, billed: [], listed };
    return Promise.resolve(told);
  });
  const query = await press(() => document.querySelector<HTMLElement>('[data-testid="row-drill"]')?.click());
  await vi.waitFor(() => {
    expect(asked().at(-1)).toMatchObject({ measure: 'listed', only: [{ key: 'openai' }] });
  });
  flushSync();
  expect(query.only).toHaveLength(1);
  expect(at('spend-instead')?.textContent).toContain('shown at list price');
  expect(looked.measure).toBe('billed');
  expect(await click('measure-billed')).toMatchObject({ measure: 'billed' });
  expect(at('spend-instead')?.textContent).toBe('');
});

it('says of which days the figures are while the days are not chosen, and names what was entered as entered', async () => {
  called.mockImplementation(({ params }: { params: SpendQuery }) => {
    const told = answer(params);
    told.usage.lane = 'entered';
    told.usage.rows = told.usage.rows.map((one) => ({ ...one, lane: 'entered' }));
    return Promise.resolve(told);
  });
  await click('group-model');
  at('range-custom')?.querySelector('input')?.click();
  flushSync();
  const head = [...document.querySelectorAll('[data-testid="spend-table"] thead th')].map((cell) => cell.textContent.trim());
  expect(head[1]).toBe('Entered by hand');
  expect(document.querySelector('[data-testid="spend-table"] tbody td')?.textContent).toContain('~');
  looked.change({ first: '2026-11-09', last: '2026-11-01' });
  flushSync();
  expect(document.querySelector('div.about')?.textContent).toMatch(/These figures are still of Oct 20\s–\sNov 18, 2026/);
});
