import accounts from './accounts.json';
import chart from './chart.json';
import core from './core.json';
import credits from './credits.json';
import estimate from './estimate.json';
import inbox from './inbox.json';
import limits from './limits.json';
import plans from './plans.json';
import settings from './settings.json';
import shared from './shared.json';
import shell from './shell.json';
import spend from './spend.json';
import states from './states.json';
import today from './today.json';

export default {
  ...accounts,
  ...chart,
  ...core,
  ...credits,
  ...estimate,
  ...inbox,
  ...limits,
  ...plans,
  ...settings,
  ...shared,
  ...shell,
  ...spend,
  ...states,
  ...today,
};
