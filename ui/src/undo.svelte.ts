// What was removed can be taken back for a while: the newest first, each for its own ten seconds on screen.

/** How long an offer stays, hovering and focus not counted. */
export const STAYS = 10_000;

interface Offer {
  id: number;
  text: string;
  undo: () => Promise<void>;
  /** What is to be done once it can no longer be taken back. */
  after: (() => Promise<void>) | null;
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

  /** The offer on screen. */
  get shown(): { id: number; text: string } | null {
    return this.#offers.at(-1) ?? null;
  }

  offer(text: string, undo: () => Promise<void>, after: (() => Promise<void>) | null = null): void {
    this.#stop();
    this.#count += 1;
    this.#offers = [...this.#offers, { id: this.#count, text, undo, after, left: STAYS }];
    this.#go();
  }

  /** Stops the clock while somebody is at it. */
  hold(on: boolean): void {
    if (this.#held === on) return;
    this.#held = on;
    if (on) this.#stop();
    else this.#go();
  }

  /** Takes the newest back. Whether there was one; what fails can be tried again. */
  async take(): Promise<boolean> {
    const offer = this.#offers.at(-1);
    if (!offer || this.busy) return false;
    this.#stop();
    this.busy = true;
    try {
      await offer.undo();
      this.#offers = this.#offers.filter((other) => other !== offer);
      return true;
    } catch (error) {
      offer.left = STAYS;
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
    this.#offers = this.#offers.slice(0, -1);
    this.#go();
    // What could not be done now is done at the next start.
    offer?.after?.().catch(() => undefined);
  }

  /** Forgets all of them: they belong to another store now. */
  clear(): void {
    this.#stop();
    this.#offers = [];
    this.#held = false;
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
