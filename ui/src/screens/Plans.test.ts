import { flushSync, mount, unmount } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Refusal } from '../api';
import type { PlanComparison, Request } from '../bindings';
import { door } from '../pretend';
import { NO_WISHES } from '../plans';
import { app } from '../state.svelte';
import { answered, wished } from '../wishes.svelte';
import Plans from './Plans.svelte';

vi.mock('../api', async () => (await import('../pretend')).api);

const refused = { requests: 12, hours: 3, share: '4' };
const told = (more: Partial<PlanComparison> = {}): PlanComparison =>
  ({
    now: '2026-11-22T10:00:00Z',
    window: { from: '2026-08-24', to: '2026-11-22', days: 90, completeDays: 90, shorter: null, usageRows: 9, requests: 9, listCost: null, listCurrency: null, excluded: [], asOf: null },
    buyer: { country: 'IN', tax: 'consumer', cardMarkup: '3.5', currency: 'INR', student: false, seats: 1, yearly: false },
    options: ['free', 'current', 'a', 'b', 'c', 'd', 'e', 'f'].map((id) => ({
      id,
      name: `The ${id}`,
      plans: [],
      replayed: [],
      monthly: { p10: '412.1', p50: '655.3', p90: '1043.9', currency: 'INR' },
      probabilityCheapest: id === 'f' ? null : '71.4',
      regret: id === 'f' ? null : '12.5',
      refused: id === 'f' ? refused : { requests: 0, hours: 0, share: '0' },
      breakEven: [],
      sensitivity: [],
      uncertain: [],
      confidence: 'high',
      sameAsNow: false,
      illustration: false,
      sources: [{ what: 'Price', value: '20 USD', sources: ['https://example.com/p', 'entered by you'], seen: '2026-10-12', confidence: 'low', stale: true }],
      landed: [],
    })),
    shapes: [],
    abstained: [{ id: 'plus', name: 'Plus', why: 'How much it holds is not published.' }],
    dearer: 1,
    recommendation: { action: 'switch', option: 'free', rival: 'f', saves: '552', currency: 'INR', why: 'It costs less.' },
    curve: null,
    spread: null,
    notes: [],
    ...more,
  }) as PlanComparison;

let page: Record<string, unknown> | null = null;
const at = (id: string): HTMLElement | null => document.querySelector(`[data-testid="${id}"]`);
const all = (id: string): HTMLElement[] => [...document.querySelectorAll<HTMLElement>(`[data-testid="${id}"]`)];
const asked = (): Extract<Request, { method: 'plans' }>[] => door.asked.filter((request) => request.method === 'plans');

async function settle(): Promise<void> {
  await new Promise((later) => setTimeout(later));
  flushSync();
}

async function open(): Promise<void> {
  page = mount(Plans, { target: document.body });
  flushSync();
  await settle();
}

beforeEach(() => {
  wished.plans = NO_WISHES;
  answered.plans.forget();
  door.asked = [];
  door.answer = (request) => Promise.resolve(request.method === 'plans' ? told() : request.method === 'usage' ? { rows: [{ key: 'gpt-5' }, { key: null }] } : undefined);
  vi.stubGlobal(
    'ResizeObserver',
    class {
      constructor(private readonly hear: (entries: unknown[]) => void) {}
      observe(): void {
        this.hear([{ contentRect: { width: 480 } }]);
      }
      disconnect(): void {
        // Nothing is held.
      }
    },
  );
});

afterEach(async () => {
  if (page) await unmount(page);
  page = null;
  document.body.replaceChildren();
  vi.unstubAllGlobals();
});

it('asks with the width there is, and says first what to do', async () => {
  await open();
  expect(asked()[0]?.params).toEqual({ days: 90, must: [], anySurface: false, accounts: [], chartWidth: 480 });
  expect(at('plans-advice')?.textContent).toContain('Switch to The free, and save about ₹552 a month');
  expect(all('plan-option').map(({ dataset }) => dataset['option'])).toEqual(['free', 'current', 'a', 'b', 'c', 'd', 'f']);
  at('plans-all')?.click();
  flushSync();
  expect(all('plan-option')).toHaveLength(8);
});

it('shows the last answer at once to who comes back, and asks anew', async () => {
  await open();
  const back = async (): Promise<number> => {
    if (page) await unmount(page);
    page = mount(Plans, { target: document.body });
    flushSync();
    return all('plan-option').length;
  };
  expect(await back()).toBe(7);
  await settle();
  expect(asked()).toHaveLength(2);
  // Other figures, such as those of sample data, or other wishes have another answer.
  app.edition += 1;
  expect(await back()).toBe(0);
  await settle();
  expect(await back()).toBe(7);
  wished.plans = { ...NO_WISHES, country: 'DE' };
  expect(await back()).toBe(0);
});

it('opens the source of a figure, and goes to the rival', async () => {
  await open();
  expect(at('plan-figures')).toBeNull();
  at('plan-cost')?.click();
  flushSync();
  expect(at('plan-figures')?.textContent).toContain('Price: 20 USD');
  expect(at('plan-figures')?.querySelector('a')?.getAttribute('href')).toBe('https://example.com/p');
  expect(at('plan-figures')?.textContent).toContain('older than such figures keep');
  at('plans-rival')?.click();
  await settle();
  expect(document.activeElement?.getAttribute('data-option-name')).toBe('f');
  expect(document.querySelector('[data-option=f]')?.textContent).toContain('12 requests in 3 hours');
});

it('asks again when something is wished, and keeps what was last good', async () => {
  await open();
  const refuse = (message: string, field: string | null) => () =>
    Promise.reject(new Refusal({ code: 'badRequest', message, retryAt: null, ...(field === null ? {} : { field }) }));
  const slider = at('buyer-markup-slider') as HTMLInputElement;
  slider.value = '2';
  slider.dispatchEvent(new Event('input', { bubbles: true }));
  flushSync();
  await settle();
  expect(asked().at(-1)?.params.cardMarkup).toBe('2');
  const before = asked().length;
  const field = at('buyer-markup') as HTMLInputElement;
  field.value = 'much';
  field.dispatchEvent(new Event('change', { bubbles: true }));
  flushSync();
  await settle();
  expect(asked()).toHaveLength(before);
  expect(at('buyer-markup-error')?.textContent).toContain('per cent');
  door.answer = refuse('There is no rate from USD to XYZ.', 'currency');
  field.value = '3,5 %';
  field.dispatchEvent(new Event('change', { bubbles: true }));
  flushSync();
  await settle();
  expect(asked().at(-1)?.params.cardMarkup).toBe('3.5');
  expect(at('buyer-currency-error')?.textContent).toContain('no rate');
  expect(at('plans-failure')).toBeNull();
  expect(all('plan-option')).toHaveLength(7);
  door.answer = refuse('The database is locked.', null);
  (at('buyer-days-365')?.querySelector('input') as HTMLInputElement).click();
  flushSync();
  await settle();
  expect(at('plans-failure')?.textContent).toContain('The database is locked. The figures below are the last good ones.');
});

it('shows what is wrong with a wish that lay folded away', async () => {
  wished.plans = { ...NO_WISHES };
  await open();
  expect((at('buyer-more') as HTMLDetailsElement).open).toBe(false);
  door.answer = () => Promise.reject(new Refusal({ code: 'badRequest', message: 'Did you mean gpt-5?', retryAt: null, field: 'must' }));
  (at('buyer-days-365')?.querySelector('input') as HTMLInputElement).click();
  flushSync();
  await settle();
  expect((at('buyer-more') as HTMLDetailsElement).open).toBe(true);
  expect(at('buyer-must-other-error')?.textContent).toContain('Did you mean gpt-5?');
});

it('keeps made-up plans out of the ranks, and says why fewer days are compared', async () => {
  const first = told().options[0];
  if (!first) throw new Error('no option');
  const shape = { ...first, id: 'seed/shape', name: 'A shape', illustration: true, probabilityCheapest: null, regret: null };
  const shorter = 'Lab is known from 2026-10-18 on only: so one month is compared, of which all accounts tell.';
  const window = { ...told().window, shorter };
  door.answer = (request) => Promise.resolve(request.method === 'plans' ? told({ shapes: [shape], window }) : { rows: [] });
  await open();
  expect(all('plan-option').map(({ dataset }) => dataset['option'])).not.toContain('seed/shape');
  expect(at('plans-shapes')?.textContent).toContain('1 made-up plan, no offers, and not compared');
  expect(all('plan-shape')).toHaveLength(1);
  expect(at('plan-shape')?.textContent).toContain('about ₹655 a month');
  expect(at('plans-shorter')?.textContent).toBe(shorter);
});

it('says what is one with what is paid now, and what too few days would have cost', async () => {
  const [free, current] = told().options;
  if (!free || !current) throw new Error('no option');
  const metered = { ...free, id: 'metered', probabilityCheapest: null, regret: null, sameAsNow: true };
  const was = { month: '2026-11-18', days: 5, cost: '12.5', list: ['12.5 USD'] };
  const early = { ...free, monthly: null, probabilityCheapest: null, replayed: [was] };
  door.answer = (request) => Promise.resolve(request.method === 'plans' ? told({ options: [current, metered, early] }) : { rows: [] });
  await open();
  expect(document.querySelector('[data-option=metered]')?.textContent).toContain('counted with As now');
  expect(document.querySelector('[data-option=free] [data-testid=plan-was]')?.textContent).toBe('₹12.50 over 5 days of your own');
  expect(document.querySelector('[data-option=current] [data-testid=plan-was]')).toBeNull();
});

it('says so where there is too little to compare', async () => {
  door.answer = (request) =>
    Promise.resolve(
      request.method === 'plans'
        ? told({ options: [], recommendation: { action: 'notEnoughData', option: null, rival: null, saves: null, currency: null, why: 'Only 3 complete days are known.' } })
        : { rows: [] },
    );
  await open();
  expect(at('plans-advice')?.textContent).toContain('Not enough data yet');
  expect(at('plans-nothing')).not.toBeNull();
  expect(at('plans-abstained')?.textContent).toContain('1 plan');
  expect(at('chart-waiting')).toBeNull();
});

it('says what failed and what to do, and holds no place for pictures that will not come', async () => {
  door.answer = () => Promise.reject(new Refusal({ code: 'store', message: 'The database is locked.', retryAt: null }));
  await open();
  expect(at('plans-failure')?.textContent).toContain('The database is locked.');
  expect(at('plans-failure')?.textContent).not.toContain('last good');
  expect(at('chart-waiting')).toBeNull();
  door.answer = (request) => Promise.resolve(request.method === 'plans' ? told() : { rows: [] });
  at('plans-failure')?.querySelector('button')?.click();
  await settle();
  expect(at('plans-failure')).toBeNull();
  expect(all('plan-option')).toHaveLength(7);
});
