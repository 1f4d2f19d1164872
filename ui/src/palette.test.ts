import { beforeEach, expect, it } from 'vitest';
import { find, fold, recentCommands, remember, score, type Command } from './palette';

const command = (id: string, name: string, also = '', group = 'Actions'): Command => ({
  id,
  name,
  also,
  group,
  icon: 'sync',
  run: () => undefined,
});

const ALL = [
  command('go:spend', 'Spend', '', 'Screens'),
  command('go:settings', 'सेटिंग', 'Settings', 'स्क्रीन'),
  command('do:sync', 'Sync now', 'refresh update'),
  command('do:dark', 'Dark theme', 'appearance'),
  command('do:budget', 'Set a budget'),
  command('account:3', 'Müller & Söhne', 'OpenAI', 'Accounts'),
];
const found = (query: string, recent: readonly string[] = []): string[] => find(query, ALL, recent).map(({ id }) => id);

beforeEach(() => {
  localStorage.clear();
});

it('folds case and accents and leaves the signs of Devanagari', () => {
  expect(fold('MÜLLER Söhne Straße')).toBe('muller sohne strasse');
  expect(fold('ज़रूर')).toBe(fold('जरूर'));
  expect(fold('कि')).not.toBe(fold('का'));
});

it.each([
  ['spe', 'go:spend'],
  ['now sync', 'do:sync'],
  ['refresh', 'do:sync'],
  ['muller', 'account:3'],
  ['open müller', 'account:3'],
  ['dkth', 'do:dark'],
  ['सेट', 'go:settings'],
  ['settings', 'go:settings'],
  ['BUDGET', 'do:budget'],
])('finds “%s” first', (query, id) => {
  expect(found(query)[0]).toBe(id);
});

it('finds nothing where a word is nowhere', () => {
  expect(found('sync elephants')).toEqual([]);
  expect(found('zzz')).toEqual([]);
});

it('puts names before what they are also found by, and beginnings before middles', () => {
  expect(score('sync', command('a', 'Sync now'))).toBeGreaterThan(score('sync', command('b', 'Reload', 'sync')));
  expect(score('end', command('a', 'End of day'))).toBeGreaterThan(score('end', command('b', 'Spend')));
});

it('offers what was used last first', () => {
  expect(found('', ['do:dark', 'gone', 'go:spend']).slice(0, 3)).toEqual(['do:dark', 'go:spend', 'go:settings']);
  expect(found('')).toHaveLength(ALL.length);
});

it('remembers the last five, each once', () => {
  for (const id of ['a', 'b', 'c', 'd', 'e', 'f', 'b']) remember(id);
  expect(recentCommands()).toEqual(['b', 'f', 'e', 'd', 'c']);
  localStorage.setItem('recent', '{"not": "a list"}');
  expect(recentCommands()).toEqual([]);
});

it('searches a thousand accounts within a frame', () => {
  const many = Array.from({ length: 1000 }, (_, at) => command(`account:${String(at)}`, `Client number ${String(at)}`, 'Anthropic', 'Accounts'));
  const began = performance.now();
  expect(find('client 999', many, [])[0]?.id).toBe('account:999');
  expect(performance.now() - began).toBeLessThan(100);
});
