// bare words: not yet in the messages
// The ranges of the Spend screen: whole UTC days, the end exclusive, as the core has them.

import { addDays } from './format';

export type Range = 'today' | '7d' | '30d' | 'month' | '90d' | 'year' | 'custom';

export const RANGES: readonly (readonly [Range, string])[] = [
  ['today', 'Today'],
  ['7d', '7 days'],
  ['30d', '30 days'],
  ['month', 'This month'],
  ['90d', '90 days'],
  ['year', 'Year'],
  ['custom', 'Dates'],
];

const DAYS: Partial<Record<Range, number>> = { today: 1, '7d': 7, '30d': 30, '90d': 90, year: 365 };

/** A range of whole days. */
export interface Span {
  from: string;
  to: string;
}

/** The days of a preset, ending with the present UTC day. */
export function spanOf(range: Exclude<Range, 'custom'>, today: string): Span {
  const to = addDays(today, 1);
  if (range === 'month') return { from: `${today.slice(0, 7)}-01`, to };
  return { from: addDays(to, -(DAYS[range] ?? 30)), to };
}

/** The days from one date to another, both included; or what is wrong with them, in words. */
export function customSpan(first: string, last: string): Span | string {
  if (!isDate(first)) return 'Choose the first day.';
  if (!isDate(last)) return 'Choose the last day.';
  if (last < first) return 'The last day lies before the first.';
  return { from: first, to: addDays(last, 1) };
}

function isDate(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text));
}
