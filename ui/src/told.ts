// What the core tells in English sentences, in the language of the window. The core's own words are the names of the messages
// `core.…`, as in gettext: a sentence that fits none stays as it is.

import { monthNamed } from './format';
import core from './messages/en/core.json';
import { t, tongue, type MessageKey } from './messages.svelte';

interface Pattern {
  key: MessageKey;
  fits: RegExp;
  places: readonly string[];
}

/** Patterns that begin with a word are looked up by it. */
let byWord: Map<string, Pattern[]> | null = null;
const OPEN = '';
/** How deep the places of a sentence are looked into. */
const DEEPEST = 3;

function patterns(): Map<string, Pattern[]> {
  if (byWord) return byWord;
  byWord = new Map();
  const whole = Object.entries(core).sort(([, a], [, b]) => b.length - a.length);
  for (const [key, text] of whole) {
    const places: string[] = [];
    const source = text.split(/\{(\w+)\}/).map((part, at) => {
      if (at % 2 === 0) return part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
      places.push(part);
      return '(.*?)';
    });
    const word = firstWord(text.startsWith('{') ? OPEN : text);
    const of = byWord.get(word) ?? [];
    of.push({ key: key as MessageKey, fits: new RegExp(`^${source.join('')}$`, 's'), places });
    byWord.set(word, of);
  }
  return byWord;
}

function firstWord(text: string): string {
  return /^[^\s.,:;()]*/.exec(text)?.[0] ?? OPEN;
}

/** A date in English words that the core wrote: 18 November 2026, November 2026. */
function dated(text: string): string {
  return text.replace(/\b(?:January|February|March|April|May|June|July|August|September|October|November|December)\b/g, monthNamed);
}

/** A sentence of the core in the language of the window. One word alone may be a name that a person gave, and stays. */
export function told(text: string): string {
  return tongue() === 'en' || !text.includes(' ') ? text : within(text, DEEPEST);
}

/** A word of the core's own that heads a column or names a sum. */
export function headed(text: string): string {
  return tongue() === 'en' ? text : within(text, DEEPEST);
}

function within(text: string, deep: number): string {
  const all = patterns();
  for (const pattern of [...(all.get(firstWord(text)) ?? []), ...(all.get(OPEN) ?? [])]) {
    const found = pattern.fits.exec(text);
    if (!found) continue;
    const values = pattern.places.map((place, at) => {
      const value = found[at + 1] ?? '';
      return [place, deep > 0 ? within(value, deep - 1) : value] as const;
    });
    return t(pattern.key, Object.fromEntries(values));
  }
  return dated(text);
}

/** What is never a sentence: ids, and what a person or a provider named. */
const NAMES = new Set(['id', 'key', 'provider', 'providerName', 'account', 'series', 'bucket', 'value', 'amount', 'currency', 'path', 'base64']);

/** An answer of the core with its sentences in the language of the window. */
export function inWords<T>(answer: T): T {
  return tongue() === 'en' ? answer : (walk(answer, '') as T);
}

function walk(value: unknown, name: string): unknown {
  if (typeof value === 'string') {
    if (name === 'svg') return value.replace(/>([^<>]+)</g, (_, text: string) => `>${within(text, DEEPEST)}<`);
    if (name === 'columns') return headed(value);
    return NAMES.has(name) ? value : told(value);
  }
  if (Array.isArray(value)) return value.map((item: unknown) => walk(item, name));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, walk(item, key)]));
}
