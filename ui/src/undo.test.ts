import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Refusal } from './api';
import { SAID, STAYS, UndoOffers, type PutOff } from './undo.svelte';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const nothing = (): Promise<void> => Promise.resolve();
const putOff = (after: () => Promise<void>): PutOff => ({ keep: nothing, over: after });
const gone = (): Promise<void> =>
  Promise.reject(new Refusal({ code: 'noSuchAccount', message: 'account 1 is removed for good', retryAt: null }));

it('offers for ten seconds, then lets go and does what was put off', () => {
  const offers = new UndoOffers();
  const after = vi.fn(nothing);
  offers.offer('OpenAI is removed.', nothing, putOff(after));
  vi.advanceTimersByTime(STAYS - 1);
  expect(offers.shown?.text).toBe('OpenAI is removed.');
  expect(after).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(offers.shown).toBeNull();
  expect(after).toHaveBeenCalledTimes(1);
});

it('stays while somebody is at it, and goes after the rest of its time', () => {
  const offers = new UndoOffers();
  offers.offer('A lot is removed.', nothing);
  vi.advanceTimersByTime(6000);
  offers.hold(true);
  vi.advanceTimersByTime(60_000);
  expect(offers.shown).not.toBeNull();
  offers.hold(false);
  vi.advanceTimersByTime(3999);
  expect(offers.shown).not.toBeNull();
  vi.advanceTimersByTime(1);
  expect(offers.shown).toBeNull();
});

it('shows the newest first; the one below has the rest of its time afterwards', async () => {
  const offers = new UndoOffers();
  const [first, second] = [vi.fn(nothing), vi.fn(nothing)];
  offers.offer('first', first);
  vi.advanceTimersByTime(4000);
  offers.offer('second', second);
  vi.advanceTimersByTime(9000);
  expect(offers.shown?.text).toBe('second');
  expect(await offers.take()).toBe(true);
  expect(second).toHaveBeenCalledTimes(1);
  expect(first).not.toHaveBeenCalled();
  expect(offers.shown?.text).toBe('first');
  vi.advanceTimersByTime(6000);
  expect(offers.shown).toBeNull();
  expect(await offers.take()).toBe(false);
});

it('does not do what was put off when it was taken back, nor twice', async () => {
  const offers = new UndoOffers();
  const after = vi.fn(nothing);
  const undo = vi.fn(nothing);
  offers.offer('removed', undo, putOff(after));
  await Promise.all([offers.take(), offers.take()]);
  vi.advanceTimersByTime(STAYS * 2);
  expect(undo).toHaveBeenCalledTimes(1);
  expect(after).not.toHaveBeenCalled();
});

it('can be tried again when taking back failed', async () => {
  const offers = new UndoOffers();
  const undo = vi.fn(nothing).mockRejectedValueOnce(new Error('The disk is full.'));
  offers.offer('removed', undo);
  vi.advanceTimersByTime(9000);
  await expect(offers.take()).rejects.toThrow('The disk is full.');
  vi.advanceTimersByTime(STAYS - 1);
  expect(offers.shown).not.toBeNull();
  expect(await offers.take()).toBe(true);
  expect(offers.shown).toBeNull();
});

it('forgets offers of a store that was left', () => {
  const offers = new UndoOffers();
  const after = vi.fn(nothing);
  offers.offer('removed', nothing, putOff(after));
  offers.clear();
  vi.advanceTimersByTime(STAYS * 2);
  expect(offers.shown).toBeNull();
  expect(after).not.toHaveBeenCalled();
});

it('says of every offer that it still stands, for as long as it does', async () => {
  const offers = new UndoOffers();
  const keeps = [0, 1, 2].map(() => vi.fn(nothing));
  keeps.forEach((keep, at) => offers.offer(`account ${String(at)}`, nothing, { keep, over: nothing }));
  offers.hold(true);
  await vi.advanceTimersByTimeAsync(SAID * 8);
  for (const keep of keeps) expect(keep).toHaveBeenCalledTimes(8);
  // The core waits a minute: one that is late by half of it loses nothing.
  expect(SAID).toBeLessThan(30_000);
  offers.hold(false);
  expect(await offers.take()).toBe(true);
  expect(await offers.take()).toBe(true);
  expect(await offers.take()).toBe(true);
  await vi.advanceTimersByTimeAsync(SAID * 8);
  for (const keep of keeps) expect(keep).toHaveBeenCalledTimes(8);
});

it('drops an offer of what is removed for good', async () => {
  const offers = new UndoOffers();
  const over = vi.fn(nothing);
  offers.offer('taken too late', gone, { keep: nothing, over });
  await expect(offers.take()).rejects.toThrow('removed for good');
  expect(offers.shown).toBeNull();
  // Or as soon as that is heard.
  offers.offer('gone meanwhile', nothing, { keep: gone, over });
  offers.offer('a lot', nothing);
  offers.hold(true);
  await vi.advanceTimersByTimeAsync(SAID);
  expect(offers.shown?.text).toBe('a lot');
  expect(await offers.take()).toBe(true);
  expect(offers.shown).toBeNull();
  expect(over).not.toHaveBeenCalled();
});

it('keeps an offer where saying so failed for another reason', async () => {
  const offers = new UndoOffers();
  offers.offer('removed', nothing, { keep: () => Promise.reject(new Error('The disk is full.')), over: nothing });
  offers.hold(true);
  await vi.advanceTimersByTimeAsync(SAID * 3);
  expect(offers.shown?.text).toBe('removed');
});
