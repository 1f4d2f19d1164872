import { flushSync, mount, tick, unmount } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Event, Request } from '../bindings';
import { useLocale } from '../format';
import { pretendBrowser } from '../pretend';
import DataCare from './DataCare.svelte';

const door = vi.hoisted(() => {
  class Refusal extends Error {
    constructor(
      message: string,
      readonly code = 'badRequest',
      readonly field: string | null = null,
    ) {
      super(message);
    }
  }
  return {
    Refusal,
    asked: [] as Request[],
    answer: (() => Promise.resolve(null)) as (request: Request) => Promise<unknown>,
    hear: (() => undefined) as (event: Event) => void,
    paused: [] as boolean[],
  };
});
vi.mock('../api', () => ({
  Refusal: door.Refusal,
  call: (request: Request) => {
    door.asked.push(request);
    return door.answer(request);
  },
  onEvent: (hear: (event: Event) => void) => {
    door.hear = hear;
    return () => undefined;
  },
  pauseAsking: (pause: boolean) => door.paused.push(pause),
}));

let page: Record<string, unknown>;
let restored = 0;

const find = <T extends HTMLElement>(id: string): T | null => document.querySelector<T>(`[data-testid="${id}"]`);
const says = (id: string): string => (find(id)?.textContent ?? '').replace(/\s+/g, ' ').trim();

async function settle(): Promise<void> {
  for (let turn = 0; turn < 8; turn += 1) await tick();
  flushSync();
}

async function click(id: string): Promise<void> {
  find(id)?.click();
  await settle();
}

async function type(id: string, text: string): Promise<void> {
  const field = find<HTMLInputElement>(id);
  if (!field) throw new Error(`no ${id}`);
  field.value = text;
  field.dispatchEvent(new InputEvent('input', { bubbles: true }));
  await settle();
}

beforeEach(() => {
  useLocale('en-US');
  pretendBrowser();
  door.asked = [];
  door.paused = [];
  restored = 0;
  page = mount(DataCare, { target: document.body, props: { sample: false, today: '2026-11-18', onrestored: () => Promise.resolve(void (restored += 1)) } });
  flushSync();
});

afterEach(async () => {
  await unmount(page);
  localStorage.clear();
});

it('saves the charges of some days where the person says, the last day included', async () => {
  door.answer = ({ method }) =>
    Promise.resolve(method === 'choosePlace' ? { path: '/home/mira/c.csv' } : { path: '/home/mira/c.csv', lines: 1200, charges: 1200, sample: false });
  await type('export-from', '2026-10-01');
  await type('export-last', '2026-10-31');
  await click('export-charges');
  expect(door.asked).toEqual([
    { method: 'choosePlace', params: { name: 'spendglass-charges-2026-11-18.csv' } },
    { method: 'export', params: { what: 'charges', path: '/home/mira/c.csv', from: '2026-10-01', to: '2026-11-01' } },
  ]);
  expect(says('data-charges-said')).toBe('1,200 charges kept in /home/mira/c.csv.');
});

it('writes nothing where no place was chosen', async () => {
  door.answer = () => Promise.resolve({ path: null });
  await click('export-all');
  expect(door.asked.map(({ method }) => method)).toEqual(['choosePlace']);
  expect(says('data-all-said')).toBe('');
});

it('shows how far a long export is, and lets it be cancelled', async () => {
  let refuse: (error: Error) => void = () => undefined;
  door.answer = ({ method }) => {
    if (method === 'choosePlace') return Promise.resolve({ path: '/x.csv' });
    if (method === 'cancelSync') refuse(new door.Refusal('Cancelled.', 'cancelled'));
    return method === 'export' ? new Promise((_, reject) => (refuse = reject)) : Promise.resolve(null);
  };
  await click('export-charges');
  door.hear({ type: 'exportProgress', done: 250000, total: 1000000 });
  await settle();
  expect(find('data-charges-progress')?.querySelector('progress')?.value).toBe(250000);
  expect(says('data-charges-progress')).toContain('250,000 of 1,000,000');
  await click('data-cancel');
  expect(says('data-charges-said')).toBe('Cancelled. Nothing was written.');
  expect(find('data-charges-progress')).toBeNull();
});

it('asks before it restores, and says whose key is needed anew', async () => {
  door.answer = ({ method }) =>
    Promise.resolve(
      method === 'chooseFile'
        ? { path: '/b.db' }
        : { path: '/b.db', kept: '/d/backup.db', accounts: 2, charges: 1, keysMissing: ['Studio', 'Chat'], keysProblem: null },
    );
  await click('restore');
  expect(door.asked.map(({ method }) => method)).toEqual(['chooseFile']);
  await click('restore-confirm');
  expect(door.asked.at(-1)).toEqual({ method: 'restore', params: { path: '/b.db' } });
  expect(restored).toBe(1);
  expect(says('data-restore-said')).toBe('Restored: 2 accounts, 1 charge. What was here before is kept in /d/backup.db.');
  expect(says('restore-keys')).toContain('Studio and Chat');
});

it('deletes once the word is typed, asks nothing meanwhile, and says what is left', async () => {
  localStorage.setItem('theme', 'dark');
  door.answer = ({ method, ...rest }) => {
    if (method !== 'deleteEverything') return Promise.resolve(null);
    const { params } = rest as { params: { confirm: string; leaveKeys: boolean } };
    if (params.confirm !== 'delete') return Promise.reject(new door.Refusal('Type the word delete.', 'badRequest', 'confirm'));
    if (!params.leaveKeys) return Promise.reject(new door.Refusal('The keychain is locked.', 'keychain', 'leaveKeys'));
    const left = [
      { what: 'A key', why: 'It is locked.', failed: true },
      { what: '/d/notes.txt', why: 'It is yours.', failed: false },
    ];
    return Promise.resolve({ keys: 0, files: 3, folder: '/d', folderGone: false, left });
  };
  await click('delete-everything');
  await type('delete-word', 'no');
  await click('delete-confirm');
  expect(says('delete-word-error')).toBe('Type the word delete.');
  expect(find('delete-leave-keys')).toBeNull();
  await type('delete-word', 'delete');
  await click('delete-confirm');
  expect(says('delete-word-error')).toBe('The keychain is locked.');
  expect(localStorage.getItem('theme')).toBe('dark');
  await click('delete-leave-keys');
  await click('delete-confirm');
  expect(door.paused).toEqual([true, false, true, false, true]);
  expect(says('farewell-failed')).toContain('A key');
  expect(says('farewell-left')).toContain('/d/notes.txt');
  expect(says('farewell')).toContain('Something is left');
  expect(localStorage.getItem('theme')).toBeNull();
});
