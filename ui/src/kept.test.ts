import { beforeEach, expect, it, vi } from 'vitest';
import { keep, oneOf, recall } from './kept';

const FALLBACK = { range: '30d', compare: false };
const CHECKS = { range: oneOf(['7d', '30d']), compare: (value: unknown) => typeof value === 'boolean' };

beforeEach(() => {
  localStorage.clear();
});

it('brings back what was kept', () => {
  expect(recall('spend', FALLBACK, CHECKS)).toEqual(FALLBACK);
  keep('spend', { range: '7d', compare: true });
  expect(recall('spend', FALLBACK, CHECKS)).toEqual({ range: '7d', compare: true });
});

it('takes nothing that it does not know, and keeps the rest', () => {
  keep('spend', { range: 'a century', compare: true, more: 1 });
  expect(recall('spend', FALLBACK, CHECKS)).toEqual({ range: '30d', compare: true });
  for (const broken of ['{', '7', 'null', '[]']) {
    localStorage.setItem('spend', broken);
    expect(recall('spend', FALLBACK, CHECKS)).toEqual(FALLBACK);
  }
});

it('does without a place to keep things', () => {
  const set = vi.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
    throw new Error('full');
  });
  keep('spend', FALLBACK);
  expect(recall('spend', FALLBACK, CHECKS)).toEqual(FALLBACK);
  set.mockRestore();
});
