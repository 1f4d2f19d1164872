// Finding one's way between the marks of a chart. Lengths are tenths of a CSS pixel, as the core gives them.

import type { Mark } from './bindings';

/** Whether several marks share a bucket: bars over time. A ranking has one mark a row. */
export function stacked(marks: readonly Mark[]): boolean {
  return marks.some(({ series }) => series !== null);
}

/** The mark nearest to a point. Across a stack the column counts, in a ranking the row. */
export function nearest(marks: readonly Mark[], x: number, y: number): number | null {
  const [across, along] = stacked(marks) ? [16, 1] : [1, 16];
  let best: number | null = null;
  let least = Infinity;
  marks.forEach((mark, at) => {
    const dx = Math.max(mark.x - x, 0, x - mark.x - mark.width);
    const dy = Math.max(mark.y - y, 0, y - mark.y - mark.height);
    const distance = across * dx * dx + along * dy * dy;
    if (distance < least) {
      least = distance;
      best = at;
    }
  });
  return best;
}

/** The mark that a point is on, or within so much of. */
export function hit(marks: readonly Mark[], x: number, y: number, slack: number): number | null {
  const inside = (mark: Mark, by: number): boolean =>
    x >= mark.x - by && x <= mark.x + mark.width + by && y >= mark.y - by && y <= mark.y + mark.height + by;
  const on = marks.findIndex((mark) => inside(mark, 0));
  const near = on >= 0 ? on : marks.findIndex((mark) => inside(mark, slack));
  return near >= 0 ? near : null;
}

/** The name of a file for a picture, from its title. */
export function fileName(title: string, format: string): string {
  const words = title
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, '-')
    .slice(0, 60)
    .replace(/^-|-$/g, '');
  return `${words === '' ? 'chart' : words}.${format}`;
}

/** Where a key leads from a mark, or null where the key is not for the chart. */
export function step(marks: readonly Mark[], from: number | null, key: string): number | null {
  const last = marks.length - 1;
  if (last < 0) return null;
  if (key === 'Home') return 0;
  if (key === 'End') return last;
  if (!/^Arrow(?:Left|Right|Up|Down)$/.test(key)) return null;
  const here = from === null ? undefined : marks[from];
  if (from === null || !here) return 0;
  if (!stacked(marks)) {
    const forward = key === 'ArrowRight' || key === 'ArrowDown';
    return Math.min(Math.max(from + (forward ? 1 : -1), 0), last);
  }
  if (key === 'ArrowUp' || key === 'ArrowDown') {
    const inside = indices(marks, here.bucket).sort((a, b) => top(marks, b) - top(marks, a));
    const at = inside.indexOf(from) + (key === 'ArrowUp' ? 1 : -1);
    return inside[Math.min(Math.max(at, 0), inside.length - 1)] ?? from;
  }
  const buckets = [...new Set(marks.map(({ bucket }) => bucket))];
  const next = buckets[buckets.indexOf(here.bucket) + (key === 'ArrowRight' ? 1 : -1)];
  if (next === undefined) return from;
  const inside = indices(marks, next);
  return inside.find((at) => marks[at]?.series === here.series) ?? inside[0] ?? from;
}

function indices(marks: readonly Mark[], bucket: string): number[] {
  return marks.flatMap((mark, at) => (mark.bucket === bucket ? [at] : []));
}

function top(marks: readonly Mark[], at: number): number {
  return marks[at]?.y ?? 0;
}
