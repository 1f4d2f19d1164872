import { afterEach, expect, test } from 'vitest';
import { rememberedWidth, rememberWidth } from './widths';

afterEach(() => {
  localStorage.clear();
});

test('a width is remembered for a window of the same width alone', () => {
  expect(rememberedWidth()).toBe(0);
  rememberWidth(812);
  expect(rememberedWidth()).toBe(812);
  localStorage.setItem('chart-width', `${String(innerWidth + 1)} 812`);
  expect(rememberedWidth()).toBe(0);
});

test('what is no width is none', () => {
  for (const kept of ['', 'x', `${String(innerWidth)} `, `${String(innerWidth)} -4`, `${String(innerWidth)} 8.5`]) {
    localStorage.setItem('chart-width', kept);
    expect(rememberedWidth(), kept).toBe(0);
  }
});
