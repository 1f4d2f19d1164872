import { flushSync, mount, unmount } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { SavingRow, Savings } from '../bindings';
import { door } from '../pretend';
import { answered } from '../wishes.svelte';
import SavingsList from './Savings.svelte';

vi.mock('../api', async () => (await import('../pretend')).api);

const usd = (amount: string) => ({ amount, currency: 'USD' });
const row = (id: string, more: Partial<SavingRow> = {}): SavingRow => ({
  id,
  kind: 'batch',
  account: 1,
  label: 'OpenAI',
  part: 'nightly',
  models: ['gpt-5'],
  instead: null,
  amount: { low: usd('3.1'), typical: usd('6.2'), high: usd('7.75') },
  certainty: 'needsWord',
  confirmed: false,
  why: 'It is sent at night, evenly.',
  todo: 'Send the project nightly in batches.',
  usageRows: 60,
  requests: 1200,
  days: 30,
  listCost: usd('12.4'),
  sources: ['https://example.com/batch', 'the price list'],
  overlaps: ['cache:1'],
  ...more,
});
const savings = (rows: SavingRow[], dismissed: string[] = []): Savings => ({
  now: '2026-11-22T10:00:00Z',
  from: '2026-09-01',
  to: '2026-12-01',
  asOf: null,
  rows,
  ofUsage: rows.length > 0 ? { low: usd('1'), typical: usd('2'), high: usd('3') } : null,
  dismissed,
  notes: [],
});

let page: Record<string, unknown> | null = null;
const at = (id: string): HTMLElement | null => document.querySelector(`[data-testid="${id}"]`);

async function settle(): Promise<void> {
  await new Promise((later) => setTimeout(later));
  flushSync();
}

async function open(first: Savings): Promise<void> {
  door.answer = () => Promise.resolve(first);
  page = mount(SavingsList, { target: document.body, props: { days: 90 } });
  flushSync();
  await settle();
}

beforeEach(() => {
  door.asked = [];
  answered.savings.forget();
});

afterEach(async () => {
  if (page) await unmount(page);
  page = null;
  document.body.replaceChildren();
});

it('says how much, how sure, what is behind it and what to do', async () => {
  await open(savings([row('batch:1'), row('lapsing:2', { kind: 'lapsing', certainty: 'measured', part: null, models: [] })]));
  expect(door.asked[0]).toEqual({ method: 'savings', params: { days: 90 } });
  const text = at('saving')?.textContent.replace(/\s+/g, ' ') ?? '';
  for (const words of ['Send it in a batch', 'OpenAI, nightly: gpt-5', 'only you know', '$6.20', 'In all likelihood $3.10–$7.75', '30 days', '1,200 requests', '$12.40 at list price', 'only one of them can be had']) {
    expect(text).toContain(words);
  }
  expect(at('saving')?.querySelector('a')?.getAttribute('href')).toBe('https://example.com/batch');
  expect(at('savings-sum')?.textContent.replace(/\s+/g, ' ')).toContain('about $2.00, of $1.00–$3.00');
  expect(document.querySelectorAll('[data-testid=saving-confirm]')).toHaveLength(1);
});

it('does not say that requests are none where nobody counts them, and asks no word that cannot be kept', async () => {
  await open(savings([row('smaller:1', { kind: 'smaller_model', instead: 'gpt-5-mini', requests: null })]));
  const text = at('saving')?.textContent ?? '';
  expect(text).toContain('How many requests is not told.');
  expect(text).not.toMatch(/\b0 requests/);
  expect(at('saving-confirm')).toBeNull();
});

it('takes the person’s word, puts away and brings back', async () => {
  await open(savings([row('batch:1')]));
  door.answer = () => Promise.resolve(savings([row('batch:1', { confirmed: true })]));
  at('saving-confirm')?.click();
  await settle();
  expect(door.asked.at(-2)).toEqual({ method: 'answerSaving', params: { id: 'batch:1', answer: 'confirm' } });
  expect(at('saving')?.textContent).toContain('confirmed by you');
  expect(at('saving-confirm')).toBeNull();
  door.answer = () => Promise.resolve(savings([], ['batch:1']));
  at('saving-dismiss')?.click();
  await settle();
  expect(at('savings-none')).not.toBeNull();
  door.answer = () => Promise.resolve(savings([row('batch:1')]));
  at('saving-restore')?.click();
  await settle();
  expect(door.asked.at(-2)).toEqual({ method: 'answerSaving', params: { id: 'batch:1', answer: 'forget' } });
  expect(at('saving')).not.toBeNull();
});

it('says so when nothing can be read', async () => {
  door.answer = () => Promise.reject(new Error('The database is locked.'));
  page = mount(SavingsList, { target: document.body, props: { days: 30 } });
  flushSync();
  await settle();
  expect(at('savings-failure')?.textContent).toContain('The database is locked.');
});
