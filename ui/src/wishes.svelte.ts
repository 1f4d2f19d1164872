// What was last wished for on Plans and Estimate: it stays while other screens are looked at, and is forgotten with the window.

import { NO_WISHES, type Wishes } from './plans';

class Wished {
  plans = $state.raw<Wishes>(NO_WISHES);
  /** The text whose tokens are counted. It is neither stored nor sent. */
  text = $state('');
  path = $state('');
  models = $state('');
  output = $state('');
}

export const wished = new Wished();
