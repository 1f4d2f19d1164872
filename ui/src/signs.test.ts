// The script of the other screens comes when somebody is there, and not before.

import { flushSync, mount, tick, unmount } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import App from './App.svelte';
import { door, pretendBrowser } from './pretend';
import { app } from './state.svelte';

// One of its screens tells.
const script = vi.hoisted(() => ({ asked: 0 }));
vi.mock('./screens/Spend.svelte', (original) => {
  script.asked += 1;
  return original();
});
vi.mock('./api', async () => (await import('./pretend')).api);

let page: Record<string, unknown>;

async function settle(): Promise<void> {
  await tick();
  flushSync();
  await vi.dynamicImportSettled();
  await tick();
  flushSync();
}

beforeEach(() => {
  pretendBrowser();
  script.asked = 0;
  // No answer comes.
  door.answer = () => new Promise(() => undefined);
  page = mount(App, { target: document.body });
});

afterEach(async () => {
  await unmount(page);
  app.open('today');
});

const press = (key: string, more: KeyboardEventInit = {}): boolean => document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more }));

it('comes at the first sign of a person, once', async () => {
  await settle();
  expect(script.asked).toBe(0);
  window.dispatchEvent(new Event('pointermove'));
  await settle();
  expect(script.asked).toBe(1);
  press('Control');
  window.dispatchEvent(new Event('pointermove'));
  await settle();
  expect(script.asked).toBe(1);
});

it('does not keep the palette waiting', async () => {
  await settle();
  press('k', { ctrlKey: true });
  flushSync();
  expect(document.querySelector('[data-testid="palette"]')).not.toBeNull();
});
