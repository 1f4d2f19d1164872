// bare words: not yet in the messages
// What is wished for on the Plans screen, as a question to the core, and its answer in the words of the screen.

import type { PlanComparison, PlanOption, PlansQuery, RefusedUse, Settings, TaxStatus } from './bindings';
import { about, count, counted, money, percentText, span, UNKNOWN } from './format';

export type Days = '30' | '90' | '365';

export const DAYS: readonly (readonly [Days, string])[] = [
  ['30', '30 days'],
  ['90', '90 days'],
  ['365', 'A year'],
];

export const TAXES: readonly (readonly [TaxStatus, string])[] = [
  ['consumer', 'I pay it'],
  ['registered', 'I claim it back'],
  ['none', 'I pay none'],
];

/** What was chosen here. What was not is as the settings say. */
export interface Wishes {
  days: Days;
  /** How much more or less would be used, in per cent. */
  volume: number;
  country?: string;
  tax?: TaxStatus;
  cardMarkup?: string;
  currency?: string;
  student?: boolean;
  seats?: string;
  yearly?: boolean;
  anySurface: boolean;
  must: readonly string[];
}

export const NO_WISHES: Wishes = { days: '90', volume: 100, anySurface: false, must: [] };

/** What is wrong with a wish before it is asked: a field and words. */
export function wrongWish(wishes: Wishes): { field: string; words: string } | null {
  const { cardMarkup, seats } = wishes;
  if (cardMarkup !== undefined && !/^\d{1,2}(?:\.\d{1,4})?$/.test(cardMarkup)) {
    return { field: 'cardMarkup', words: 'Give it in per cent, such as 3.5.' };
  }
  if (seats !== undefined && !/^[1-9]\d{0,4}$/.test(seats)) {
    return { field: 'seats', words: 'Give a whole number, 1 at least.' };
  }
  return null;
}

/** The question to the core. */
export function plansQuery(wishes: Wishes, chartWidth: number): PlansQuery {
  const { days, volume, country, tax, cardMarkup, currency, student, seats, yearly, anySurface, must } = wishes;
  return {
    days: Number(days),
    ...(country === undefined ? {} : { country }),
    ...(tax === undefined ? {} : { tax }),
    ...(cardMarkup === undefined ? {} : { cardMarkup }),
    ...(currency === undefined ? {} : { currency }),
    ...(student === undefined ? {} : { student }),
    ...(seats === undefined ? {} : { seats: Number(seats) }),
    ...(yearly === undefined ? {} : { yearly }),
    must: [...must],
    anySurface,
    accounts: [],
    ...(volume === 100 ? {} : { volume }),
    ...(chartWidth > 0 ? { chartWidth } : {}),
  };
}

/** What of the wishes is a setting, too. */
export function asSettings({ country, tax, cardMarkup, currency, student, seats }: Wishes): Partial<Settings> {
  return {
    ...(country === undefined ? {} : { country }),
    ...(tax === undefined ? {} : { taxStatus: tax }),
    ...(cardMarkup === undefined ? {} : { cardMarkup }),
    ...(currency === undefined ? {} : { currency }),
    ...(student === undefined ? {} : { student }),
    ...(seats === undefined ? {} : { seats: Number(seats) }),
  };
}

/** The wishes without what is a setting. */
export function withoutSettings({ days, volume, yearly, anySurface, must }: Wishes): Wishes {
  return { days, volume, anySurface, must, ...(yearly === undefined ? {} : { yearly }) };
}

/** Names out of a field: parted by commas, each once. */
export function namesIn(text: string): string[] {
  return [...new Set(text.split(',').map((name) => name.trim()))].filter((name) => name !== '');
}

/** What a month is likely to cost: the middle, and the range where there is one. */
export function monthly({ monthly: cost }: PlanOption): { middle: string; range: string | null } {
  if (!cost) return { middle: UNKNOWN, range: null };
  const range = span(cost.p10, cost.p90, cost.currency);
  const middle = about({ amount: cost.p50, currency: cost.currency });
  return { middle, range: range === middle ? null : range };
}

/** What would be refused, in words; nothing where nothing is. */
export function refusal({ requests, hours, share }: RefusedUse): string | null {
  if (hours === 0 && (requests ?? 0) === 0) return null;
  const what = requests === null ? 'some requests' : counted(requests, 'request');
  return `${what} in ${counted(hours, 'hour')}, ${percentText(share)} of your use`;
}

/** The name of an option, by its id. */
export function optionName(comparison: PlanComparison, id: string | null): string | null {
  return id === null ? null : (comparison.options.find((option) => option.id === id)?.name ?? null);
}

/** What to do, in a few words. */
export function advice(comparison: PlanComparison): string {
  const { action, option, saves, currency } = comparison.recommendation;
  if (action === 'notEnoughData') return 'Not enough data yet';
  const name = optionName(comparison, option);
  if (action === 'stay') return option === 'current' || name === null ? 'Stay as you are' : `Stay: ${name}`;
  const saved = saves !== null && currency !== null ? `, and save about ${about({ amount: saves, currency })} a month` : '';
  return `Switch to ${name ?? UNKNOWN}${saved}`;
}

/** The options that are shown at first: the best, and always what is advised, its rival and what is paid now. */
export function firstShown(comparison: PlanComparison, most: number): PlanOption[] {
  const { option, rival } = comparison.recommendation;
  return comparison.options.filter(
    ({ id }, at) => at < most || id === 'current' || id === 'metered' || id === option || id === rival,
  );
}

/** The options as a table, every figure exact: what is copied. */
export function planTable({ options, buyer }: PlanComparison): string[][] {
  const unit = `(${buyer.currency})`;
  const head = [
    'Rank', 'Option', `Month P10 ${unit}`, `Month P50 ${unit}`, `Month P90 ${unit}`, 'Chance of being cheapest (%)', `Regret ${unit}`,
    'Refused requests', 'Refused hours', 'Refused share (%)', 'Break-even', 'Least sure figure', 'Illustration',
  ]; // prettier-ignore
  const rows = options.map((option, at) => [
    count(at + 1),
    option.name,
    option.monthly?.p10 ?? '',
    option.monthly?.p50 ?? '',
    option.monthly?.p90 ?? '',
    option.probabilityCheapest ?? '',
    option.regret ?? '',
    option.refused.requests === null ? '' : String(option.refused.requests),
    String(option.refused.hours),
    option.refused.share,
    option.breakEven.map(({ words }) => words).join('; '),
    option.confidence,
    option.illustration ? 'yes' : 'no',
  ]);
  return [head, ...rows];
}

/** What a plan's list price is, such as `$20.00 a month`. */
export function listPrice(price: string | null, currency: string | null, every: string | null): string {
  if (price === null) return UNKNOWN;
  const amount = /^-?\d+(?:\.\d+)?$/.test(price) && currency !== null ? money({ amount: price, currency }) : price;
  return every === null ? amount : `${amount} a ${every}`;
}

/** The name of the place that an address leads to; nothing where a text is no address. */
export function placeOf(source: string): string | null {
  if (!/^https?:\/\//.test(source)) return null;
  try {
    return new URL(source).host.replace(/^www\./, '');
  } catch {
    return null;
  }
}
