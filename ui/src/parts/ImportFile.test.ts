import { flushSync, mount, unmount } from 'svelte';
import { afterEach, expect, it, vi } from 'vitest';
import * as door from '../api';
import ImportFile from './ImportFile.svelte';

let made: Record<string, never> | undefined;

afterEach(() => {
  if (made) void unmount(made);
  made = undefined;
  document.body.replaceChildren();
  vi.restoreAllMocks();
});

function at<T extends HTMLElement>(id: string): T {
  const found = document.querySelector<T>(`[data-testid="${id}"]`);
  if (!found) throw new Error(`there is no ${id}`);
  return found;
}

it('asks what the columns are where no format has them, in the words of the window', async () => {
  HTMLDialogElement.prototype.showModal = vi.fn();
  HTMLDialogElement.prototype.close = vi.fn();
  vi.spyOn(door, 'call').mockImplementation((({ method }: { method: string }) =>
    method === 'formats'
      ? Promise.resolve([])
      : Promise.reject(
          new door.Refusal({
            code: 'badRequest',
            message: 'days.csv: no known format has the columns day, spent. Name its format with --as, or say which column is what with --as map:date=…,cost=…,currency=…',
            retryAt: null,
          }),
        )) as typeof door.call);
  made = mount(ImportFile, { target: document.body, props: { accounts: [], onclose: () => undefined, ondone: () => undefined } });
  flushSync();
  const path = at<HTMLInputElement>('import-path');
  path.value = 'days.csv';
  path.dispatchEvent(new Event('input', { bubbles: true }));
  at('import-look').click();
  await vi.waitFor(() => {
    expect(at('import-error').textContent).toBe('days.csv: no known format has the columns day, spent. Choose its format, or say which column is what.');
  });
  expect(at('import-mapping').closest('details')?.open).toBe(true);
});

it('takes a file for a provider of which there is no account yet', async () => {
  HTMLDialogElement.prototype.showModal = vi.fn();
  HTMLDialogElement.prototype.close = vi.fn();
  const asked = vi.spyOn(door, 'call').mockImplementation((({ method }: { method: string }) =>
    method === 'providers' ? Promise.resolve([{ id: 'groq', name: 'Groq' }]) : method === 'formats' ? Promise.resolve([]) : new Promise(() => undefined)) as typeof door.call);
  made = mount(ImportFile, { target: document.body, props: { accounts: [], onclose: () => undefined, ondone: () => undefined } });
  await vi.waitFor(() => {
    flushSync();
    expect(at('import-account').textContent).toContain('Groq');
  });
  const path = at<HTMLInputElement>('import-path');
  path.value = '/d/days.csv';
  path.dispatchEvent(new Event('input', { bubbles: true }));
  const account = at<HTMLSelectElement>('import-account');
  account.value = 'groq';
  account.dispatchEvent(new Event('change', { bubbles: true }));
  flushSync();
  at('import-look').click();
  expect(asked).toHaveBeenLastCalledWith({ method: 'previewImport', params: { path: '/d/days.csv', account: null, provider: 'groq' } });
});
