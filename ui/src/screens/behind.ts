// The screens behind the first one, in a script of their own: the first figures do not wait for them.

import '../messages/behind';

export { default as FirstRun } from '../parts/FirstRun.svelte';
export { default as accounts } from './Accounts.svelte';
export { default as credits } from './Credits.svelte';
export { default as estimate } from './Estimate.svelte';
export { default as inbox } from './Inbox.svelte';
export { default as limits } from './Limits.svelte';
export { default as plans } from './Plans.svelte';
export { default as settings } from './Settings.svelte';
export { default as spend } from './Spend.svelte';
