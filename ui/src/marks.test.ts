import { describe, expect, it } from 'vitest';
import type { Mark } from './bindings';
import { nearest, step } from './marks';

const mark = (series: string | null, bucket: string, x: number, y: number, width: number, height: number): Mark => ({
  series,
  bucket,
  x,
  y,
  width,
  height,
  label: `${series ?? ''} ${bucket}`,
  column: null,
  value: '1',
  drill: null,
});

// Two days; the second is low and has one series only. The third stands tall again.
const bars = [
  mark('a', 'mon', 0, 500, 100, 500),
  mark('b', 'mon', 0, 100, 100, 400),
  mark('b', 'tue', 200, 950, 100, 50),
  mark('a', 'wed', 400, 300, 100, 700),
  mark('b', 'wed', 400, 100, 100, 200),
];
const rows = [mark(null, 'x', 0, 200, 900, 100), mark(null, 'y', 0, 600, 300, 100)];

describe('nearest', () => {
  it('takes the bar under the pointer', () => {
    expect(nearest(bars, 50, 700)).toBe(0);
    expect(nearest(bars, 50, 200)).toBe(1);
  });

  it('stays in the column above a low bar beside tall ones', () => {
    expect(nearest(bars, 250, 400)).toBe(2);
  });

  it('stays in the row beside a short bar', () => {
    expect(nearest(rows, 890, 590)).toBe(1);
  });

  it('finds nothing where there is nothing', () => {
    expect(nearest([], 1, 1)).toBeNull();
  });
});

describe('step', () => {
  it('begins at the first mark', () => {
    expect(step(bars, null, 'ArrowRight')).toBe(0);
    expect(step([], null, 'ArrowRight')).toBeNull();
  });

  it('keeps to the series from day to day where it can', () => {
    expect(step(bars, 0, 'ArrowRight')).toBe(2);
    expect(step(bars, 1, 'ArrowRight')).toBe(2);
    expect(step(bars, 2, 'ArrowRight')).toBe(4);
    expect(step(bars, 4, 'ArrowRight')).toBe(4);
    expect(step(bars, 0, 'ArrowLeft')).toBe(0);
  });

  it('climbs a stack', () => {
    expect(step(bars, 0, 'ArrowUp')).toBe(1);
    expect(step(bars, 1, 'ArrowUp')).toBe(1);
    expect(step(bars, 1, 'ArrowDown')).toBe(0);
  });

  it('walks a ranking with either pair of arrows', () => {
    expect(step(rows, 0, 'ArrowDown')).toBe(1);
    expect(step(rows, 0, 'ArrowRight')).toBe(1);
    expect(step(rows, 1, 'ArrowDown')).toBe(1);
    expect(step(rows, 1, 'ArrowUp')).toBe(0);
  });

  it('leaves other keys alone', () => {
    expect(step(bars, 0, 'Tab')).toBeNull();
    expect(step(bars, 0, 'End')).toBe(4);
    expect(step(bars, 3, 'Home')).toBe(0);
  });
});
