import { describe, expect, it } from 'vitest';
import type { CostRow, ModelEstimate } from './bindings';
import { costOf, costRange, costText, estimateQuery, estimateTable, outputTokens, shareText, sureness, tokens, unitPrice } from './estimates';
import { useLocale } from './format';

useLocale('en-US');

const usd = (amount: string) => ({ amount, currency: 'USD' });
const now: CostRow = { way: 'now', low: usd('0.0021'), typical: usd('0.0048'), high: usd('0.0142'), words: null };

describe('the length of the answer', () => {
  it.each([
    ['', '', null],
    ['1000', '', 1000],
    ['own', '12,500', 12_500],
    ['own', '0', 0],
  ] as const)('%s %s', (chosen, typed, tokens) => {
    expect(outputTokens(chosen, typed)).toBe(tokens);
  });

  it.each(['', 'many', '1.5', '-1'])('%s is no number of tokens', (typed) => {
    expect(outputTokens('own', typed)).toMatch(/whole number/);
  });
});

it('asks by text or by path, never by both', () => {
  expect(estimateQuery('hello', '', ['gpt-5'], null)).toEqual({ text: 'hello', models: ['gpt-5'], outputTokens: null });
  expect(estimateQuery('hello', '/tmp/a.txt', [], 200)).toEqual({ path: '/tmp/a.txt', models: [], outputTokens: 200 });
});

it('says tokens with their range where they are not exact', () => {
  expect(tokens({ low: 312, typical: 312, high: 312 })).toEqual({ middle: '312', range: null });
  expect(tokens({ low: 2400, typical: 3180, high: 4200 })).toEqual({ middle: '3,180', range: '2,400–4,200' });
  const counted = { name: 'o200k_base', note: null, sources: [], seen: null, stale: false, confidence: null };
  expect(sureness({ ...counted, how: 'exact' })).toBe('exact, by o200k_base');
  expect(sureness({ ...counted, how: 'unmeasured' })).toMatch(/nobody publishes/);
});

it('says money, and a dash where none is known', () => {
  expect([costText(now), costRange(now)]).toEqual(['$0.0048', '$0.0021 to $0.0142']);
  expect([costText(null), costRange({ ...now, high: now.low })]).toEqual(['—', null]);
  expect(costText({ ...now, typical: null })).toBe('—');
  expect(unitPrice(usd('1.25'), 1_000_000)).toEqual({ words: '$1.25 a million', exact: '$1.25 a million' });
});

it('says the share of what is left', () => {
  const row = { account: 1, label: 'Gemini', of: 'limit', name: 'Requests a day', unit: 'requests', left: '2', takes: '1', percent: '50', percentHigh: '50', fits: 'hardly', asOf: null, until: null } as const;
  expect(shareText(row)).toBe('1\u00a0request of 2\u00a0requests left (50%), it hardly fits');
  expect(shareText({ ...row, left: '0', percent: null, fits: 'no' })).toBe('1\u00a0request of 0\u00a0requests left, it does not fit');
});

it('is copied with every digit', () => {
  const model = { model: 'gpt-5', providerName: 'OpenAI', input: { low: 1, typical: 2, high: 3 }, output: { low: 4, typical: 5, high: 6 }, counted: { how: 'measured' }, costs: [now] } as unknown as ModelEstimate;
  const [head, first] = estimateTable([model]);
  expect(head?.slice(-4)).toEqual(['Now', 'In a batch', 'Read from the cache', 'Put into the cache']);
  expect(first).toEqual(['gpt-5', 'OpenAI', '1', '2', '3', 'measured', '4', '5', '6', 'USD', '0.0048', '', '', '']);
  expect(costOf(model, 'batch')).toBeNull();
});
