import { flushSync, mount, tick, unmount } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Account, KeyCandidate, ProviderRow, Request } from '../bindings';
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
  kind: {
    id: 'admin',
    name: 'Admin key',
    prefixes: ['sk-admin-'],
    sees: ['cost', 'usage'],
    madeAt: 'https://x.test/',
    note: '',
    intake: 'text',
    fields: [],
    details: [],
    cost: '',
    terms: '',
  },
  better: null,
  lacks: '',
  connectedAs: null,
} satisfies KeyCandidate;
const account = { id: 7, label: 'OpenAI' } as Account;

let refuse = false;
let providers: ProviderRow[] = [];
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
  providers = [];
  added.mockReset();
  asked.mockReset().mockImplementation((request) => {
    if (request.method === 'providers') return Promise.resolve(providers);
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

it('says that a key has no spaces, and asks nobody', async () => {
  paste('sk-admin-0123 456789');
  await settle();
  expect(find('key-error')?.textContent).toBe('A key has no spaces. Copy the key alone.');
  expect(document.body.textContent).not.toContain('Looking at how the key begins');
  find('key-add')?.click();
  await settle();
  expect(asked.mock.calls.some(([{ method }]) => method === 'recogniseKey' || method === 'addAccount')).toBe(false);
  paste(KEY);
  await settle();
  expect(find('key-error')).toBeNull();
  expect(find('key-recognised')).not.toBeNull();
});

it('says once what to do about a key that sees nothing, and sends it nowhere', async () => {
  const blind = { ...candidate.kind, id: 'project', name: 'Project key', sees: [], note: 'Make an admin key instead.' };
  asked.mockImplementation(({ method }) => Promise.resolve(method === 'recogniseKey' ? [{ ...candidate, kind: blind, better: candidate.kind }] : []));
  paste('sk-proj-0123456789');
  await settle();
  find('key-add')?.click();
  await settle();
  expect(find('key-error')?.textContent).toContain('It is not added');
  expect(find('key-recognised')?.textContent).toContain('Use a key of the kind “Admin key” instead');
  expect(find('key-recognised')?.textContent).not.toContain('Make an admin key instead.');
  expect(asked.mock.calls.some(([{ method }]) => method === 'addAccount')).toBe(false);
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

const aws = {
  id: 'aws.bedrock',
  name: 'AWS Bedrock',
  baseUrl: 'https://ce.test',
  latency: '',
  lacks: 'Promotional credits.',
  streams: [],
  keys: [
    {
      ...candidate.kind,
      id: 'iam',
      name: 'Access key',
      intake: 'fields' as const,
      fields: [
        { name: 'access_key_id', label: 'Access key ID', hint: 'Begins with AKIA.', optional: false, choices: [] },
        { name: 'session_token', label: 'Session token', hint: 'For temporary keys.', optional: true, choices: [] },
      ],
      details: [
        { name: 'region', label: 'Region', hint: '', optional: false, choices: [{ value: 'us', name: 'US' }, { value: 'eu', name: 'EU' }] },
      ],
      cost: 'Each read costs US$0.01.',
    },
  ],
} satisfies ProviderRow;

async function byName(): Promise<void> {
  providers = [aws];
  await unmount(page);
  page = mount(AddKey, { target: document.body, props: { accounts: [], onadded: added } });
  await settle();
  find('key-by-name')?.click();
  await settle();
  const select = find<HTMLSelectElement>('key-provider');
  if (!select) throw new Error('no provider to choose');
  select.value = aws.id;
  select.dispatchEvent(new Event('change', { bubbles: true }));
  await settle();
}

it('asks for every part, every detail and for consent to a cost, and says which is missing', async () => {
  await byName();
  expect(find('provider-lacks')?.textContent).toBe('Promotional credits.');
  find('key-add')?.click();
  await settle();
  expect(find('key-error')?.textContent).toBe('Access key ID is missing.');
  const part = find<HTMLInputElement>('key-part-access_key_id');
  if (!part) throw new Error('no part');
  part.value = ' AKIA-EXAMPLE ';
  find('key-add')?.click();
  await settle();
  expect(find('key-error')?.textContent).toContain('costs first');
  find('key-agree')?.click();
  const region = find<HTMLSelectElement>('key-detail-region');
  if (!region) throw new Error('no region');
  region.value = 'eu';
  region.dispatchEvent(new Event('change', { bubbles: true }));
  await settle();
  find('key-add')?.click();
  await settle();
  expect(asked).toHaveBeenCalledWith({
    method: 'addAccount',
    params: {
      provider: 'aws.bedrock',
      kind: 'iam',
      fields: { access_key_id: 'AKIA-EXAMPLE' },
      details: { region: 'eu' },
      acceptCost: true,
    },
  });
  expect(document.documentElement.outerHTML).not.toContain('AKIA-EXAMPLE');
  expect(added).toHaveBeenCalledOnce();
});

it('adds a provider without a key', async () => {
  await byName();
  find('key-kind-none')?.click();
  await settle();
  find('key-add')?.click();
  await settle();
  expect(asked).toHaveBeenCalledWith({ method: 'addAccount', params: { provider: 'aws.bedrock', withoutKey: true } });
});

it('wants a key before it asks anybody', async () => {
  find('key-add')?.click();
  await settle();
  expect(find('key-error')?.textContent).toBe('Paste a key first.');
});
