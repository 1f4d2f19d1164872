import { flushSync, mount, tick, unmount } from 'svelte';
import { afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import type { Account, AccountUnits, LotRow, Request } from '../bindings';
import { pretendBrowser } from '../pretend';
import LotForm from './LotForm.svelte';

const { Refusal } = vi.hoisted(() => ({
  Refusal: class extends Error {
    field: string | null;
    constructor(message: string, field: string | null) {
      super(message);
      this.field = field;
    }
  },
}));
const asked = vi.hoisted(() => vi.fn<(request: Request) => Promise<unknown>>());
vi.mock('../api', () => ({ call: asked, Refusal }));

const accounts = [
  { id: 3, label: 'OpenRouter' },
  { id: 4, label: 'OpenAI' },
  { id: 5, label: 'ElevenLabs' },
] as Account[];
const lot = {
  id: 'entry-1',
  account: 3,
  kind: 'purchased',
  source: 'entered',
  currency: 'USD',
  acquiredAt: '2026-10-01',
  rule: 'after-purchase:365d',
  ruleBy: 'provider',
  amount: '50',
  note: null,
} as LotRow;

/** What was asked of the core, but for the list of providers. */
const said: Request[] = [];
let refusal: Error | null = null;
let page: Record<string, unknown>;
const done = vi.fn<(text: string) => void>();
const removed = vi.fn<(text: string, lot: string) => void>();
const units: AccountUnits[] = [
  { account: 3, provider: 'openrouter', units: ['USD'] },
  { account: 5, provider: 'elevenlabs', units: ['eleven.credits'] },
  { account: null, provider: 'poe', units: ['poe.points'] },
];

const find = <T extends HTMLElement = HTMLElement>(id: string): T | null => document.querySelector<T>(`[data-testid="${id}"]`);

function put(id: string, text: string): void {
  const field = find<HTMLInputElement | HTMLSelectElement>(id);
  if (!field) throw new Error(`no ${id}`);
  field.value = text;
  field.dispatchEvent(new Event(field instanceof HTMLSelectElement ? 'change' : 'input', { bubbles: true }));
  flushSync();
}

function open(of: LotRow | null): void {
  page = mount(LotForm, {
    target: document.body,
    props: { accounts, units, lot: of, today: '2026-11-18', onclose: () => undefined, ondone: done, onremoved: removed },
  });
  flushSync();
}

async function save(): Promise<void> {
  find('lot-save')?.click();
  for (let turn = 0; turn < 4; turn += 1) await tick();
  flushSync();
}

beforeAll(() => {
  pretendBrowser();
});

beforeEach(() => {
  done.mockReset();
  removed.mockReset();
  said.length = 0;
  asked.mockReset().mockImplementation((request) => {
    if (request.method === 'providers') return Promise.resolve([{ id: 'deepgram', name: 'Deepgram' }]);
    said.push(request);
    return refusal ? Promise.reject(refusal) : Promise.resolve(lot);
  });
  refusal = null;
});

afterEach(async () => {
  await unmount(page);
});

it('adds a lot by the rule that was chosen', async () => {
  open(null);
  put('lot-account', '4');
  put('lot-amount', ' 50 ');
  put('lot-acquired', '2026-11-01');
  put('lot-rule', 'on');
  put('lot-rule-date', '2026-12-01');
  await save();
  expect(said).toEqual([{
    method: 'addLot',
    params: { account: 4, amount: '50', currency: 'USD', acquired: '2026-11-01', kind: 'purchased', rule: 'on:2026-12-01' },
  }]);
  expect(done).toHaveBeenCalledOnce();
});

it('leaves the rule to the provider unless it is said', async () => {
  open(null);
  put('lot-account', '3');
  put('lot-amount', '5');
  await save();
  expect(said[0]).toEqual({
    method: 'addLot',
    params: { account: 3, amount: '5', currency: 'USD', acquired: '2026-11-18', kind: 'purchased' },
  });
});

it('wants an account before it asks anybody', async () => {
  open(null);
  put('lot-amount', '5');
  await save();
  expect(said).toEqual([]);
  expect(find('lot-account-error')?.textContent).toContain('Choose the account');
  expect(find('lot-account')?.getAttribute('aria-invalid')).toBe('true');
});

it('says beside the field what is wrong, and goes there', async () => {
  refusal = new Refusal('The amount is not a number.', 'amount');
  open(null);
  put('lot-account', '3');
  put('lot-amount', 'fifty');
  await save();
  expect(find('lot-amount-error')?.textContent).toBe('The amount is not a number.');
  expect(find('lot-amount')?.getAttribute('aria-describedby')).toBe(find('lot-amount-error')?.id);
  expect(document.activeElement).toBe(find('lot-amount'));
  expect(find('lot-error')).toBeNull();
});

it('sends of a change what differs, and moves the lot', async () => {
  open(lot);
  put('lot-amount', '60');
  put('lot-account', '4');
  await save();
  expect(said).toEqual([
    { method: 'editLot', params: { id: 'entry-1', amount: '60' } },
    { method: 'moveLot', params: { id: 'entry-1', account: 4 } },
  ]);
});

it('takes back a rule that the person said', async () => {
  open({ ...lot, ruleBy: 'person', rule: 'never' });
  expect(find<HTMLSelectElement>('lot-rule')?.value).toBe('never');
  put('lot-rule', 'provider');
  await save();
  expect(said[0]).toEqual({ method: 'editLot', params: { id: 'entry-1', rule: 'provider' } });
});

it('lets nothing of a reported lot be changed but its rule and note', async () => {
  open({ ...lot, source: 'reported' });
  expect(find('lot-amount')).toBeNull();
  put('lot-note', 'Hackathon');
  await save();
  expect(said[0]).toEqual({ method: 'editLot', params: { id: 'entry-1', note: 'Hackathon' } });
});

it.each([
  ['entered', 'Remove it', 'The lot is removed.'],
  ['reported', 'Leave it out of account', 'The lot is left out of account.'],
])('takes a lot that is %s away at once, and says so where it can be taken back', async (source, words, told) => {
  open({ ...lot, source });
  expect(find('lot-remove')?.textContent).toBe(words);
  find('lot-remove')?.click();
  await tick();
  expect(said).toEqual([{ method: 'removeLot', params: { id: 'entry-1' } }]);
  await tick();
  expect(removed).toHaveBeenCalledWith(told, 'entry-1');
});

it('offers the unit that the account is billed in, and says of another that nothing is ever taken', () => {
  open(null);
  put('lot-account', '5');
  expect(find<HTMLInputElement>('lot-currency')?.value).toBe('eleven.credits');
  expect(find('lot-stray')).toBeNull();
  put('lot-currency', 'credits');
  expect(find('lot-stray')?.textContent).toContain('billed in eleven.credits');
  find('lot-unit-eleven.credits')?.click();
  flushSync();
  expect(find<HTMLInputElement>('lot-currency')?.value).toBe('eleven.credits');
  expect(find('lot-stray')).toBeNull();
});

it('enters a lot of a provider without an account', async () => {
  open(null);
  await tick();
  flushSync();
  put('lot-account', 'deepgram');
  put('lot-amount', '200');
  find('lot-kind-granted')?.querySelector('input')?.click();
  put('lot-rule', 'after-purchase');
  put('lot-rule-count', '12');
  put('lot-rule-unit', 'mo');
  await save();
  expect(said).toEqual([
    {
      method: 'enter',
      params: {
        account: null,
        provider: 'deepgram',
        entry: {
          kind: 'purchase',
          amount: '200',
          currency: 'USD',
          acquiredOn: '2026-11-18',
          granted: true,
          included: false,
          rule: 'after-purchase:12mo',
        },
      },
    },
  ]);
});
