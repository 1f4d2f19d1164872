import { describe, expect, it } from 'vitest';
import { customSpan, daysOf, monthBefore, spanOf, wrongDay } from './ranges';

describe('a preset', () => {
  it.each([
    ['today', '2026-03-01', '2026-03-01', '2026-03-02'],
    ['7d', '2026-03-01', '2026-02-23', '2026-03-02'],
    ['30d', '2026-03-01', '2026-01-31', '2026-03-02'],
    ['month', '2026-03-31', '2026-03-01', '2026-04-01'],
    ['90d', '2026-12-31', '2026-10-03', '2027-01-01'],
    ['year', '2028-03-01', '2027-03-03', '2028-03-02'],
    ['all', '2026-11-18', '2016-11-19', '2026-11-19'],
  ] as const)('%s on %s', (range, today, from, to) => {
    expect(spanOf(range, today)).toEqual({ from, to });
  });
});

describe('dates of one’s own', () => {
  it('include the last day', () => {
    expect(customSpan('2026-11-01', '2026-11-30')).toEqual({ from: '2026-11-01', to: '2026-12-01' });
    expect(customSpan('2026-11-01', '2026-11-01')).toEqual({ from: '2026-11-01', to: '2026-11-02' });
  });

  it('say what is wrong', () => {
    expect(customSpan('', '2026-11-30')).toMatch(/first day/);
    expect(customSpan('2026-11-01', '2026-13-01')).toMatch(/last day/);
    expect(customSpan('2026-11-02', '2026-11-01')).toMatch(/before/);
    expect(customSpan('2010-01-01', '2026-11-01')).toMatch(/ten years/);
  });
});

it('marks the date that is wrong', () => {
  expect(wrongDay('2026-11-01', '2026-11-30', 'last')).toBeNull();
  expect(wrongDay('', '2026-11-30', 'last')).toBe('first');
  expect(wrongDay('2026-11-01', '', 'first')).toBe('last');
  expect(wrongDay('2026-12-01', '2026-11-30', 'first')).toBe('first');
  expect(wrongDay('2026-11-02', '2026-11-01', 'last')).toBe('last');
});

it('knows the whole month before', () => {
  expect(monthBefore('2026-03-31')).toEqual({ from: '2026-02-01', to: '2026-03-01' });
  expect(monthBefore('2026-01-01')).toEqual({ from: '2025-12-01', to: '2026-01-01' });
  expect(daysOf(monthBefore('2028-03-05'))).toBe(29);
});
