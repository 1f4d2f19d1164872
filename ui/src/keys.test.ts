import { expect, it } from 'vitest';
import { flaw } from './keys';

it('knows what no key is, and lets blanks and quotes around it be', () => {
  expect(flaw('  “sk-proj-0123”\n')).toBeNull();
  expect(flaw('')).toBeNull();
  expect(flaw('sk-proj 0123')).toBe('accounts.key.spaces');
  expect(flaw('sk-proj\u00a00123')).toBe('accounts.key.spaces');
  expect(flaw('sk-prøj-0123')).toBe('accounts.key.letters');
  expect(flaw('{ "type": "service_account" }')).toBeNull();
});
