// What happens without being asked for reaches whoever hears it, once and in order.

import { expect, it, vi } from 'vitest';
import { onEvent } from './api';
import type { Event } from './bindings';

const door = vi.hoisted(() => ({ asked: [] as unknown[], answer: [] as { give: (news: unknown) => void; fail: () => void }[] }));

vi.mock('@tauri-apps/api/core', () => ({
  invoke: (command: string, { seen }: { seen: unknown }) => {
    door.asked.push([command, seen]);
    return new Promise((give, fail) => door.answer.push({ give, fail }));
  },
}));

const show = (screen: string): Event => ({ type: 'show', screen });

it('asks for what comes next, and again where no answer came', async () => {
  vi.useFakeTimers();
  const stumbled = vi.fn();
  vi.stubGlobal('reportError', stumbled);
  onEvent(() => {
    throw new Error('a hearer stumbles');
  });
  const one: Event[] = [];
  const two: Event[] = [];
  const stop = onEvent((event) => one.push(event));
  onEvent((event) => two.push(event));
  expect(door.asked).toEqual([['hear', null]]);
  door.answer[0]?.give({ events: [], seen: 7 });
  await vi.advanceTimersByTimeAsync(0);
  door.answer[1]?.give({ events: [show('spend'), show('plans')], seen: 9 });
  await vi.advanceTimersByTimeAsync(0);
  stop();
  door.answer[2]?.fail();
  await vi.advanceTimersByTimeAsync(999);
  expect(door.asked.slice(1)).toEqual([['hear', 7], ['hear', 9]]);
  await vi.advanceTimersByTimeAsync(1);
  expect(door.asked[3]).toEqual(['hear', 9]);
  door.answer[3]?.give({ events: [show('limits')], seen: 10 });
  await vi.advanceTimersByTimeAsync(0);
  expect(one).toEqual([show('spend'), show('plans')]);
  expect(two).toEqual([show('spend'), show('plans'), show('limits')]);
  // Three events, and the question that was not answered.
  expect(stumbled).toHaveBeenCalledTimes(4);
  vi.useRealTimers();
  vi.unstubAllGlobals();
});
