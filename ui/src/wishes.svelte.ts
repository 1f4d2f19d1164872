// What was last wished for on Plans and Estimate: it stays while other screens are looked at, and is forgotten with the window.

import type { PlanComparison } from './bindings';
import { NO_WISHES, type Wishes } from './plans';

interface Answered {
  wishes: Wishes;
  /** Which figures it is made from. */
  edition: number;
  comparison: PlanComparison;
}

class Wished {
  plans = $state.raw<Wishes>(NO_WISHES);
  /** What was answered last: who comes back sees it at once, until it is answered anew. */
  answered: Answered | null = null;
  /** The text whose tokens are counted. It is neither stored nor sent. */
  text = $state('');
  path = $state('');
  models = $state('');
  output = $state('');

  /** The last answer to what is wished for, from the present figures. */
  comparison(edition: number): PlanComparison | null {
    const last = this.answered;
    return last?.edition === edition && last.wishes === this.plans ? last.comparison : null;
  }
}

export const wished = new Wished();
