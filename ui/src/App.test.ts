import { flushSync, mount, tick, unmount } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import App from './App.svelte';
import type { Event, Request } from './bindings';
import { speak } from './messages.svelte';
import { pretendBrowser } from './pretend';
import { hideAmounts } from './privacy.svelte';
import { app } from './state.svelte';

const door = vi.hoisted(() => ({
  asked: vi.fn<(request: Request) => Promise<unknown>>(),
  hear: (() => undefined) as (event: Event) => void,
}));
vi.mock('./api', () => ({
  Refusal: class extends Error {},
  call: door.asked,
  onEvent: (hear: (event: Event) => void) => {
    door.hear = hear;
    return () => undefined;
  },
}));

const find = <T extends HTMLElement>(id: string): T | null => document.querySelector<T>(`[data-testid="${id}"]`);
const input = (): HTMLInputElement => find<HTMLInputElement>('palette-input') ?? document.createElement('input');
const options = (): (string | undefined)[] =>
  [...document.querySelectorAll('[data-testid="palette-list"] [role=option]')].map((option) => option.querySelector('.name')?.textContent);
let page: Record<string, unknown>;

async function settle(): Promise<void> {
  for (let turn = 0; turn < 6; turn += 1) await tick();
  flushSync();
}

async function key(key: string, more: KeyboardEventInit = {}, target: EventTarget = document.activeElement ?? document.body): Promise<void> {
  target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more }));
  target.dispatchEvent(new KeyboardEvent('keyup', { key, bubbles: true, ...more }));
  await settle();
}

const control = { ctrlKey: true };

beforeEach(async () => {
  pretendBrowser();
  localStorage.clear();
  door.asked.mockReset().mockImplementation((request) => {
    const settings = { theme: 'system', language: 'en', timeZone: null };
    if (request.method === 'settings') return Promise.resolve(settings);
    if (request.method === 'changeSettings') return Promise.resolve(request.params);
    if (request.method === 'inbox') return Promise.resolve({ now: '2026-11-18T12:30:00Z', alerts: [], unseen: 0, warning: null });
    // What is on its way stays so: the shell is what is looked at here.
    return new Promise(() => undefined);
  });
  app.screen = 'inbox';
  app.overview = null;
  app.failure = null;
  page = mount(App, { target: document.body });
  await settle();
});

afterEach(async () => {
  await unmount(page);
  hideAmounts(false);
  await speak('system');
});

it('finds and does by a few letters, and gives the focus back', async () => {
  const before = find('bell');
  before?.focus();
  await key('k', control);
  expect(find('palette')).not.toBeNull();
  expect(document.activeElement).toBe(input());
  expect(options()[0]).toBe('Today');
  input().value = 'dark';
  input().dispatchEvent(new InputEvent('input', { bubbles: true }));
  await settle();
  expect(options()).toEqual(['Dark theme']);
  expect(input().getAttribute('aria-activedescendant')).toBe(document.querySelector('[aria-selected=true]')?.id);
  await key('Enter');
  expect(find('palette')).toBeNull();
  expect(app.theme).toBe('dark');
  await key('k', control);
  expect(options()[0]).toBe('Dark theme');
  expect(find('palette-dark')?.textContent).toContain('Recent');
});

it.each([
  ['restore', 'Restore a backup'],
  ['delete', 'Delete everything'],
  ['assign', 'Assign to a client'],
  ['webhook', 'Send alerts to a webhook'],
  ['purchase', 'Add credit that was bought'],
  ['expire', 'Add credit that was bought'],
  ['invoice', 'Client summary'],
  ['tag', 'Clients and tags'],
  ['import', 'Import a file'],
])('finds %s', async (word, name) => {
  await key('k', control);
  input().value = word;
  input().dispatchEvent(new InputEvent('input', { bubbles: true }));
  await settle();
  expect(options()).toContain(name);
});

it('walks through what was found and around its ends', async () => {
  await key('k', control);
  const selected = (): string | undefined => document.querySelector('[aria-selected=true]')?.querySelector('.name')?.textContent;
  await key('ArrowDown');
  expect(selected()).toBe('Spend');
  await key('ArrowUp');
  await key('ArrowUp');
  expect(selected()).toBe(options().at(-1));
  await key('ArrowDown');
  expect(selected()).toBe('Today');
});

it('goes to screens and back by keys', async () => {
  await key('i', control);
  expect(app.screen).not.toBe('inbox');
  await key('i', control);
  expect(app.screen).toBe('inbox');
  expect(document.title).toBe('Inbox · Spendglass');
  await key('P', { ctrlKey: true, shiftKey: true });
  expect(app.privacy).toBe(true);
  expect(find('privacy')?.getAttribute('aria-pressed')).toBe('true');
});

it('stays where it is by keys while a dialog waits for an answer, and closes the palette first', async () => {
  const dialog = document.createElement('dialog');
  const field = document.createElement('input');
  dialog.append(field);
  document.body.append(dialog);
  dialog.showModal();
  field.value = 'half filled';
  for (const typed of ['1', '3', '8', 'i', ',']) await key(typed, control, field);
  expect(app.screen).toBe('inbox');
  expect(dialog.open).toBe(true);
  for (const what of ['palette', 'screen:spend', 'budget']) {
    door.hear({ type: 'chosen', what });
    await settle();
  }
  expect(find('palette')).toBeNull();
  expect(app.screen).toBe('inbox');
  dialog.remove();
  await key('k', control);
  expect(find('palette')).not.toBeNull();
  await key('3', control);
  expect(find('palette')).toBeNull();
  expect(app.screen).toBe('credits');
});

it('asks for the menu by F10 and by Alt alone, not by Alt with another key', async () => {
  const asked = (): number => door.asked.mock.calls.filter(([{ method }]) => method === 'showMenu').length;
  await key('F10');
  expect(asked()).toBe(1);
  await key('Alt', { altKey: true });
  expect(asked()).toBe(2);
  document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'Alt', altKey: true, bubbles: true }));
  await key('Tab', { altKey: true });
  document.body.dispatchEvent(new KeyboardEvent('keyup', { key: 'Alt', bubbles: true }));
  await settle();
  expect(asked()).toBe(2);
});

it('does what is chosen from the menu by the names of the palette', async () => {
  door.hear({ type: 'chosen', what: 'shortcuts' });
  await settle();
  expect(find('shortcuts')).not.toBeNull();
  find('help-close')?.click();
  await settle();
  door.hear({ type: 'chosen', what: 'palette' });
  await settle();
  expect(find('palette')).not.toBeNull();
});

it('tells the keys by ?, but not while somebody types', async () => {
  const field = document.createElement('input');
  document.body.append(field);
  field.focus();
  await key('?');
  expect(find('shortcuts')).toBeNull();
  field.remove();
  await key('?');
  expect(find('shortcuts')).not.toBeNull();
});

it('is found in Hindi by Hindi and by English words', async () => {
  await speak('hi');
  await key('k', control);
  for (const typed of ['खर्च', 'spend']) {
    input().value = typed;
    input().dispatchEvent(new InputEvent('input', { bubbles: true }));
    await settle();
    expect(options()[0]).toBe('खर्च');
  }
});

it('offers to take back, leaves the focus where it is, and takes back by keys', async () => {
  find('bell')?.focus();
  const undo = vi.fn(() => Promise.resolve());
  app.offerUndo('The lot is removed.', undo);
  await settle();
  expect(find('toast')?.textContent).toContain('The lot is removed.');
  expect(find('toast-said')?.textContent).toContain('Undo with Ctrl Z');
  expect(document.activeElement).toBe(find('bell'));
  await key('z', control);
  expect(undo).toHaveBeenCalledTimes(1);
  expect(find('toast')).toBeNull();
  app.undoing.clear();
});
