import { describe, expect, it } from 'vitest';
import type { PlanComparison, PlanOption } from './bindings';
import { useLocale } from './format';
import { advice, asSettings, firstShown, listPrice, monthly, namesIn, NO_WISHES, placeOf, plansQuery, planTable, refusal, withoutSettings, wrongWish } from './plans';

useLocale('en-US');

const option = (id: string, more: Partial<PlanOption> = {}): PlanOption => ({
  id,
  name: `The ${id}`,
  plans: [],
  replayed: [],
  monthly: { p10: '412.1', p50: '655.327', p90: '1043.9', currency: 'INR' },
  probabilityCheapest: '71.4',
  regret: '12.5',
  refused: { requests: 0, hours: 0, share: '0' },
  breakEven: [],
  sensitivity: [],
  uncertain: [],
  confidence: 'high',
  sameAsNow: false,
  illustration: false,
  sources: [],
  landed: [],
  ...more,
});

const comparison = (options: PlanOption[], recommendation: Partial<PlanComparison['recommendation']>): PlanComparison => ({
  now: '2026-11-22T10:00:00Z',
  window: { from: '2026-08-24', to: '2026-11-22', days: 90, completeDays: 90, shorter: null, usageRows: 1, requests: 1, listCost: null, listCurrency: null, excluded: [], asOf: null },
  buyer: { country: 'IN', tax: 'consumer', cardMarkup: '3.5', currency: 'INR', student: false, seats: 1, yearly: false },
  options,
  shapes: [],
  abstained: [],
  dearer: 0,
  recommendation: { action: 'stay', option: 'current', rival: null, saves: null, currency: null, why: '', ...recommendation },
  curve: null,
  spread: null,
  notes: [],
});

describe('the question', () => {
  it('says only what was wished for', () => {
    expect(plansQuery(NO_WISHES, 0)).toEqual({ days: 90, must: [], anySurface: false, accounts: [] });
    expect(plansQuery({ ...NO_WISHES, days: '365', volume: 150, country: 'IN', tax: 'registered', cardMarkup: '3.5', currency: 'INR', student: false, seats: '4', yearly: true, must: ['gpt-5'] }, 480)).toEqual({
      days: 365, volume: 150, country: 'IN', tax: 'registered', cardMarkup: '3.5', currency: 'INR', student: false, seats: 4, yearly: true, must: ['gpt-5'], anySurface: false, accounts: [], chartWidth: 480,
    }); // prettier-ignore
  });

  it.each([
    [{ cardMarkup: '3.5' }, null],
    [{ cardMarkup: '' }, 'cardMarkup'],
    [{ cardMarkup: '-1' }, 'cardMarkup'],
    [{ cardMarkup: 'a lot' }, 'cardMarkup'],
    [{ seats: '12' }, null],
    [{ seats: '0' }, 'seats'],
    [{ seats: '1.5' }, 'seats'],
  ] as const)('%o is wrong in %s', (wish, field) => {
    expect(wrongWish({ ...NO_WISHES, ...wish })?.field ?? null).toBe(field);
  });

  it('tells settings from what is tried', () => {
    const wishes = { ...NO_WISHES, volume: 200, yearly: true, country: 'IN', tax: 'registered', seats: '4' } as const;
    expect(asSettings(wishes)).toEqual({ country: 'IN', taxStatus: 'registered', seats: 4 });
    expect(withoutSettings(wishes)).toEqual({ ...NO_WISHES, volume: 200, yearly: true });
    expect(asSettings(NO_WISHES)).toEqual({});
  });

  it('takes names out of a field', () => {
    expect(namesIn(' gpt-5, claude-opus-4 ,, gpt-5 ')).toEqual(['gpt-5', 'claude-opus-4']);
    expect(namesIn('  ')).toEqual([]);
  });
});

describe('an option', () => {
  it('says its month as a middle and a range', () => {
    expect(monthly(option('pro'))).toEqual({ middle: '₹655', range: '₹412–₹1,040' });
    expect(monthly(option('flat', { monthly: { p10: '20', p50: '20', p90: '20', currency: 'USD' } }))).toEqual({ middle: '$20.00', range: null });
    expect(monthly(option('new', { monthly: null }))).toEqual({ middle: '—', range: null });
  });

  it('says what it refuses, and is silent where it refuses nothing', () => {
    expect(refusal({ requests: 0, hours: 0, share: '0' })).toBeNull();
    expect(refusal({ requests: 1204, hours: 38, share: '14.2' })).toBe('1,204 requests in 38 hours, 14% of your use');
    expect(refusal({ requests: null, hours: 1, share: '0.2' })).toBe('some requests in 1 hour, <1% of your use');
  });

  it('says its list price', () => {
    expect(listPrice('20', 'USD', 'month')).toBe('$20.00 a month');
    expect(listPrice('20 USD', 'USD', null)).toBe('20 USD');
    expect(listPrice(null, null, null)).toBe('—');
  });
});

describe('what to do', () => {
  const options = [option('free'), option('current'), option('pro')];

  it.each([
    [{ action: 'switch', option: 'free', saves: '552.12', currency: 'INR' }, 'Switch to The free, and save about ₹552 a month'],
    [{ action: 'switch', option: 'free' }, 'Switch to The free'],
    [{ action: 'stay', option: 'current' }, 'Stay as you are'],
    [{ action: 'stay', option: 'metered' }, 'Stay as you are'],
    [{ action: 'stay', option: 'pro' }, 'Stay with The pro'],
    [{ action: 'notEnoughData', option: null }, 'Not enough data yet'],
  ] as const)('%o', (told, words) => {
    expect(advice(comparison(options, told))).toBe(words);
  });

  it('shows the first, and always those that are spoken of', () => {
    const many = [...Array.from({ length: 9 }, (_, at) => option(`p${String(at)}`)), option('current'), option('rival')];
    const shown = firstShown(comparison(many, { action: 'switch', option: 'p7', rival: 'rival' }), 3);
    expect(shown.map(({ id }) => id)).toEqual(['p0', 'p1', 'p2', 'p7', 'current', 'rival']);
  });

  it('is copied with every digit', () => {
    const [head, first] = planTable(comparison([option('free', { breakEven: [{ unit: 'requests', amount: '640', than: 'metered', above: true, words: 'above 640 requests' }] })], {}));
    expect(head?.[2]).toBe('Month P10 (INR)');
    expect(first).toEqual(['1', 'The free', '412.1', '655.327', '1043.9', '71.4', '12.5', '0', '0', '0', 'above 640 requests', 'high']);
  });
});

it.each([
  ['https://www.example.com/pricing', 'example.com'],
  ['http://docs.example.com', 'docs.example.com'],
  ['entered by you', null],
  ['javascript:alert(1)', null],
  ['https://', null],
])('%s leads to %s', (source, place) => {
  expect(placeOf(source)).toBe(place);
});
