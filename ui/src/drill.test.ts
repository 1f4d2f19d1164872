import { expect, it } from 'vitest';
import type { Only } from './bindings';
import { into, type View } from './drill';

const VIEW: View = { range: '30d', first: '', last: '', by: 'provider', filters: [], step: null };
const OPENAI: Only = { by: 'provider', key: 'openai', provider: 'openai', account: null };
const MODEL: Only = { by: 'model', key: 'gpt-5.1', provider: 'openai', account: null };
const DAYS = { from: '2026-11-12', to: '2026-11-13' };

it('goes into a group, and shows what it is made of', () => {
  const inside = into(VIEW, { from: null, to: null, only: OPENAI }, 'OpenAI');
  expect(inside).toEqual({ ...VIEW, by: 'model', filters: [{ only: OPENAI, name: 'OpenAI' }], step: { name: 'OpenAI', from: null, to: null } });
  const deeper = into(inside ?? VIEW, { from: null, to: null, only: MODEL }, 'gpt-5.1');
  expect(deeper?.by).toBe('key');
  expect(deeper?.filters.map(({ name }) => name)).toEqual(['OpenAI', 'gpt-5.1']);
});

it('goes into days, and stays with the grouping', () => {
  expect(into(VIEW, { ...DAYS, only: null }, '')).toEqual({
    ...VIEW,
    range: 'custom',
    first: '2026-11-12',
    last: '2026-11-12',
    step: { name: null, ...DAYS },
  });
});

it('goes into both at once', () => {
  const inside = into(VIEW, { ...DAYS, only: OPENAI }, 'OpenAI');
  expect(inside).toMatchObject({ first: '2026-11-12', last: '2026-11-12', by: 'model', step: { name: 'OpenAI', ...DAYS } });
});

it('goes nowhere from where one is', () => {
  expect(into(VIEW, { from: null, to: null, only: null }, '')).toBeNull();
  const inside = into(VIEW, { ...DAYS, only: OPENAI }, 'OpenAI') ?? VIEW;
  expect(into(inside, { ...DAYS, only: OPENAI }, 'OpenAI')).toBeNull();
  expect(into(inside, { ...DAYS, only: null }, '')).toBeNull();
});

it('tells two groups of one name apart', () => {
  const first = into(VIEW, { from: null, to: null, only: { by: 'project', key: 'web', provider: null, account: 1 } }, 'web') ?? VIEW;
  const second = into(first, { from: null, to: null, only: { by: 'project', key: 'web', provider: null, account: 2 } }, 'web');
  expect(second?.filters).toHaveLength(2);
});

it('never groups by what is one row already', () => {
  let view: View = VIEW;
  for (const by of ['provider', 'model', 'key', 'project', 'item'] as const) {
    view = into({ ...view, by }, { from: null, to: null, only: { by, key: by, provider: null, account: null } }, by) ?? view;
    expect(view.filters.map(({ only }) => only.by)).not.toContain(view.by);
  }
});
