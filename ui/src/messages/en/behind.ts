// What the screens behind the first one say.

import accounts from './accounts.json';
import credits from './credits.json';
import estimate from './estimate.json';
import inbox from './inbox.json';
import limits from './limits.json';
import plans from './plans.json';
import settings from './settings.json';
import spend from './spend.json';

export default { ...accounts, ...credits, ...estimate, ...inbox, ...limits, ...plans, ...settings, ...spend };
