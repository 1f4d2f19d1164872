import { expect, it } from 'vitest';
import { FEW, inView } from './rows';

it('holds a short table whole', () => {
  expect(inView(FEW, 40, 0, 400)).toEqual({ from: 0, to: FEW, before: 0, after: 0 });
});

it('holds what is in view of a long one, and keeps the room of the rest', () => {
  for (const top of [0, 1, 399, 20_000, 399_600, 10_000_000, -50]) {
    const { from, to, before, after } = inView(10_000, 40, top, 400);
    expect(before + (to - from) * 40 + after, String(top)).toBe(400_000);
    expect(to - from, String(top)).toBeGreaterThan(0);
    expect(to - from, String(top)).toBeLessThanOrEqual(28);
  }
  const middle = inView(10_000, 40, 20_000, 400);
  expect(middle.from).toBeLessThanOrEqual(500);
  expect(middle.to).toBeGreaterThanOrEqual(510);
});
