import { flushSync, mount, unmount } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Refusal } from '../api';
import type { Estimate, Request } from '../bindings';
import { door } from '../pretend';
import { wished } from '../wishes.svelte';
import EstimateScreen from './Estimate.svelte';

vi.mock('../api', async () => (await import('../pretend')).api);

const usd = (amount: string) => ({ amount, currency: 'USD' });
const estimate: Estimate = {
  now: '2026-11-22T10:00:00Z',
  bytes: 11,
  characters: 11,
  kinds: [{ kind: 'english', characters: 11 }],
  models: [
    {
      asked: 'gpt-5',
      model: 'gpt-5',
      provider: 'openai',
      providerName: 'OpenAI',
      pricedAs: 'gpt-5',
      input: { low: 3, typical: 3, high: 3 },
      counted: { how: 'exact', name: 'o200k_base', note: null, sources: ['https://example.com/t'], seen: null, stale: false, confidence: null },
      output: { low: 100, typical: 300, high: 900 },
      outputBy: { by: 'history', requests: 40, words: 'as your last 40 answers' },
      costs: [
        { way: 'now', low: usd('0.001'), typical: usd('0.003'), high: usd('0.009'), words: null },
        { way: 'batch', low: null, typical: null, high: null, words: 'no batch price is known' },
      ],
      unitPrices: [{ meter: 'input', price: usd('1.25'), per: 1_000_000 }],
      priceSource: 'Bundled price list',
      shares: [{ account: 1, label: 'OpenAI', of: 'balance', name: 'Balance', unit: 'USD', left: '12', takes: '0.003', percent: '0.025', percentHigh: '0.075', fits: 'yes', asOf: null, until: null }],
    },
  ],
  unknown: [{ asked: 'gtp-5', near: ['gpt-5'] }],
  prices: 'prices of 2026-10-28',
  notes: [],
};

let page: Record<string, unknown> | null = null;
const at = (id: string): HTMLElement | null => document.querySelector(`[data-testid="${id}"]`);
const asked = (): Extract<Request, { method: 'estimate' }>['params'][] =>
  door.asked.flatMap((request) => (request.method === 'estimate' && request.params.text !== '' ? [request.params] : []));

function write(id: string, text: string): void {
  const field = at(id) as HTMLInputElement;
  field.value = text;
  field.dispatchEvent(new Event('input', { bubbles: true }));
  flushSync();
}

async function pause(): Promise<void> {
  await vi.advanceTimersByTimeAsync(300);
  flushSync();
}

beforeEach(() => {
  vi.useFakeTimers();
  [wished.text, wished.path, wished.models, wished.output] = ['', '', '', ''];
  door.asked = [];
  door.answer = (request) => Promise.resolve(request.method === 'chooseFile' ? { path: '/home/mira/prompt.txt' } : estimate);
  page = mount(EstimateScreen, { target: document.body });
  flushSync();
});

afterEach(async () => {
  if (page) await unmount(page);
  page = null;
  document.body.replaceChildren();
  vi.useRealTimers();
});

it('counts when one rests, and says that nothing is kept', async () => {
  expect(at('estimate-privacy')?.textContent).toContain('Nothing of it is stored or sent');
  expect(at('estimate-empty')).not.toBeNull();
  write('estimate-text', 'Hello');
  write('estimate-text', 'Hello world');
  await pause();
  expect(asked()).toEqual([{ text: 'Hello world', models: [], outputTokens: null }]);
  expect(at('estimate-input')?.textContent).toBe('3');
  expect(at('estimate-counted')?.textContent).toBe('exact, by o200k_base');
  expect(at('estimate-now')?.textContent).toBe('$0.003');
  expect(at('estimate-batch')?.textContent).toBe('—');
  expect(at('estimate-shares')?.textContent).toContain('$0.003 of $12.00 left (<1%), it fits');
  at('estimate-clear')?.click();
  await pause();
  expect(at('estimate-model')).toBeNull();
  expect(at('estimate-empty')).not.toBeNull();
});

it('takes models, the length of the answer, and a name that was meant', async () => {
  write('estimate-text', 'Hello world');
  write('estimate-models', 'gtp-5, o3');
  (at('estimate-output-own')?.querySelector('input') as HTMLInputElement).click();
  flushSync();
  write('estimate-output-tokens', 'many');
  await pause();
  expect(asked()).toEqual([]);
  expect(at('estimate-output-tokens-error')?.textContent).toContain('whole number');
  write('estimate-output-tokens', '500');
  await pause();
  expect(asked().at(-1)).toEqual({ text: 'Hello world', models: ['gtp-5', 'o3'], outputTokens: 500 });
  at('estimate-unknown')?.querySelector('button')?.click();
  await pause();
  expect(asked().at(-1)?.models).toEqual(['gpt-5', 'o3']);
});

it('reads a file by its path, and says at its field what is wrong', async () => {
  at('estimate-choose')?.click();
  await pause();
  expect(asked().at(-1)).toEqual({ path: '/home/mira/prompt.txt', models: [], outputTokens: null });
  expect(at('estimate-path')?.textContent).toContain('/home/mira/prompt.txt');
  expect(at('estimate-text')).toBeNull();
  door.answer = () => Promise.reject(new Refusal({ code: 'badRequest', message: 'A model’s name is too long.', retryAt: null, field: 'models' }));
  write('estimate-models', 'x'.repeat(300));
  await pause();
  expect(at('estimate-models-error')?.textContent).toContain('too long');
  expect(at('estimate-failure')).toBeNull();
});
