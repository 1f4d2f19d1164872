import { flushSync, mount, tick, unmount } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Account, KeyCandidate, Request } from '../bindings';
import AddKey from './AddKey.svelte';

const { Refusal } = vi.hoisted(() => ({
  Refusal: class extends Error {
    code = 'keyRejected';
  },
}));
const asked = vi.hoisted(() => vi.fn<(request: Request) => Promise<unknown>>());
vi.mock('../api', () => ({ call: asked, Refusal }));

const KEY = 'sk-admin-0123456789';
const candidate = {
  provider: 'openai',
  providerName: 'OpenAI',
  kind: { id: 'admin', name: 'Admin key', prefixes: ['sk-admin-'], sees: ['cost', 'usage'], madeAt: 'https://x.test/', note: '' },
  better: null,
  connectedAs: null,
} satisfies KeyCandidate;
const account = { id: 7, label: 'OpenAI' } as Account;

let refuse = false;
let page: Record<string, unknown>;
const added = vi.fn<(account: Account) => void>();

function find<T extends Element = HTMLElement>(testid: string): T | null {
  return document.querySelector<T>(`[data-testid="${testid}"]`);
}

function paste(text: string): void {
  const input = find<HTMLInputElement>('key-input');
  if (!input) throw new Error('no field');
  input.value = text;
  input.dispatchEvent(new Event('input', { bubbles: true }));
}

async function settle(): Promise<void> {
  await vi.advanceTimersByTimeAsync(500);
  await tick();
  flushSync();
}

beforeEach(() => {
  vi.useFakeTimers();
  refuse = false;
  added.mockReset();
  asked.mockReset().mockImplementation((request) => {
    if (request.method === 'providers') return Promise.resolve([]);
    if (request.method === 'recogniseKey') {
      return Promise.resolve(request.params.key.startsWith('sk-admin-') ? [candidate] : []);
    }
    if (refuse) return Promise.reject(new Refusal('OpenAI refuses this key.'));
    return Promise.resolve(account);
  });
  page = mount(AddKey, { target: document.body, props: { accounts: [], onadded: added } });
  flushSync();
});

afterEach(async () => {
  await unmount(page);
  vi.useRealTimers();
});

it('recognises the key, adds the account and empties the field', async () => {
  paste(`  ${KEY}\n`);
  await settle();
  expect(find('key-recognised')?.textContent).toContain('OpenAI · Admin key');
  expect(find('key-recognised')?.textContent).toContain('Sees cost and usage.');
  expect(find('key-recognised')?.textContent).toContain('Does not see balance and limits.');
  find('key-add')?.click();
  await settle();
  expect(asked).toHaveBeenCalledWith({ method: 'addAccount', params: { provider: 'openai', key: KEY } });
  expect(added).toHaveBeenCalledExactlyOnceWith(account);
  expect(find<HTMLInputElement>('key-input')?.value).toBe('');
  expect(document.documentElement.outerHTML).not.toContain(KEY);
});

it('never writes the key into the page', async () => {
  paste(KEY);
  await settle();
  expect(document.documentElement.outerHTML).not.toContain(KEY);
  expect(find<HTMLInputElement>('key-input')?.type).toBe('password');
});

it('says beside the field why a key is refused, and keeps it there to be mended', async () => {
  refuse = true;
  paste(KEY);
  await settle();
  find('key-add')?.click();
  await settle();
  const error = find('key-error');
  const input = find<HTMLInputElement>('key-input');
  expect(error?.textContent).toBe('OpenAI refuses this key.');
  expect(input?.getAttribute('aria-describedby')?.split(' ')).toContain(error?.id);
  expect(input?.getAttribute('aria-invalid')).toBe('true');
  expect(input?.value).toBe(KEY);
  expect(added).not.toHaveBeenCalled();
});

it('asks once for a key that is typed quickly', async () => {
  paste('sk-a');
  paste('sk-admin');
  paste(KEY);
  await settle();
  const keys = asked.mock.calls.flatMap(([request]) => (request.method === 'recogniseKey' ? [request.params.key] : []));
  expect(keys).toEqual([KEY]);
});

it('offers every provider where the prefix is not known', async () => {
  paste('mystery');
  await settle();
  expect(find('key-recognised')).toBeNull();
  expect(find('key-provider')).not.toBeNull();
  find('key-add')?.click();
  await settle();
  expect(find('key-error')?.textContent).toContain('Choose the provider');
  expect(asked.mock.calls.some(([request]) => request.method === 'addAccount')).toBe(false);
});

it('wants a key before it asks anybody', async () => {
  find('key-add')?.click();
  await settle();
  expect(find('key-error')?.textContent).toBe('Paste a key first.');
});
