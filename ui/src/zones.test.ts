import { expect, it } from 'vitest';
import { zones } from './zones';

it('lists zones by their part of the world', () => {
  const groups = new Map(zones(null));
  expect(groups.get('Europe')).toContainEqual(['Europe/Berlin', 'Berlin']);
  expect(groups.get('America')?.some(([zone, name]) => zone === 'America/New_York' && name === 'New York')).toBe(true);
});

it('keeps a zone that is chosen and in no list', () => {
  const groups = new Map(zones('Mars/Olympus_Mons'));
  expect(groups.get('Mars')).toEqual([['Mars/Olympus_Mons', 'Olympus Mons']]);
});
