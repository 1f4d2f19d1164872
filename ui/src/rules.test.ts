import { beforeEach, expect, it } from 'vitest';
import { useLocale } from './format';
import { readRule, ruleWords, writeRule } from './rules';

beforeEach(() => {
  useLocale('en-US');
});

it.each([
  ['never', 'Never lapses'],
  ['on:2026-12-01', 'Lapses after December 1, 2026'],
  ['at:2026-12-01T08:00:00Z', 'Lapses at Dec 1, 2026, 8:00 AM UTC'],
  ['after-purchase:365d', 'Lapses 365 days after you received it'],
  ['after-purchase:1mo', 'Lapses 1 month after you received it'],
  ['after-inactivity:90d', 'Lapses 90 days after the account was last used'],
  ['end-of-period:month', 'Lapses at the end of the month'],
  ['end-of-period:month@utc', 'Lapses at the end of the month in UTC'],
  ['end-of-period:month@utc,rollover=1', 'Lapses at the end of the month in UTC, rolling over once'],
  ['end-of-period:month@15', 'Lapses at the end of the month that begins on day 15'],
  ['end-of-period:week,rollover=1', 'Lapses at the end of the week, rolling over once'],
  ['end-of-period:month,rollover=2', 'Lapses at the end of the month, rolling over 2 times'],
])('%s goes into the fields and out of them again, and reads: %s', (text, words) => {
  expect(writeRule(readRule(text))).toBe(text);
  expect(ruleWords(text, 'UTC')).toBe(words);
  if (text !== 'never') expect(ruleWords(text, 'UTC', true)).toBe(words.replace('Lapses', 'Possibly lapses'));
});

it('leaves to the provider what nobody said', () => {
  expect(readRule(null).kind).toBe('provider');
  expect(writeRule(readRule(null))).toBeNull();
});

it('drops a rollover of nothing, and takes what was typed with blanks around it', () => {
  expect(writeRule({ ...readRule('end-of-period:month,rollover=2'), rollover: ' 0 ' })).toBe('end-of-period:month');
  expect(writeRule({ ...readRule('after-purchase:365d'), count: ' 30 ' })).toBe('after-purchase:30d');
});

it('sends what is not finished to the core as it is, which names what is wrong', () => {
  expect(writeRule({ ...readRule(null), kind: 'on' })).toBe('on:');
  expect(writeRule({ ...readRule(null), kind: 'after-inactivity', count: 'soon' })).toBe('after-inactivity:soond');
});
