import { flushSync, mount, unmount } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { PlanCorrectionRow } from '../bindings';
import { door } from '../pretend';
import { app } from '../state.svelte';
import PlanCorrections from './PlanCorrections.svelte';

vi.mock('../api', async () => (await import('../pretend')).api);

const row = (id: number, more: Partial<PlanCorrectionRow> = {}): PlanCorrectionRow => ({
  id,
  plan: 'acme/pro',
  kind: 'price',
  part: 'month',
  value: '{"amount":"1999","currency":"INR","every":"month","tax":"included"}',
  note: 'invoice',
  made: '2026-11-22',
  refused: null,
  ...more,
});

let page: Record<string, unknown>;
let rows: PlanCorrectionRow[] = [];
const all = (id: string): HTMLElement[] => [...document.querySelectorAll<HTMLElement>(`[data-testid="${id}"]`)];

async function settle(): Promise<void> {
  await new Promise((later) => setTimeout(later));
  flushSync();
}

beforeEach(async () => {
  door.asked.length = 0;
  rows = [row(3), row(4, { kind: 'limit', part: 'requests / day', value: '{"amount":"40","unit":"requests","window":"day"}', refused: 'there is no plan of this id', note: null })];
  door.answer = ({ method }) => Promise.resolve(method === 'planCatalogue' ? { corrections: rows } : { corrections: [] });
  page = mount(PlanCorrections, { target: document.body });
  flushSync();
  await settle();
});

afterEach(async () => {
  await unmount(page);
  document.body.replaceChildren();
  vi.restoreAllMocks();
});

it('says what was said, when, and why it does not count', () => {
  const [price, limit] = all('plan-correction').map((node) => node.textContent.replace(/\s+/g, ' '));
  expect(price).toContain('acme/pro: ₹1,999.00 a month');
  expect(price).toContain('invoice');
  expect(limit).toContain('at most 40 requests, a day');
  expect(limit).toContain('It does not count: there is no plan of this id');
});

it('takes one back, and offers to say it again', async () => {
  let again: (() => Promise<void>) | null = null;
  vi.spyOn(app, 'offerUndo').mockImplementation((_, undo) => {
    again = undo;
  });
  vi.spyOn(app, 'accountChanged').mockImplementation(() => Promise.resolve());
  all('plan-correction-remove')[0]?.click();
  await settle();
  expect(door.asked).toContainEqual({ method: 'removePlanCorrection', params: { id: 3 } });
  expect(again).not.toBeNull();
  await (again as unknown as () => Promise<void>)();
  expect(door.asked.at(-1)).toEqual({
    method: 'correctPlan',
    params: { plan: 'acme/pro', price: { amount: '1999', currency: 'INR', billedYearly: false, every: 'month', tax: 'included' }, note: 'invoice' },
  });
});
