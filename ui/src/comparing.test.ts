import { expect, it } from 'vitest';
import type { BeforeFigures, UsageRow } from './bindings';
import { compared, ended, lengthOf } from './comparing';
import { difference } from './format';

const usd = (amount: string) => ({ amount, currency: 'USD' });
const BEFORE: BeforeFigures = {
  billed: [usd('10.00')],
  billedUnknown: null,
  listed: [usd('8')],
  inputTokens: 100,
  outputTokens: 20,
  requests: 4,
  usageUnknown: null,
};
const ROW: UsageRow = {
  key: 'openai',
  name: 'OpenAI',
  provider: 'openai',
  account: null,
  billed: [usd('12.5000001')],
  listed: [usd('6')],
  inputTokens: 100,
  outputTokens: 20,
  requests: 2,
  unpriced: 0,
  lane: 'billed',
  before: BEFORE,
  spark: null,
};

it('takes away to the last digit', () => {
  expect(difference('12.5000001', '10.00')).toBe('2.5000001');
  expect(difference('10', '12.5')).toBe('-2.5');
  expect(difference('0.1', '0.1')).toBe('0.0');
  expect(difference('123456789012345678901', '123456789012345678900')).toBe('1');
});

it('tells the amount and the share', () => {
  expect(compared(ROW, 'billed').changes).toEqual([
    { unit: 'USD', now: '12.5000001', before: '10.00', more: '2.5000001', percent: 0.25000001, way: 'up' },
  ]);
  expect(compared(ROW, 'listed').changes).toMatchObject([{ more: '-2', percent: -0.25, way: 'down' }]);
  expect(compared(ROW, 'tokens').changes).toMatchObject([{ unit: null, more: '0', way: 'same' }]);
  expect(compared(ROW, 'requests').changes).toMatchObject([{ more: '-2', percent: -0.5 }]);
});

it('keeps currencies apart, and says no share of nought', () => {
  const row = { ...ROW, billed: [usd('3'), { amount: '5', currency: 'EUR' }], before: { ...BEFORE, billed: [usd('0')] } };
  expect(compared(row, 'billed').changes).toMatchObject([
    { unit: 'USD', more: '3', percent: null },
    { unit: 'EUR', more: '5', before: '0', percent: null },
  ]);
});

it('says why nothing is known, and never takes it for nought', () => {
  const before = { ...BEFORE, billed: null, billedUnknown: 'OpenAI is not read yet.', requests: null, usageUnknown: 'Not read.' };
  expect(compared({ ...ROW, before }, 'billed')).toEqual({ changes: null, unknown: 'OpenAI is not read yet.' });
  expect(compared({ ...ROW, before }, 'requests')).toEqual({ changes: null, unknown: 'Not read.' });
  expect(compared({ ...ROW, requests: null }, 'requests')).toEqual({ changes: null, unknown: null });
  expect(compared({ ...ROW, before: null }, 'billed')).toEqual({ changes: null, unknown: null });
});

it('tells what a row was that is gone', () => {
  expect(ended(ROW, 'billed')).toMatchObject([{ more: '-12.5000001', percent: -1, way: 'down' }]);
  expect(ended({ ...ROW, requests: null }, 'requests')).toEqual([]);
});

it('measures bars within one currency', () => {
  expect(lengthOf([usd('5')], usd('10'))).toBe(0.5);
  expect(lengthOf([{ amount: '5', currency: 'EUR' }], usd('10'))).toBeNull();
  expect(lengthOf([], undefined)).toBeNull();
});
