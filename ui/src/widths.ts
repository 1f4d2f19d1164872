const PLACE = 'chart-width';

/** Remembers how wide the chart of Today is in a window of this width. */
export function rememberWidth(width: number): void {
  try {
    localStorage.setItem(PLACE, `${String(innerWidth)} ${String(width)}`);
  } catch {
    // Without local storage the chart comes a moment after the figures.
  }
}

/** How wide that chart was in a window of the present width; 0 where it is not known. */
export function rememberedWidth(): number {
  try {
    const [window, width] = (localStorage.getItem(PLACE) ?? '').split(' ').map(Number);
    return window === innerWidth && width !== undefined && Number.isInteger(width) && width > 0 ? width : 0;
  } catch {
    return 0;
  }
}
