// What a key looks like, as far as the page needs to know: enough to say what is wrong before the core refuses it.

import type { MessageKey } from './messages.svelte';

/** What the core drops around a key, too: blanks, quotes, marks that nobody sees. */
const AROUND = /^[\s"'`“”‘’\uFEFF\u200B]+|[\s"'`“”‘’\uFEFF\u200B]+$/g;

/** Why a text cannot be a key, as a message; nothing where it may be one. The content of a key's file has spaces of its own. */
export function flaw(text: string): MessageKey | null {
  const key = text.replace(AROUND, '');
  if (key === '' || key.startsWith('{')) return null;
  if (/\s/.test(key)) return 'accounts.key.spaces';
  return /^[\x21-\x7e]+$/.test(key) ? null : 'accounts.key.letters';
}
