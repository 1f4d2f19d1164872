import { flushSync, mount, unmount } from 'svelte';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { countries, countryName, useLocale } from '../format';
import Choice from './Choice.svelte';

let made: Record<string, never> | undefined;

beforeEach(() => {
  useLocale('en-US');
});

afterEach(() => {
  if (made) void unmount(made);
  made = undefined;
  document.body.replaceChildren();
});

function choice(value: string): HTMLSelectElement {
  made = mount(Choice, {
    target: document.body,
    props: { id: 'c', label: 'Country', value, options: [['', 'Not said']], later: () => [['', countries()]], shown: countryName, testid: 'country' },
  });
  flushSync();
  const field = document.querySelector('select');
  if (!field) throw new Error('there is no list');
  return field;
}

it('shows what is chosen before its long list is asked for', () => {
  const field = choice('IN');
  expect(field.value).toBe('IN');
  expect([...field.options].map(({ text }) => text)).toEqual(['Not said', 'India']);
});

it('fills its list when one comes to it, and keeps what is chosen', async () => {
  const field = choice('IN');
  field.dispatchEvent(new Event('focus'));
  flushSync();
  await Promise.resolve();
  expect(field.options.length).toBe(countries().length + 1);
  expect(field.value).toBe('IN');
  expect([...field.options].filter((option) => option.value === 'IN')).toHaveLength(1);
});

it('fills its list when it is pointed at, before it opens', () => {
  const field = choice('');
  field.dispatchEvent(new Event('pointerdown', { bubbles: true }));
  flushSync();
  expect(field.options.length).toBeGreaterThan(200);
  expect(field.value).toBe('');
});
