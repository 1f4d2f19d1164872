// The words of the window, by language. One message is one whole sentence: word order is the language's own.

import type { MessageFormatElement } from '@formatjs/icu-messageformat-parser';
import { IntlMessageFormat } from 'intl-messageformat';
import type { Language } from './bindings';
import { FORMATTERS } from './format';
import first from './messages/en';
import type behind from './messages/en/behind';
import type core from './messages/en/core.json';
import { learnToTell } from './telling';

/** The languages that have messages. */
export type Tongue = 'en' | 'hi';

/** The name of a message. */
export type MessageKey = keyof typeof first | keyof typeof behind | keyof typeof core;
/** A message whose places hold a value each and nothing else; one that chooses, as by a plural, comes read to pieces. */
type Said = string | MessageFormatElement[];
type Catalogue = Readonly<Record<MessageKey, Said>>;

const EN: Partial<Record<MessageKey, Said>> = { ...first };

/** Adds words of English: those of the screens behind the first one, and of what the core tells. */
export function learn(words: Partial<Catalogue>): void {
  Object.assign(EN, words);
}

/** The catalogues that are at hand: those of other languages come when they are spoken. */
let catalogues = $state.raw<Partial<Record<Tongue, Partial<Catalogue>>>>({ en: EN });

const PLACE = 'language';

let chosen = $state<Language>(remembered());

function remembered(): Language {
  try {
    const language = localStorage.getItem(PLACE);
    return language === 'en' || language === 'hi' ? language : 'system';
  } catch {
    return 'system';
  }
}

/** Speaks a language from now on. It is remembered beside the settings, so that the first frame speaks it already. */
export async function speak(language: Language): Promise<void> {
  if (wished(language) === 'hi' && !catalogues.hi) {
    const [{ default: hi }] = await Promise.all([import('./messages/hi'), learnToTell()]);
    catalogues = { ...catalogues, hi };
  }
  chosen = language;
  document.documentElement.lang = tongue();
  try {
    localStorage.setItem(PLACE, language);
  } catch {
    // Without local storage the settings bring the language a moment later.
  }
}

/** The language that was chosen. */
export function spoken(): Language {
  return chosen;
}

/** The language of the words. */
export function tongue(): Tongue {
  const language = wished(chosen);
  return language in catalogues ? language : 'en';
}

/** The chosen language, else the first of the system's that has messages. */
function wished(language: Language): Tongue {
  if (language !== 'system') return language;
  for (const tag of navigator.languages) {
    const [language] = tag.toLowerCase().split('-');
    if (language === 'en' || language === 'hi') return language;
  }
  return 'en';
}

/** What stands in the places of a message. */
export type Values = Readonly<Record<string, string | number>>;

const made: Record<string, IntlMessageFormat> = {};

function said(key: MessageKey): Said {
  // A test holds what the first screen says against the words that it has.
  return catalogues[tongue()]?.[key] ?? EN[key] ?? '';
}

/** A message that chooses. */
function choosing(key: MessageKey, elements: MessageFormatElement[]): IntlMessageFormat {
  const language = tongue();
  const place = `${language} ${key}`;
  // Digits are those of the rest of the page.
  made[place] ??= new IntlMessageFormat(elements, language === 'hi' ? 'hi-IN-u-nu-latn' : 'en', undefined, { formatters: FORMATTERS });
  return made[place];
}

function valueOf(key: MessageKey, values: Values, name: string): string {
  const value = values[name];
  if (value === undefined) throw new Error(`${key} is said without its ${name}`);
  return String(value);
}

const HOLE = /\{(\w+)\}/;
const HOLES = new RegExp(HOLE, 'g');

/** A message in the language of the window. */
export function t(key: MessageKey, values: Values = {}): string {
  const message = said(key);
  if (typeof message !== 'string') return String(choosing(key, message).format(values));
  return message.replaceAll(HOLES, (_hole, name: string) => valueOf(key, values, name));
}

/** A message in pieces: its text, and the names of those places that hold something other than text. */
export function pieces(key: MessageKey, values: Values, places: readonly string[]): readonly (string | { place: string })[] {
  const message = said(key);
  if (typeof message !== 'string') {
    const held = Object.fromEntries(places.map((place) => [place, { place }]));
    const parts = choosing(key, message).formatToParts<{ place: string }>({ ...values, ...held });
    return parts.map(({ value }) => (typeof value === 'object' ? value : String(value)));
  }
  const found: (string | { place: string })[] = [];
  let text = '';
  // Texts and names by turns.
  for (const [at, part] of message.split(HOLE).entries()) {
    if (at % 2 === 0) text += part;
    else if (!places.includes(part)) text += valueOf(key, values, part);
    else {
      if (text !== '') found.push(text);
      found.push({ place: part });
      text = '';
    }
  }
  return text === '' ? found : [...found, text];
}
