// The way into figures and back: each step is a view of its own, so that going back brings exactly what was there.

import type { Drill, Grouping, Only } from './bindings';
import { addDays } from './format';
import type { Range } from './ranges';

export const GROUPINGS = ['provider', 'model', 'project', 'key', 'session', 'client', 'tag', 'item'] as const;
export type By = (typeof GROUPINGS)[number];

/** A filter, and what it is called. */
export interface Filter {
  only: Only;
  name: string;
}

/** What the Spend screen shows. */
export interface View {
  range: Range;
  /** The dates of one's own, both included. */
  first: string;
  last: string;
  by: By;
  filters: readonly Filter[];
  /** What led here: a group, days, or both. */
  step: { name: string | null; from: string | null; to: string | null } | null;
}

/** What is most worth knowing of one group, in order: the first that is not fixed yet. */
const NEXT: Readonly<Record<By, readonly By[]>> = {
  provider: ['model', 'key', 'project'],
  model: ['key', 'project', 'item'],
  project: ['model', 'key', 'item'],
  key: ['model', 'project', 'item'],
  session: ['model', 'key', 'project'],
  client: ['model', 'project', 'key'],
  tag: ['model', 'project', 'key'],
  item: ['model', 'key', 'project'],
};

/** One step in: the days of a mark, its group, or both. Nothing where the mark leads nowhere new. */
export function into(view: View, { from, to, only }: Drill, name: string): View | null {
  const days = from !== null && to !== null ? { from, to } : null;
  const sameDays = days !== null && view.range === 'custom' && view.first === days.from && addDays(view.last, 1) === days.to;
  const known = only !== null && view.filters.some((filter) => sameGroup(filter.only, only));
  const moved = days !== null && !sameDays ? days : null;
  const group = only !== null && !known ? only : null;
  if (!moved && !group) return null;
  const filters = group ? [...view.filters, { only: group, name }] : view.filters;
  return {
    range: moved ? 'custom' : view.range,
    first: moved ? moved.from : view.first,
    last: moved ? addDays(moved.to, -1) : view.last,
    by: group ? nextBy(view.by, filters) : view.by,
    filters,
    step: { name: group ? name : null, from: moved?.from ?? null, to: moved?.to ?? null },
  };
}

/** The grouping inside a group: never one by which everything is one row. */
function nextBy(by: By, filters: readonly Filter[]): By {
  const fixed = new Set<Grouping>(filters.map(({ only }) => only.by));
  if (!fixed.has(by)) return by;
  return NEXT[by].find((next) => !fixed.has(next)) ?? GROUPINGS.find((next) => !fixed.has(next)) ?? by;
}

function sameGroup(a: Only, b: Only): boolean {
  return a.by === b.by && a.key === b.key && a.provider === b.provider && a.account === b.account;
}
