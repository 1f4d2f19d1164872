import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as format from './format';

const usd = (amount: string) => ({ amount, currency: 'USD' });

beforeEach(() => {
  format.useLocale('en-US');
});

afterEach(() => {
  format.pretendExactStrings(null);
});

// Every case of money must read the same where the engine takes decimal text and where it does not.
describe.each([null, false])('money, exact strings %s', (able) => {
  beforeEach(() => {
    format.pretendExactStrings(able);
  });

  it.each([
    ['0', '$0.00'],
    ['12.3', '$12.30'],
    ['12.345', '$12.35'],
    ['-12.345', '-$12.35'],
    ['-0.004', '-$0.004'],
    ['0.5', '$0.50'],
    ['0.123', '$0.12'],
    ['0.0123456', '$0.0123'],
    ['0.000123', '$0.000123'],
    ['0.00000012345', '$0.000000123'],
    ['1234567.891', '$1,234,567.89'],
    ['9007199254740993.07', '$9,007,199,254,740,993.07'],
    ['0.000', '$0.00'],
  ])('%s dollars read %s', (amount, text) => {
    expect(format.money(usd(amount))).toBe(text);
  });

  it('groups rupees the Indian way in any English', () => {
    const rupees = { amount: '12345678.9', currency: 'INR' };
    expect(format.money(rupees)).toBe('₹1,23,45,678.90');
    format.useLocale('en-GB');
    expect(format.money(rupees)).toBe('₹1,23,45,678.90');
    format.useLocale('en-IN');
    expect(format.money(rupees)).toBe('₹1,23,45,678.90');
    expect(format.money(usd('12345678.9'))).toBe('$1,23,45,678.90');
  });

  it('follows the locale', () => {
    format.useLocale('de-DE');
    expect(format.money({ amount: '-1234.5', currency: 'EUR' })).toBe('-1.234,50\u00a0€');
    expect(format.money({ amount: '0.00012', currency: 'EUR' })).toBe('0,00012\u00a0€');
  });

  it('gives yen no places unless they are small', () => {
    expect(format.money({ amount: '1234', currency: 'JPY' })).toBe('¥1,234');
    expect(format.money({ amount: '0.0123', currency: 'JPY' })).toBe('¥0.0123');
  });

  it('names virtual units', () => {
    expect(format.money({ amount: '1250', currency: 'credits' })).toBe('1,250\u00a0credits');
    expect(format.money({ amount: '1', currency: 'credits' })).toBe('1\u00a0credit');
    expect(format.money({ amount: '1.00', currency: 'credits' })).toBe('1\u00a0credit');
    expect(format.money({ amount: '0.0042', currency: 'credits' })).toBe('0.0042\u00a0credits');
    expect(format.quantity('50', 'requests')).toBe('50\u00a0requests');
    expect(format.bareQuantity('1039', 'requests')).toBe('1,039');
    expect(format.bareQuantity('5', 'USD')).toBe('$5.00');
    expect(format.bareQuantity('1039', 'credits')).toBe('1,039\u00a0credits');
  });

  it.each([
    ['12.3456789012', '$12.3456789012'],
    ['12.3', '$12.30'],
    ['-0.0000001', '-$0.0000001'],
    ['9007199254740993.000000000001', '$9,007,199,254,740,993.000000000001'],
  ])('shows every digit of %s', (amount, text) => {
    expect(format.exactMoney(usd(amount))).toBe(text);
  });
});

describe('the locale', () => {
  it.each([
    [['C'], '$1,234.50'],
    [['C.UTF-8', 'de-DE'], '1.234,50\u00a0$'],
    [['POSIX'], '$1,234.50'],
    [[], '$1,234.50'],
    [['xx-invalid-tag-too-long-subtag'], '$1,234.50'],
  ])('%j is made the best of', (tags, text) => {
    format.useLocale(...tags);
    expect(format.money(usd('1234.5'))).toBe(text);
    expect(format.relative('2026-11-22T09:57:00Z', Date.parse('2026-11-22T10:00:00Z'))).toBe('3 minutes ago');
  });

  it('keeps words English and numbers at home', () => {
    format.useLocale('de-DE');
    expect(format.longDay('2026-11-22')).toMatch(/^Sunday\W+22 November$/);
    expect(format.exactTime('2026-11-22T15:30:00Z', 'Europe/Berlin')).toContain('16:30');
    expect(format.count(12345)).toBe('12.345');
  });
});

describe('money that is not there', () => {
  it('is a dash and never zero', () => {
    expect(format.moneyList([])).toBe('—');
    expect(format.money(usd('NaN'))).toBe('—');
    expect(format.money(usd('1e5'))).toBe('—');
    expect(format.money(usd(''))).toBe('—');
    expect(format.count(null)).toBe('—');
    expect(format.compact(null)).toBe('—');
  });

  it('never adds currencies', () => {
    expect(format.moneyList([usd('1'), { amount: '2', currency: 'EUR' }])).toBe('$1.00 · €2.00');
  });
});

describe('decimal text', () => {
  it.each([
    ['1.005', 2, '1.01'],
    ['-1.005', 2, '-1.01'],
    ['0.999', 2, '1.00'],
    ['9.5', 0, '10'],
    ['-0.004', 2, '0.00'],
    ['3', 2, '3.00'],
  ])('%s to %s places is %s', (text, places, rounded) => {
    expect(format.round(text, places)).toBe(rounded);
  });

  it.each([
    ['0.1', '0.10', 0],
    ['2', '10', -1],
    ['-2', '-10', 1],
    ['9007199254740993', '9007199254740992', 1],
    ['0.30000000000000001', '0.3', 1],
    ['-0.1', '0', -1],
  ])('%s beside %s is %s', (a, b, order) => {
    expect(format.compare(a, b)).toBe(order);
  });
});

describe('counts', () => {
  it.each([
    [0, '0'],
    [9999, '9,999'],
    [1_234_567, '1.23\u202fM'],
    [15_000, '15\u202fK'],
    [2_000_000_000, '2\u202fB'],
  ])('%s is %s in short', (value, text) => {
    expect(format.compact(value)).toBe(text);
  });

  it('counts the Indian way', () => {
    format.useLocale('en-IN');
    expect(format.count(12_345_678)).toBe('1,23,45,678');
    expect(format.compact(1_234_567)).toMatch(/^12\.3\u202f(?:L|T)/);
  });

  it('knows one from many', () => {
    expect(format.counted(1, 'day')).toBe('1 day');
    expect(format.counted(1400, 'day')).toBe('1,400 days');
  });
});

describe('shares', () => {
  it.each([
    ['1', '4', 0.25],
    ['5', '4', 1],
    ['-1', '4', 0],
    ['1', '0', null],
    ['x', '4', null],
  ])('%s of %s', (used, limit, share) => {
    expect(format.share(used, limit)).toBe(share);
  });

  it('is over one for a figure, and never for the length of a bar', () => {
    expect([format.ratio('106', '100'), format.share('106', '100')]).toEqual([1.06, 1]);
    expect(format.percent(format.ratio('1', '15') ?? 0)).toBe('7%');
  });

  it('does not round the ends away', () => {
    expect([format.percent(0.001), format.percent(0.006)]).toEqual(['<1%', '1%']);
    expect(format.percent(0.999)).toBe('>99%');
    expect(format.percent(0.5)).toBe('50%');
    expect(format.percent(1)).toBe('100%');
    expect([format.percent(1.0655), format.percent(1.15)]).toEqual(['106%', '115%']);
    expect(format.percent(0)).toBe('0%');
  });
});

describe('times', () => {
  const now = Date.parse('2026-11-22T10:00:00Z');

  it.each([
    ['2026-11-22T09:59:40Z', 'just now'],
    ['2026-11-22T10:00:20Z', 'just now'],
    ['2026-11-22T09:59:10Z', '1 minute ago'],
    ['2026-11-22T09:57:00Z', '3 minutes ago'],
    ['2026-11-22T15:30:00+05:30', 'just now'],
    ['2026-11-22T07:01:00Z', '2 hours ago'],
    ['2026-11-20T18:00:00Z', '40 hours ago'],
    ['2026-11-20T09:00:00Z', '2 days ago'],
    ['2026-12-01T00:00:00Z', 'in 8 days'],
    ['2026-12-20T00:00:00Z', 'in 3 weeks'],
    ['2026-11-22T09:00:30Z', '59 minutes ago'],
    ['2026-11-22T14:00:00Z', 'in 4 hours'],
    ['2026-09-01T00:00:00Z', '2 months ago'],
    ['2024-01-01T00:00:00Z', '2 years ago'],
    ['nonsense', '—'],
  ])('%s is %s', (time, text) => {
    expect(format.relative(time, now)).toBe(text);
  });

  it('says a time in full in the zone', () => {
    const text = format.exactTime('2026-11-22T10:00:00Z', 'Asia/Kolkata').replace(/\u202f/g, ' ');
    expect(text).toBe('Nov 22, 2026, 3:30 PM GMT+5:30');
    expect(format.exactTime('2026-11-22T10:00:00Z', 'No/Such')).toContain('UTC');
    expect(format.exactTime('')).toBe('—');
  });

  it('ends a range on its last day', () => {
    const plain = (text: string) => text.replace(/\s/g, ' ');
    expect(plain(format.dayRange('2026-11-01', '2026-11-23'))).toBe('Nov 1 – 22, 2026');
    expect(format.dayRange('2026-11-22', '2026-11-23')).toBe('Nov 22, 2026');
    expect(plain(format.dayRange('2025-12-30', '2026-01-02'))).toBe('Dec 30, 2025 – Jan 1, 2026');
  });

  it('walks the calendar', () => {
    expect(format.addDays('2026-03-01', -1)).toBe('2026-02-28');
    expect(format.addDays('2024-02-28', 1)).toBe('2024-02-29');
    expect(format.longDay('2026-11-22')).toBe('Sunday, November 22');
    expect(format.month('2026-11-22')).toBe('November 2026');
  });
});

describe('ranges and times to come', () => {
  it.each([
    ['38', '52.6', 'USD', '$38.00–$52.60'],
    ['12.001', '12.004', 'USD', '$12.00'],
    ['-1', '2', 'USD', '-$1.00 to $2.00'],
    ['4', '20', 'credits', '4–20\u00a0credits'],
    ['500', '1234.5', 'INR', '₹500–₹1,230'],
    ['227.67', '255.83', 'USD', '$228–$256'],
    ['99.5', '104.4', 'USD', '$99.50–$104'],
    ['152674.79', '203392.72', 'credits', '153,000–203,000\u00a0credits'],
  ])('%s to %s %s reads %s', (low, high, currency, text) => {
    expect(format.span(low, high, currency)).toBe(text);
  });

  it.each([
    ['99.994', '$99.99'],
    ['999.6', '$1,000'],
    ['0.012345', '$0.0123'],
    ['-1234', '-$1,230'],
    ['00123.4', '$123'],
    ['100', '$100'],
    ['nonsense', '—'],
  ])('a forecast of %s dollars reads %s', (amount, text) => {
    expect(format.about(usd(amount))).toBe(text);
  });

  it.each([
    [11, 60, '11–60 days'],
    [1, 1, '1 day'],
    [0, 0, 'less than a day'],
    [0, 3, 'up to 3 days'],
    [400, null, '400 days to over 2 years'],
    [null, null, 'over 2 years'],
  ])('%s to %s days', (few, many, text) => {
    expect(format.daySpan(few, many)).toBe(text);
  });

  it.each([
    ['0', true],
    ['0.00', true],
    ['-0', true],
    ['0.001', false],
    ['12', false],
    ['', false],
  ])('knows whether %s is nought', (text, nought) => {
    expect(format.isNought(text)).toBe(nought);
  });

  const NOW = Date.parse('2026-11-18T12:00:00Z');
  it.each([
    ['2026-11-20T00:00:00Z', 'in 36 hours'],
    ['2026-11-30T18:30:00Z', 'in 12 days'],
    ['2027-01-27T12:00:00Z', 'in 70 days'],
    ['2027-06-30T12:00:00Z', 'in 7 months'],
    ['2026-10-18T12:00:00Z', '31 days ago'],
    ['nonsense', '—'],
  ])('%s is %s', (time, text) => {
    expect(format.until(time, NOW)).toBe(text);
  });

  it('leaves a date a date', () => {
    expect(format.moment('2026-12-01', 'America/Los_Angeles')).toBe('December 1, 2026');
    expect(format.moment('2026-12-01T00:00:00Z', 'Asia/Kolkata')).toBe('Dec 1, 2026, 5:30 AM GMT+5:30');
  });
});

describe('countries and currencies', () => {
  it('are told by their names, in the order of the names', () => {
    const list = format.countries();
    expect(new Set(list.map(([code]) => code)).size).toBe(list.length);
    expect(list.length).toBeGreaterThan(240);
    expect(list.find(([code]) => code === 'IN')).toEqual(['IN', 'India']);
    expect(list.every(([code, name]) => /^[A-Z]{2}$/.test(code) && name !== code)).toBe(true);
    expect(list.map(([, name]) => name)).toEqual(list.map(([, name]) => name).sort((a, b) => a.localeCompare(b, 'en-US')));
    expect(format.countryName('IN')).toBe('India');
    expect(format.countryName('nowhere')).toBe('nowhere');
    expect(format.currencyName('INR')).toBe('INR, Indian Rupee');
    expect(format.currencyName('credits')).toBe('credits');
  });

  it.each([
    ['71.4', '71%'],
    ['0.2', '<1%'],
    ['99.9', '>99%'],
    ['100', '100%'],
    ['much', '—'],
  ])('a share of %s per cent is read as %s', (text, words) => {
    expect(format.percentText(text)).toBe(words);
  });
});
