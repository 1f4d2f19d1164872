// What was removed can be taken back for a while: the newest first, each for its own ten seconds on screen.

import { Refusal } from './api';

/** How long an offer stays, hovering and focus not counted. */
export const STAYS = 10_000;
/** How often it is said that an offer still stands. The core waits a minute for it. */
export const SAID = 15_000;

/** What is put off for as long as something can be taken back. */
export interface PutOff {
  /** Says that it still can be. */
  keep: () => Promise<void>;
  /** Does it, once it can no longer be taken back. */
  over: () => Promise<void>;
}

/** Nothing is there any more to be taken back. */
const isGone = (error: unknown): boolean => error instanceof Refusal && error.code === 'noSuchAccount';

interface Offer {
  id: number;
  text: string;
  undo: () => Promise<void>;
  putOff: PutOff | null;
  /** Milliseconds for which it stays yet. */
  left: number;
}

export class UndoOffers {
  /** The newest is the last; those below it wait with the rest of their time. */
  #offers = $state.raw<readonly Offer[]>([]);
  /** It is being taken back. */
  busy = $state(false);
  #held = false;
  #count = 0;
  #since = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #saying: ReturnType<typeof setInterval> | undefined;

  /** The offer on screen. */
  get shown(): { id: number; text: string } | null {
    return this.#offers.at(-1) ?? null;
  }

  offer(text: string, undo: () => Promise<void>, putOff: PutOff | null = null): void {
    this.#stop();
    this.#count += 1;
    this.#set([...this.#offers, { id: this.#count, text, undo, putOff, left: STAYS }]);
    this.#go();
  }

  /** Stops the clock while somebody is at it. */
  hold(on: boolean): void {
    if (this.#held === on) return;
    this.#held = on;
    if (on) this.#stop();
    else this.#go();
  }

  /** Takes the newest back. Whether there was one; what fails can be tried again, unless nothing is there any more. */
  async take(): Promise<boolean> {
    const offer = this.#offers.at(-1);
    if (!offer || this.busy) return false;
    this.#stop();
    this.busy = true;
    try {
      await offer.undo();
      this.#forget(offer);
      return true;
    } catch (error) {
      if (isGone(error)) this.#forget(offer);
      else offer.left = STAYS;
      throw error;
    } finally {
      this.busy = false;
      this.#go();
    }
  }

  /** Lets the newest go: it stays removed. */
  dismiss(): void {
    if (this.busy) return;
    this.#stop();
    const offer = this.#offers.at(-1);
    this.#set(this.#offers.slice(0, -1));
    this.#go();
    // What could not be done now is done at the next start.
    offer?.putOff?.over().catch(() => undefined);
  }

  /** Forgets all of them: they belong to another store now. */
  clear(): void {
    this.#stop();
    this.#set([]);
    this.#held = false;
  }

  #forget(offer: Offer): void {
    this.#set(this.#offers.filter((other) => other !== offer));
  }

  /** Those that wait below the newest are still offered, too: it is said of each. */
  #set(offers: readonly Offer[]): void {
    this.#offers = offers;
    const waits = offers.some(({ putOff }) => putOff);
    if (waits) this.#saying ??= setInterval(() => this.#offers.forEach((offer) => void this.#say(offer)), SAID);
    else if (this.#saying !== undefined) {
      clearInterval(this.#saying);
      this.#saying = undefined;
    }
  }

  async #say(offer: Offer): Promise<void> {
    try {
      await offer.putOff?.keep();
    } catch (error) {
      // It may be that it is just being taken back, or was, when the answer comes.
      if (!isGone(error) || this.busy || !this.#offers.includes(offer)) return;
      this.#stop();
      this.#forget(offer);
      this.#go();
    }
  }

  #go(): void {
    const offer = this.#offers.at(-1);
    if (!offer) this.#held = false;
    if (!offer || this.#held || this.busy) return;
    this.#stop();
    this.#since = Date.now();
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.dismiss();
    }, offer.left);
  }

  #stop(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const offer = this.#offers.at(-1);
    if (offer) offer.left = Math.max(0, offer.left - (Date.now() - this.#since));
  }
}
