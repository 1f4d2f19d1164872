// Long tables: only the rows in view are in the page, and the room of the others is kept.

/** Up to so many rows are simply there. */
export const FEW = 60;
/** Rows beyond either edge, so that a turn of the wheel meets no gap. */
const SPARE = 8;

/** Which rows of a table are to be in the page, and how many pixels stand for those before and after. */
export function inView(count: number, rowHeight: number, top: number, height: number): { from: number; to: number; before: number; after: number } {
  if (count <= FEW || rowHeight <= 0) return { from: 0, to: count, before: 0, after: 0 };
  const first = Math.floor(Math.max(top, 0) / rowHeight) - SPARE;
  const last = Math.ceil((Math.max(top, 0) + height) / rowHeight) + SPARE;
  const to = Math.min(Math.max(last, SPARE), count);
  const from = Math.max(Math.min(first, to - 1), 0);
  return { from, to, before: from * rowHeight, after: (count - to) * rowHeight };
}
