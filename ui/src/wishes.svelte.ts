// What was last wished for on Plans and Estimate, and answered: it stays while other screens are looked at, and is forgotten with the window.

import type { PlanComparison, Savings } from './bindings';
import { NO_WISHES, type Wishes } from './plans';

/** What was answered last. Who comes back and asks the same of the same figures sees it at once, until it is answered anew. */
class Answered<T> {
  #asked: readonly unknown[] | null = null;
  #answer: T | null = null;

  to(...asked: readonly unknown[]): T | null {
    return this.#asked !== null && asked.every((part, at) => part === this.#asked?.[at]) ? this.#answer : null;
  }

  keep(answer: T, ...asked: readonly unknown[]): void {
    this.#asked = asked;
    this.#answer = answer;
  }

  forget(): void {
    this.#asked = null;
    this.#answer = null;
  }
}

class Wished {
  plans = $state.raw<Wishes>(NO_WISHES);
  /** The text whose tokens are counted. It is neither stored nor sent. */
  text = $state('');
  path = $state('');
  models = $state('');
  output = $state('');
}

export const wished = new Wished();
export const answered = { plans: new Answered<PlanComparison>(), savings: new Answered<Savings>() };
