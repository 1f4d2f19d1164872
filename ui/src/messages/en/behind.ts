// What the screens behind the first one say.

export { default as accounts } from './accounts.json';
export { default as credits } from './credits.json';
export { default as estimate } from './estimate.json';
export { default as inbox } from './inbox.json';
export { default as limits } from './limits.json';
export { default as plans } from './plans.json';
export { default as settings } from './settings.json';
export { default as spend } from './spend.json';
