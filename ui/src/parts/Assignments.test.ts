import { flushSync, mount, tick, unmount } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Account, Assignment, Request } from '../bindings';
import { app } from '../state.svelte';
import Assignments from './Assignments.svelte';

const asked = vi.hoisted(() => vi.fn<(request: Request) => Promise<unknown>>());
vi.mock('../api', () => ({ call: asked, Refusal: class extends Error {}, onEvent: () => () => undefined }));

const accounts = [{ id: 1, label: 'OpenAI' }, { id: 2, label: 'Groq' }] as Account[];
let rows: Assignment[];
let page: Record<string, unknown>;

const find = <T extends HTMLElement = HTMLElement>(id: string): T | null => document.querySelector<T>(`[data-testid="${id}"]`);

async function settle(): Promise<void> {
  for (let turn = 0; turn < 8; turn += 1) await tick();
  flushSync();
}

async function give(id: string, value: string): Promise<void> {
  const field = find<HTMLInputElement>(id);
  if (!field) throw new Error(`no ${id}`);
  field.focus();
  await settle();
  field.value = value;
  field.dispatchEvent(new Event(field.localName === 'select' ? 'change' : 'input', { bubbles: true }));
  await settle();
}

const options = (id: string): string[] => [...(find(id)?.querySelectorAll('option') ?? [])].map(({ textContent }) => textContent);

beforeEach(async () => {
  rows = [];
  app.notice = null;
  asked.mockReset().mockImplementation((request) => {
    if (request.method === 'assignments') return Promise.resolve(rows);
    if (request.method === 'assign') {
      rows = [...rows, request.params.assignment];
      return Promise.resolve(rows);
    }
    const of = (key: string, name: string, account: number): object => ({ key, name, account });
    const parts = { project: [of('proj_1', 'Lark site', 1), of('proj_2', 'Other', 2)], key: [of('key_1', 'CI', 1)] };
    return Promise.resolve({ rows: request.method === 'usage' && request.params.by === 'project' ? parts.project : parts.key });
  });
  page = mount(Assignments, { target: document.body, props: { accounts, onchanged: () => undefined } });
  await settle();
});

afterEach(async () => {
  await unmount(page);
});

it('offers the projects and keys of the account, and begins anew after each', async () => {
  await give('assign-name', 'Lark');
  await give('assign-account', '1');
  expect(options('assign-part')).toEqual(['All of the account', 'Lark site', 'Another project…', 'CI', 'Another key…']);
  await give('assign-part', 'project:proj_1');
  find('assign-save')?.click();
  await settle();
  expect(rows).toEqual([{ kind: 'client', name: 'Lark', account: 1, project: 'proj_1' }]);
  expect(find('assignments')?.textContent).toContain('only project Lark site of OpenAI');
  expect(app.notice).toEqual({ text: 'Assigned to Lark: only project Lark site of OpenAI.', bad: false });
  expect(find<HTMLInputElement>('assign-name')?.value).toBe('');
  expect(document.activeElement).toBe(find('assign-name'));
});

it('warns at once of a name that was never read, and takes it all the same', async () => {
  await give('assign-name', 'Lark');
  await give('assign-account', '1');
  await give('assign-part', 'otherProject');
  find('assign-save')?.click();
  await settle();
  expect(find('assign-project-error')?.textContent).toBe('Which one? Give its name or id.');
  await give('assign-project', 'CI');
  expect(find('assign-project-warning')?.textContent).toContain('Nothing of this name was read from OpenAI yet');
  await give('assign-project', 'Lark site');
  expect(find('assign-project-warning')).toBeNull();
  await give('assign-project', 'nosuchproject');
  find('assign-save')?.click();
  await settle();
  expect(find('assignments')?.textContent).toContain('only project nosuchproject of OpenAI (not read yet)');
});

it('wants a name first', async () => {
  find('assign-save')?.click();
  await settle();
  expect(find('assign-name-error')?.textContent).toBe('Whose is it? Give a name.');
  expect(asked.mock.calls.some(([{ method }]) => method === 'assign')).toBe(false);
});
