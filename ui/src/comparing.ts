// How a figure compares with the period before: amounts and per cent. What is not known is said, and is never nought.

import type { Amount, Measure, UsageRow } from './bindings';
import { compare, difference, share } from './format';

/** A figure beside what it was. */
export interface Change {
  /** A currency or unit; nothing for counts. */
  unit: string | null;
  now: string;
  before: string;
  /** What there is more, or less with a minus. Decimal text. */
  more: string;
  /** The same in per cent of what it was; nothing where that was nought. For reading, so rounded. */
  percent: number | null;
  way: 'up' | 'down' | 'same';
}

/** How one row compares, or why nothing is said. */
export type Compared = { changes: readonly Change[]; unknown: null } | { changes: null; unknown: string | null };

function change(unit: string | null, now: string, before: string): Change {
  const more = difference(now, before);
  const way = compare(now, before);
  const whole = Number(before);
  return {
    unit,
    now,
    before,
    more,
    percent: whole > 0 ? Number(more) / whole : null,
    way: way > 0 ? 'up' : way < 0 ? 'down' : 'same',
  };
}

function money(now: readonly Amount[], before: readonly Amount[]): Change[] {
  const units = [...new Set([...now, ...before].map(({ currency }) => currency))];
  const of = (list: readonly Amount[], unit: string): string => list.find(({ currency }) => currency === unit)?.amount ?? '0';
  return units.map((unit) => change(unit, of(now, unit), of(before, unit)));
}

function counts(now: number | null, before: number | null): Change[] | null {
  return now === null || before === null ? null : [change(null, String(now), String(before))];
}

const sum = (a: number | null, b: number | null): number | null => (a === null && b === null ? null : (a ?? 0) + (b ?? 0));

/** How a row compares in one measure. Without figures of before nothing was asked, or nothing is known. */
export function compared(row: UsageRow, measure: Measure): Compared {
  const { before } = row;
  if (!before) return { changes: null, unknown: null };
  if (measure === 'billed') {
    return before.billed ? { changes: money(row.billed, before.billed), unknown: null } : { changes: null, unknown: before.billedUnknown };
  }
  if (measure === 'listed') {
    return before.listed ? { changes: money(row.listed, before.listed), unknown: null } : { changes: null, unknown: before.usageUnknown };
  }
  const changes =
    measure === 'requests'
      ? counts(row.requests, before.requests)
      : counts(sum(row.inputTokens, row.outputTokens), sum(before.inputTokens, before.outputTokens));
  return changes ? { changes, unknown: null } : { changes: null, unknown: before.usageUnknown };
}

/** What a row that is gone was: the same figures as changes to nought. */
export function ended(row: UsageRow, measure: Measure): readonly Change[] {
  if (measure === 'billed' || measure === 'listed') return money([], row[measure]);
  const was = measure === 'requests' ? row.requests : sum(row.inputTokens, row.outputTokens);
  return was === null ? [] : [change(null, '0', String(was))];
}

/** The length of a row's bar beside the largest of the same unit; nothing where it has no such figure. */
export function lengthOf(amounts: readonly Amount[], largest: Amount | undefined): number | null {
  const same = largest && amounts.find(({ currency }) => currency === largest.currency);
  return same ? share(same.amount, largest.amount) : null;
}

