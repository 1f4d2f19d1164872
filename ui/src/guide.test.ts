// The guide says the words that a person reads.

import { expect, it } from 'vitest';
import troubles from '../../docs/guide/troubleshooting.md?raw';
import core from './messages/en/core.json';
import states from './messages/en/states.json';

const told = Object.entries(core).filter(([key]) => /^core\.(?:state|trouble)\./.test(key) && !/Remedy$|All$/.test(key));

it.each(told)('%s is in the guide, with what to do', (_, text) => {
  expect(troubles).toContain(`| ${text} | `);
});

it.each(['diskFull', 'storeTooNew', 'store'] as const)('the failure %s is in the guide', (name) => {
  expect(troubles).toContain(states[`states.failure.${name}`]);
});
