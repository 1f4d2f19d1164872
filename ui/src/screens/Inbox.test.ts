import { flushSync, mount, tick, unmount } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { AlertRow, Inbox, Request } from '../bindings';
import { useLocale } from '../format';
import { app } from '../state.svelte';
import InboxScreen from './Inbox.svelte';

const asked = vi.hoisted(() => vi.fn<(request: Request) => Promise<unknown>>());
vi.mock('../api', () => ({ call: asked, Refusal: class extends Error {}, onEvent: () => () => undefined }));

const NOW = '2026-11-18T12:30:00Z';
const alert = (id: number, more: Partial<AlertRow>): AlertRow => ({
  id,
  rule: 'expiry',
  subject: 'lot:entry-1',
  step: '14d',
  level: 'warning',
  title: '$18.20 at OpenRouter lapses in 12 days',
  body: 'Spending $1.52 a day uses it up.',
  account: 3,
  raisedAt: '2026-11-18T10:30:00Z',
  dueAt: '2026-11-18T10:30:00Z',
  state: 'due',
  deliveries: [],
  ...more,
});

let inbox: Inbox;
let page: Record<string, unknown>;

const find = (id: string): HTMLElement | null => document.querySelector<HTMLElement>(`[data-testid="${id}"]`);
const says = (id: string): string => (find(id)?.textContent ?? '').replace(/\s+/g, ' ').trim();

async function open(more: Partial<Inbox>): Promise<void> {
  inbox = { now: NOW, alerts: [], unseen: 0, warning: null, ...more };
  page = mount(InboxScreen, { target: document.body });
  await settle();
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 4; turn += 1) await tick();
  flushSync();
}

beforeEach(() => {
  useLocale('en-US');
  app.now = Date.parse(NOW);
  app.screen = 'inbox';
  asked.mockReset().mockImplementation((request) => Promise.resolve(request.method === 'inbox' ? inbox : {}));
});

afterEach(async () => {
  await unmount(page);
});

it('says what became of an alert by each channel', async () => {
  await open({
    unseen: 1,
    alerts: [
      alert(9, {
        deliveries: [
          { channel: 'desktop', delivered: false, at: '2026-11-18T12:29:00Z', receipt: null, problem: 'no service answers.' },
          { channel: 'webhook', delivered: true, at: '2026-11-18T10:30:05Z', receipt: '200', problem: null },
        ],
      }),
    ],
  });
  expect([...document.querySelectorAll('[data-testid="alert-deliveries"] li')].map(({ textContent }) => textContent)).toEqual([
    'Desktop: not delivered, no service answers; tried 1 minute ago.',
    'Webhook: arrived (receipt 200) 1 hour ago.',
  ]);
  expect(says('inbox-count')).toBe('1 alert not seen.');
  expect(app.unseen).toBe(1);
});

it('warns where alerts do not reach anybody', async () => {
  await open({ warning: 'No notification service answers.' });
  expect(says('inbox-warning')).toBe('No notification service answers.');
  expect(find('no-alerts')).not.toBeNull();
});

it('puts off, marks as seen and ends, and reads again', async () => {
  await open({ unseen: 1, alerts: [alert(9, {})] });
  for (const [button, what] of [
    ['alert-snooze-72', { do: 'snooze', hours: 72 }],
    ['alert-seen', { do: 'seen' }],
    ['alert-used', { do: 'used' }],
  ] as const) {
    asked.mockClear();
    find(button)?.click();
    await settle();
    expect(asked.mock.calls.map(([request]) => request)).toEqual([
      { method: 'answerAlert', params: { id: 9, answer: what } },
      { method: 'inbox', params: {} },
    ]);
  }
});

it('takes "I used it" back', async () => {
  const offered = vi.spyOn(app, 'offerUndo').mockReturnValue(undefined);
  await open({ alerts: [alert(9, {})] });
  find('alert-used')?.click();
  await settle();
  asked.mockClear();
  await offered.mock.calls[0]?.[1]();
  offered.mockRestore();
  expect(asked.mock.calls.map(([request]) => request).slice(0, 2)).toEqual([
    { method: 'answerAlert', params: { id: 9, answer: { do: 'unused' } } },
    { method: 'inbox', params: {} },
  ]);
});

it('offers nothing for what is over, and "I used it" for credit alone', async () => {
  await open({ alerts: [alert(9, { state: 'over' })] });
  expect(find('alert-seen')).toBeNull();
  await unmount(page);
  await open({ alerts: [alert(8, { rule: 'budget' })] });
  expect(find('alert-seen')).not.toBeNull();
  expect(find('alert-used')).toBeNull();
});

it('marks all as seen, those that are not', async () => {
  await open({ unseen: 2, alerts: [alert(3, {}), alert(2, { state: 'seen' }), alert(1, { state: 'sent' })] });
  find('inbox-all-seen')?.click();
  await settle();
  const ids = asked.mock.calls.flatMap(([request]) => (request.method === 'answerAlert' ? [request.params.id] : []));
  expect(ids).toEqual([3, 1]);
});

it('leads to the screen that shows what it is about', async () => {
  await open({ alerts: [alert(9, { rule: 'allowance' })] });
  find('alert-open')?.click();
  expect(app.screen).toBe('limits');
});
