// How the Spend screen was looked at: it stays while other screens are open, and its beginning over restarts.

import type { Bucket, Closer, Measure } from './bindings';
import { GROUPINGS, type By, type View } from './drill';
import { keep, oneOf, recall } from './kept';
import { RANGES, type Range } from './ranges';

export const MEASURES = ['billed', 'listed', 'tokens', 'requests'] as const satisfies readonly Measure[];
/** The pictures that one is chosen of. */
export const CLOSER = ['ranked', 'share', 'heat', 'year', 'sessions'] as const satisfies readonly Closer[];

const PLACE = 'spend';

interface Kept {
  range: Range;
  first: string;
  last: string;
  by: By;
  measure: Measure;
  compare: boolean;
  closer: Closer;
}

const isText = (value: unknown): boolean => typeof value === 'string';

class Looked {
  #kept = recall<Kept>(
    PLACE,
    { range: '30d', first: '', last: '', by: 'provider', measure: 'billed', compare: false, closer: 'share' },
    {
      range: oneOf(RANGES),
      first: isText,
      last: isText,
      by: oneOf(GROUPINGS),
      measure: oneOf(MEASURES),
      compare: (value) => typeof value === 'boolean',
      closer: oneOf(CLOSER),
    },
  );
  /** The way in: the last one is shown, the one before is where back leads. */
  views = $state.raw<readonly View[]>([
    { range: this.#kept.range, first: this.#kept.first, last: this.#kept.last, by: this.#kept.by, filters: [], step: null },
  ]);
  measure = $state<Measure>(this.#kept.measure);
  compare = $state(this.#kept.compare);
  closer = $state<Closer>(this.#kept.closer);
  /** The steps of time that were asked for; the core chooses without. */
  bucket = $state<Bucket | null>(null);

  get view(): View {
    const view = this.views.at(-1);
    if (!view) throw new Error('no view');
    return view;
  }

  /** Changes what is shown now, and not where back leads. */
  change(part: Partial<Omit<View, 'filters' | 'step'>>): void {
    if (part.range !== undefined) this.bucket = null;
    this.views = [...this.views.slice(0, -1), { ...this.view, ...part }];
  }

  go(view: View): void {
    this.bucket = null;
    this.views = [...this.views, view];
  }

  /** Back to a view by its place on the way, the one before without. */
  back(place = this.views.length - 2): boolean {
    if (place < 0 || place > this.views.length - 2) return false;
    this.bucket = null;
    this.views = this.views.slice(0, place + 1);
    return true;
  }

  /** Back to the beginning: what was looked into is of another store. */
  leave(): void {
    this.bucket = null;
    this.views = this.views.slice(0, 1);
  }

  /** Keeps where the screen begins the next time. */
  keep(): void {
    const [start] = this.views;
    if (!start) return;
    const { range, first, last, by } = start;
    const kept: Kept = { range, first, last, by, measure: this.measure, compare: this.compare, closer: this.closer };
    keep(PLACE, kept);
  }
}

export const looked = new Looked();
