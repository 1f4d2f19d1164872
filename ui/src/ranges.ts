// The ranges of the Spend screen: whole UTC days, the end exclusive, as the core has them.

import { addDays } from './format';
import { t } from './messages.svelte';

export const RANGES = ['today', '7d', '30d', 'month', '90d', 'year', 'all', 'custom'] as const;
export type Range = (typeof RANGES)[number];

const DAYS: Partial<Record<Range, number>> = { today: 1, '7d': 7, '30d': 30, '90d': 90, year: 365 };
/** The widest range that the core draws is ten years and their leap days. */
const ALL_DAYS = 3_652;

/** A range in words. */
export function rangeName(range: Range): string {
  return t(`spend.range.${range}`);
}

/** A range of whole days. */
export interface Span {
  from: string;
  to: string;
}

/** The days of a preset, ending with the present UTC day. */
export function spanOf(range: Exclude<Range, 'custom'>, today: string): Span {
  const to = addDays(today, 1);
  if (range === 'month') return { from: `${today.slice(0, 7)}-01`, to };
  return { from: addDays(to, -(range === 'all' ? ALL_DAYS : (DAYS[range] ?? 30))), to };
}

/** The days from one date to another, both included; or what is wrong with them, in words. */
export function customSpan(first: string, last: string): Span | string {
  if (!isDate(first)) return t('spend.dates.first');
  if (!isDate(last)) return t('spend.dates.last');
  if (last < first) return t('spend.dates.order');
  const span = { from: first, to: addDays(last, 1) };
  return daysOf(span) > ALL_DAYS ? t('spend.dates.long') : span;
}

/** Which of two dates makes them no range: one that is none, or else the one that was given last. */
export function wrongDay(first: string, last: string, given: 'first' | 'last'): 'first' | 'last' | null {
  if (typeof customSpan(first, last) !== 'string') return null;
  if (!isDate(first)) return 'first';
  return isDate(last) ? given : 'last';
}

/** How many days a span has. */
export function daysOf({ from, to }: Span): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000);
}

/** The whole month before the one of a date. */
export function monthBefore(today: string): Span {
  const to = `${today.slice(0, 7)}-01`;
  return { from: `${addDays(to, -1).slice(0, 7)}-01`, to };
}

function isDate(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text));
}
