// The words of the window, by language. One message is one whole sentence: word order is the language's own.

import { IntlMessageFormat } from 'intl-messageformat';
import type { Language } from './bindings';
import { FORMATTERS } from './format';
import * as firstFiles from './messages/en';
import type * as behindFiles from './messages/en/behind';
import type core from './messages/en/core.json';
import { learnToTell } from './telling';

/** The languages that have messages. */
export type Tongue = 'en' | 'hi';

type Keys<Files> = { [Area in keyof Files]: keyof Files[Area] }[keyof Files];
/** The name of a message. */
export type MessageKey = (Keys<typeof firstFiles> | Keys<typeof behindFiles> | keyof typeof core) & string;
type Catalogue = Readonly<Record<MessageKey, string>>;

const EN = Object.assign({}, ...Object.values(firstFiles)) as Partial<Record<MessageKey, string>>;

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
    const [files] = await Promise.all([import('./messages/hi'), learnToTell()]);
    catalogues = { ...catalogues, hi: Object.assign({}, ...Object.values(files)) as Partial<Catalogue> };
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

const read: Record<string, IntlMessageFormat> = {};

function text(key: MessageKey): string {
  // A test holds what the first screen says against the words that it has.
  return catalogues[tongue()]?.[key] ?? EN[key] ?? '';
}

function messageOf(key: MessageKey): IntlMessageFormat {
  const language = tongue();
  const place = `${language} ${key}`;
  let message = read[place];
  if (!message) {
    // Digits are those of the rest of the page.
    message = new IntlMessageFormat(text(key), language === 'hi' ? 'hi-IN-u-nu-latn' : 'en', undefined, {
      ignoreTag: true,
      formatters: FORMATTERS,
    });
    read[place] = message;
  }
  return message;
}

/** A message in the language of the window. */
export function t(key: MessageKey, values: Values = {}): string {
  // Most have no places, and nothing to be put together.
  const whole = text(key);
  if (!/[{}']/.test(whole)) return whole;
  return String(messageOf(key).format(values));
}

/** A message in pieces: its text, and the names of those places that hold something other than text. */
export function pieces(key: MessageKey, values: Values, places: readonly string[]): readonly (string | { place: string })[] {
  const held = Object.fromEntries(places.map((place) => [place, { place }]));
  const parts = messageOf(key).formatToParts<{ place: string }>({ ...values, ...held });
  return parts.map(({ value }) => (typeof value === 'object' ? value : String(value)));
}
