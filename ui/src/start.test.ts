// What the window puts into the page before it is loaded.

import { afterEach, expect, it, vi } from 'vitest';
import { cameWithPage, firstFigures } from './api';
import { writeIn } from './theme';

vi.mock('@tauri-apps/api/core', () => ({ invoke: vi.fn() }));

afterEach(() => {
  document.body.replaceChildren();
  document.documentElement.removeAttribute('style');
});

it('reads the figures that came with the page, letter for letter', () => {
  expect(cameWithPage()).toBe(false);
  expect(firstFigures()).toBeNull();
  const page = '<script type="application/json" id="first-figures">{"insight":"\\u003c/script> & \\"so\\""}</script>';
  document.body.replaceChildren(...new DOMParser().parseFromString(page, 'text/html').head.children);
  expect(cameWithPage()).toBe(true);
  expect(firstFigures()?.insight).toBe('</script> & "so"');
  expect(cameWithPage()).toBe(false);
});

it.each([
  ['Noto Sans', '"Noto Sans",system-ui,sans-serif'],
  ['Sans', 'sans-serif,system-ui,sans-serif'],
  ['Odd "one"', '"Odd \\"one\\"",system-ui,sans-serif'],
])('writes in the font %s', (name, families) => {
  writeIn(name);
  expect(document.documentElement.style.getPropertyValue('--font')).toBe(families);
});
