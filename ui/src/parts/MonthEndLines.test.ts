import { flushSync, mount, unmount } from 'svelte';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { BudgetRow, MonthEnd } from '../bindings';
import { useLocale } from '../format';
import MonthEndLines from './MonthEndLines.svelte';
import MonthProof from './MonthProof.svelte';

const ROW: MonthEnd = {
  account: null,
  label: null,
  month: '2026-11',
  currency: 'USD',
  lane: 'billed',
  soFar: '24.31',
  without: [],
  asOf: null,
  range: { p10: '38.02', p50: '44.4', p90: '52.6' },
  unknown: null,
  ofDays: 120,
  backTest: null,
};
const BUDGET = {
  id: 1,
  of: { kind: 'all' },
  span: 'month',
  amount: '50',
  currency: 'USD',
  spent: '24.31',
  percent: 49,
  pacePercent: 58,
  notes: [],
} as unknown as BudgetRow;

let page: Record<string, unknown>;

function show(rows: MonthEnd[], budgets: BudgetRow[] = []): string {
  page = mount(MonthEndLines, { target: document.body, props: { rows, budgets } });
  flushSync();
  return (document.body.textContent ?? '').replace(/\s+/g, ' ').trim();
}

const lengths = (): string[] =>
  [...document.querySelectorAll<HTMLElement>('[data-testid="span-bar"] [style]')].map((node) =>
    [...(node.getAttribute('style') ?? '').matchAll(/([\d.]+%)/g)].map(([length]) => length).join(' '),
  );

beforeEach(() => {
  useLocale('en-US');
});

afterEach(async () => {
  await unmount(page);
});

it('says the range and the middle, and draws both on one scale with what is spent', () => {
  expect(show([{ ...ROW, soFar: '26.3' }])).toBe('Likely $38.02–$52.60, middle $44.40');
  const [band, fill] = lengths();
  expect(band).toMatch(/^72\.28\S*% 27\.7\S*%$/);
  expect(fill).toBe('50%');
});

it('says how well it did before', () => {
  const backTest = { forecasts: 26, months: 4, inside: 22, errorPercent: '9.2', runRateErrorPercent: '17' };
  page = mount(MonthProof, { target: document.body, props: { rows: [{ ...ROW, backTest }] } });
  flushSync();
  expect(document.body.textContent).toContain(
    'Over 4 past months, 22 of 26 such ranges held; the middle was off by 9%, the plain run rate by 17%.',
  );
});

it('gives the reason where nothing is said, and no bar without a budget', () => {
  const refused = { ...ROW, range: null, unknown: 'only 4 complete days are known, and 7 are needed.' };
  expect(show([refused])).toBe('Month end: only 4 complete days are known, and 7 are needed.');
  expect(document.querySelector('[data-testid="span-bar"]')).toBeNull();
});

it('sets the budget of the same currency beside it', () => {
  expect(show([ROW], [BUDGET])).toContain('49% of the budget of $50.00 used, 58% of the month gone.');
  expect(document.querySelectorAll('[data-testid="span-bar"]')).toHaveLength(1);
});

it('shows a budget in a currency in which nothing was spent', () => {
  expect(show([ROW], [{ ...BUDGET, currency: 'INR', spent: '0', percent: 0 }])).toContain('0% of the budget of ₹50.00 used');
  expect(document.querySelectorAll('[data-testid="span-bar"]')).toHaveLength(2);
});
