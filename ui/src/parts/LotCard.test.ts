import { flushSync, mount, unmount } from 'svelte';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { LotRow } from '../bindings';
import { useLocale } from '../format';
import LotCard from './LotCard.svelte';

const NOW = Date.parse('2026-11-18T12:30:00Z');
const LOT: LotRow = {
  id: 'entry-1',
  account: 3,
  label: 'OpenRouter',
  provider: 'openrouter',
  kind: 'purchased',
  source: 'entered',
  currency: 'USD',
  acquiredAt: '2025-12-01',
  expiresAt: '2026-11-30',
  lapsesAt: '2026-11-30T18:30:00Z',
  rule: 'after-purchase:365d',
  ruleBy: 'provider',
  possible: false,
  ruleSource: 'https://terms.example/credits',
  ruleSeen: '2026-11',
  amount: '50',
  spent: '31.8',
  lapsed: '0',
  left: '18.2',
  atRisk: { p10: '4.12', p50: '12.4', p90: '17.96' },
  atRiskUnknown: null,
  neededPerDay: '1.52',
  note: null,
  asOf: '2026-11-18T12:00:00Z',
  spentAsOf: null,
  state: 'open',
  neverSpent: null,
};

let page: Record<string, unknown> | null = null;

function show(more: Partial<LotRow>): string {
  page = mount(LotCard, { target: document.body, props: { lot: { ...LOT, ...more }, now: NOW, zone: 'UTC' } });
  flushSync();
  return (document.body.textContent ?? '').replace(/\s+/g, ' ');
}

const says = (id: string): string =>
  (document.querySelector(`[data-testid="${id}"]`)?.textContent ?? '').replace(/\s+/g, ' ').trim();

beforeEach(() => {
  useLocale('en-US');
});

afterEach(async () => {
  if (page) await unmount(page);
  document.body.replaceChildren();
});

it('says what is left, when it lapses, what is at risk and the pace that saves it', () => {
  const text = show({});
  expect(says('lot-left')).toBe('$18.20');
  expect(says('lot-lapses')).toBe('in 12 days last day November 30, 2026');
  expect(says('lot-risk')).toBe('$12.40 $4.12–$17.96');
  expect(says('lot-pace')).toBe('$1.52 a day');
  expect(text).toContain('Lapses 365 days after you received it, the provider’s rule.');
  expect(document.querySelector('a')?.href).toBe('https://terms.example/credits');
});

it('gives the reason where the risk is not known, and never a nought', () => {
  show({ atRisk: null, atRiskUnknown: 'Only 3 complete days are known.', neededPerDay: null });
  expect(says('lot-risk')).toBe('— Only 3 complete days are known.');
  expect(says('lot-pace')).toBe('—');
});

it('says that nothing is at risk where the pace will do', () => {
  show({ atRisk: { p10: '0', p50: '0.00', p90: '0' } });
  expect(says('lot-risk')).toBe('nothing at your pace');
});

it('does not claim what nobody says', () => {
  const text = show({ rule: null, ruleBy: 'nobody', lapsesAt: null, expiresAt: null, left: null, state: 'untold', ruleSource: null });
  expect(text).toContain('Nobody says whether it lapses.');
  expect(text).toContain('Nobody tells what is left of it.');
  expect(says('lot-left')).toBe('—');
  expect(says('lot-lapses')).toBe('—');
});

it('calls a rule possible where the provider is not known to keep it', () => {
  expect(show({ possible: true })).toContain('Possibly lapses 365 days after you received it');
});

it('says what was lost of a lot that lapsed', () => {
  const text = show({ state: 'lapsed', left: '0', lapsed: '7.31', lapsesAt: '2026-09-30T18:30:00Z', expiresAt: '2026-09-30' });
  expect(text).toContain('Lost $7.31');
  expect(document.querySelector('[data-testid="lot-risk"]')).toBeNull();
});

it('says that nothing is ever taken from a lot of another unit than the bills', () => {
  show({ neverSpent: 'Nothing is ever taken from it: ElevenLabs is billed in eleven.credits, and this lot is of credits.' });
  expect(says('lot-never')).toContain('eleven.credits');
});
