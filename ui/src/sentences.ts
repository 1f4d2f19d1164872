// What the core says in English, found among the messages `core.…` and put into the language of the window. A text fits whole or
// not at all; what stands in its places stays letter for letter where it is a name, a figure or a path.

import { dateWord } from './format';
import core from './messages/en/core.json';
import { learn, t, type MessageKey } from './messages.svelte';

learn(core);

interface Pattern {
  key: MessageKey;
  /** The longest of what is always there: looked for first, for that is quick. */
  always: string;
  /** Whether it is looked for without being asked for. */
  alone: boolean;
  fits: RegExp | null;
  places: readonly string[];
}

/** Messages that are looked for only where one of them is wanted. */
const ASKED_FOR = /^core\.(?:alert|drawn|figure|format|key|label|landed|lane|left|leftOut|name|option|part|price|region|said|starts|unit|window)\./;

/** What an option of plans is called. */
export const OPTION = ['core.plans.option', 'core.option.'];

/**
 * What the places of sentences hold that is the core's, by the names of its messages; a place of one sentence alone is named with
 * it. What is not here holds a name, a figure or a path.
 */
const PLACES: Readonly<Record<string, readonly string[]>> = {
  again: ['core.part.again'],
  advice: ['core.state.', 'core.sync.', 'core.later.'],
  at: ['core.plans.million', 'core.plans.billion', 'core.plans.tokens', 'core.plans.requests'],
  before: ['core.lane.'],
  each: ['core.part.requestsMonth', 'core.part.tokensMonth', 'core.part.listMonth'],
  end: ['core.plans.dear', 'core.plans.cheap', 'core.part.end'],
  figure: ['core.chart.', 'core.drawn.', 'core.unit.', 'core.plans.tokens', 'core.plans.requests'],
  group: ['core.chart.'],
  lane: ['core.lane.'],
  lot: ['core.drawn.'],
  next: OPTION,
  now: ['core.lane.'],
  place: ['core.limit.in'],
  rest: ['core.part.rest'],
  rival: OPTION,
  saved: ['core.plans.saving', 'core.plans.average'],
  saving: ['core.plans.saving', 'core.plans.average'],
  span: ['core.part.windowHours', 'core.part.windowMinutes', 'core.part.days'],
  starts: ['core.starts.'],
  streams: ['core.part.andMore'],
  than: ['core.plans.as', ...OPTION],
  unit: ['core.unit.'],
  units: ['core.unit.'],
  what: ['core.chart.by', 'core.plans.allows', 'core.plans.tokensMonth', 'core.plans.requestsMonth', 'core.part.listUnit', 'core.figure.'],
  when: ['core.plans.half', 'core.plans.twice', 'core.plans.without', 'core.drawn.monthFrom'],
  where: ['core.part.madeAt'],
  window: ['core.unit.', 'core.part.window'],
  with: ['core.plans.as', ...OPTION],
  words: ['core.drawn.lotRow'],
  counts: ['core.part.counts'],
  hint: ['core.hint.'],
  keys: ['core.part.otherKey'],
  lacks: ['core.hint.'],
  them: ['core.part.name'],
  'core.refused.fileFull.what': ['core.part.the'],
  'core.refused.fileWhy.what': ['core.part.the'],
  'core.note.lotNobody.kind': ['core.part.kind'],
  'core.note.lotNobodyOf.kind': ['core.part.kind'],
  'core.hint.tellsNobody.where': ['core.part.dashboard', 'core.part.console', 'core.part.website'],
  'core.alert.budgetTitle.label': ['core.part.everything'],
  'core.alert.budgetCrossTitle.label': ['core.part.everything'],
  'core.part.seesAnd.first': ['core.part.sees'],
  'core.part.seesAnd.last': ['core.part.sees'],
  'core.part.seesMore.first': ['core.part.sees'],
  'core.part.seesMore.rest': ['core.part.sees'],
  'core.refused.notUndone.what': ['core.part.undone'],
  'core.trouble.part.lacks': ['core.part.sees'],
  'core.trouble.partly.lacks': ['core.part.sees'],
  'core.trouble.partly.read': ['core.part.sees'],
  'core.plans.dearerFees.name': OPTION,
  'core.plans.sameAs.name': OPTION,
  'core.option.two.name': OPTION,
  'core.option.two.other': OPTION,
  'core.plans.oldFigures.name': OPTION,
  'core.plans.optionThen.name': OPTION,
  'core.plans.otherIf.name': OPTION,
  'core.plans.switch.name': OPTION,
  'core.plans.switchAlone.name': OPTION,
  'core.said.curveEven.name': OPTION,
  'core.said.spreadRow.name': OPTION,
  'core.drawn.evenOf.name': OPTION,
  'core.drawn.left.amount': ['core.drawn.unknown'],
  'core.drawn.severalUnknown.other': ['core.drawn.'],
  'core.drawn.severalUnknownSoFar.other': ['core.drawn.'],
  'core.drawn.spreadRow.name': [...OPTION, 'core.drawn.refuses'],
};

/** Places that hold one of these words and fit nothing else; with ? first a space and such a word, or nothing. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  cycle: ['core.part.daily', 'core.part.weekly', 'core.part.monthly'],
  days: ['core.part.oneDay', 'core.part.days'],
  even: ['core.plans.above', 'core.plans.below'],
  intro: ['?', 'core.part.intro'],
  lapse: ['core.part.lapse', 'core.part.may'],
  level: ['core.drawn.level'],
  lots: ['core.part.oneLot', 'core.part.lots'],
  market: ['?', 'core.part.market'],
  seats: ['?', 'core.part.fromSeats'],
  stretch: ['core.part.forDay', 'core.part.untilEnd'],
  student: ['?', 'core.part.student'],
  tax: ['core.part.tax'],
  term: ['core.part.atEnd', 'core.part.onAt'],
  'core.plans.knownOnly.months': ['core.part.oneMonthIs', 'core.part.monthsAre'],
  'core.said.curveOwn.most': ['core.drawn.level'],
  'core.alert.quotaNearly.window': ['core.window.'],
  'core.alert.quotaUsed.window': ['core.window.'],
  'core.alert.quotaReset.window': ['core.window.'],
};
/** Sentences whose places are as narrow as that; others have the same names for wider ones. */
const NARROW = /^core\.(?:alert|figure|part|said|drawn\.(?:even|level|range|spread))/;

/** Places that hold another sentence of the core, or what a provider or the system said. */
const INNER = new Set(['because', 'error', 'problem', 'reason', 'remedy', 'why']);

/** Whole texts in which the first “It says:” begins a provider's words. */
const SAYS = /^core\.alert\.keySays/;

/** Places that hold a date, and fit nothing but one. */
const DATES = new Set(['date', 'day', 'from', 'to', 'month', 'bucket', 'ours', 'theirs', 'begins', 'ends']);

/** Places that hold a figure, with its unit where it has one. */
const FIGURES = new Set([
  'amount', 'cost', 'figure', 'high', 'least', 'left', 'limit', 'low', 'middle', 'most', 'over', 'paid', 'price', 'spent', 'usual', 'used', 'worth',
]); // prettier-ignore
const FIGURE = String.raw`[<>]?[−-]?(?:[A-Z]{0,3}[$€£₹¥])?\d(?:[\d,.]*\d)?(?: [A-Z]{3}\b| [a-z][\w.]*(?: [a-z]\w*)?)??`;

const MONTH = 'January|February|March|April|May|June|July|August|September|October|November|December|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Oct|Nov|Dec';
const WEEKDAY = 'Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday';
/** The dates that the core writes: 2026-11-18, Wednesday, 18 November 2026 (UTC), Nov 18, November 2026. */
const DATE = String.raw`\d{4}-\d\d-\d\d(?:[ T][\d:.]+(?: ?[A-Z+−-][\w:+−-]*)?)?|(?:(?:${WEEKDAY}), )?(?:\d{1,2} )?(?:${MONTH})(?: \d{1,2})?(?: \d{4})?(?:, \d\d:\d\d[^,;]{0,12})?(?: \(UTC\))?`;
/** And its spans: of two dates, of days of a month, of an hour. */
const SPAN = String.raw`(?:(?:${DATE})|\d{1,2}|(?:${WEEKDAY}), \d\d:\d\d) to (?:(?:${DATE})|\d\d:\d\d)`;
const WHOLE_DATE = new RegExp(`^(?:${SPAN}|${DATE})$`);
const SHORT_DAY = new RegExp(`^(${MONTH}) (\\d{1,2})$`);
const DATE_WORDS = new RegExp(`\\b(?:${WEEKDAY}|${MONTH})\\b`, 'g');

/** Texts beyond that are no sentences of the core, and to look for any in them may not end. */
const LONGEST = 1000;
const MOST_STOPS = 20;

function isLong(text: string): boolean {
  return text.length > LONGEST || (text.match(/\.(?= |$)/g)?.length ?? 0) > MOST_STOPS;
}

/** What was found of the parts of a text: the same part comes again in many ways to cut the whole. */
let parts: Map<string, string | null> | null = null;

function once(text: string, of: readonly string[] | undefined, how: string, look: () => string | null): string | null {
  const outer = parts;
  const kept = (parts ??= new Map<string, string | null>());
  const key = `${how} ${of?.join() ?? ''} ${text}`;
  try {
    const before = kept.get(key);
    if (before !== undefined) return before;
    const found = look();
    kept.set(key, found);
    return found;
  } finally {
    parts = outer;
  }
}

/** Stands for a list that was put into words already. */
export const LIST = '\u0001';

/** Patterns that begin with a word are looked up by it. */
let byWord: Map<string, Pattern[]> | null = null;
const OPEN = '';

function patterns(): Map<string, Pattern[]> {
  if (byWord) return byWord;
  byWord = new Map();
  // Of two that fit, that which says more by itself is meant.
  const fixed = (text: string): number => text.replace(/\{\w+\}/g, '').length;
  const whole = Object.entries(core).sort(([, a], [, b]) => fixed(b) - fixed(a) || b.length - a.length);
  for (const [key, text] of whole) {
    const parts = text.split(/\{(\w+)\}/);
    const always = parts.filter((_, at) => at % 2 === 0).reduce((most, part) => (part.length > most.length ? part : most), '');
    const places = parts.filter((_, at) => at % 2 === 1);
    const word = /^[^\s.,:;()]*\{/.test(text) ? OPEN : firstWord(text);
    const of = byWord.get(word) ?? [];
    of.push({ key: key as MessageKey, always, alone: !ASKED_FOR.test(key), fits: null, places });
    byWord.set(word, of);
  }
  return byWord;
}

/** What a message fits, as the source of a regular expression. */
function sourceOf(key: string, text: string, catches: boolean): string {
  const parts = text.split(/\{(\w+)\}/).map((part, at) => {
    if (at % 2 === 0) return part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    const holds = placeSource(key, part);
    return catches ? `(${holds})` : `(?:${holds})`;
  });
  return parts.join('');
}

function placeSource(key: string, place: string): string {
  if (isDate(key, place)) return place === 'from' || place === 'to' ? DATE : `${SPAN}|${DATE}`;
  const words = wordsOf(key, place);
  if (words) {
    const all = Object.entries(core).filter(([other]) => words.some((begin) => other.startsWith(begin)));
    const any = all.map(([other, text]) => sourceOf(other, text, false)).join('|');
    return words[0] === '?' ? `(?: (?:${any}))?` : any;
  }
  // What a provider says reaches as far as it can: within it nothing is the core's.
  if (place === 'said') return '.*';
  if (SAYS.test(key) && place === 'label') return '(?:(?! It says: ).)*?';
  if (place === 'because') return String.raw`(?: \(.*?\))?`;
  if (place === 'clock') return String.raw`\d\d:\d\d`;
  if (place === 'status') return String.raw`\d+`;
  if (!NARROW.test(key)) return '.*?';
  if (place === 'percent') return /^core\.(?:alert|said)\./.test(key) ? String.raw`[<>]?\d[\d.]* %` : String.raw`[\d.]+`;
  if (place === 'times' || place === 'count') return String.raw`[\d.,]+`;
  return FIGURES.has(place) ? FIGURE : '.*?';
}

function wordsOf(key: string, place: string): readonly string[] | undefined {
  // What a provider says of a refusal stands in brackets there; elsewhere it is a sentence.
  if (place === 'said' && /^core\.(?:state|sync)\./.test(key)) return ['?', 'core.part.itSays'];
  return WORDS[`${key}.${place}`] ?? (NARROW.test(key) ? WORDS[place] : undefined);
}

function isDate(key: string, place: string): boolean {
  return DATES.has(place) || (place === 'when' && /^core\.(?:burn\.|drawn\.(?:bought|given|included|rolled|lot))/.test(key));
}

function firstWord(text: string): string {
  return /^[^\s.,:;()]*/.exec(text)?.[0] ?? OPEN;
}

/** What is nothing but a date, or a span of time, that the core wrote. */
export function dated(text: string): string | null {
  if (!WHOLE_DATE.test(text)) return null;
  const [from = '', to] = text.split(' to ').map((date) => {
    const day = SHORT_DAY.exec(date);
    return day ? `${day[2] ?? ''} ${dateWord(day[1] ?? '')}` : date.replace(DATE_WORDS, dateWord);
  });
  return to === undefined ? from : t('core.drawn.span', { from, to });
}

/** A whole text by the messages whose names begin so; without that by all that are said by themselves. */
export function put(text: string, of?: readonly string[]): string | null {
  if (isLong(text)) return null;
  const all = patterns();
  for (const pattern of [...(all.get(firstWord(text)) ?? []), ...(all.get(OPEN) ?? [])]) {
    const { key, always, alone, places } = pattern;
    if (!text.includes(always) || (of ? !of.some((begin) => key.startsWith(begin)) : !alone)) continue;
    pattern.fits ??= new RegExp(`^${sourceOf(key, core[key as keyof typeof core], true)}$`, 's');
    const found = pattern.fits.exec(text);
    if (found) return t(key, Object.fromEntries(places.map((place, at) => [place, inPlace(key, place, found[at + 1] ?? '')])));
  }
  return null;
}

/** The same, where the core may have begun it small, left out its full stop, or put one there. */
function find(text: string, of?: readonly string[]): string | null {
  return isLong(text) ? null : once(text, of, 'find', () => nearly(text, of));
}

function nearly(text: string, of?: readonly string[]): string | null {
  const exact = put(text, of);
  // A word or two are rather a name.
  if (exact !== null || (!of && !/\S \S+ \S/.test(text))) return exact;
  const first = text.charAt(0);
  const other = (first === first.toLowerCase() ? first.toUpperCase() : first.toLowerCase()) + text.slice(1);
  for (const form of [text, other]) {
    const found = put(form, of);
    if (found !== null) return found;
    const stop = form.endsWith('.');
    const near = put(stop ? form.slice(0, -1) : `${form}.`, of);
    if (near !== null) return stop ? `${near}।` : near.replace(/।$/, '');
  }
  return null;
}

/** Several sentences one after the other, all of which are the core's. */
export function several(text: string, of?: readonly string[]): string | null {
  return isLong(text) ? null : once(text, of, 'several', () => severalOf(text, of));
}

function severalOf(text: string, of?: readonly string[]): string | null {
  for (let at = text.indexOf('.'); at >= 0; at = text.indexOf('.', at + 1)) {
    if (at + 1 < text.length && text[at + 1] !== ' ') continue;
    const head = text.slice(0, at + 1);
    const said = head === `${LIST}.` ? `${LIST}।` : of ? put(head, of) : find(head);
    if (said === null) continue;
    if (at + 1 >= text.length) return said;
    const rest = several(text.slice(at + 2), of);
    if (rest !== null) return `${said} ${rest}`;
  }
  return null;
}

/** A sentence of the core, or several; what fits none stays as it is. */
export function sentence(text: string): string {
  return find(text) ?? several(text) ?? text;
}

/** A figure with its unit in words. */
export function figured(text: string): string {
  if (text.length > LONGEST) return text;
  const [, figure = '', unit = ''] = /^(\S*\d\S*) (.+)$/.exec(text) ?? [];
  const word = unit === '' ? null : put(unit, ['core.unit.']);
  return word === null ? text : `${figure} ${word}`;
}

function inPlace(key: string, place: string, text: string): string {
  if (text === '' || text === LIST) return text;
  if (isDate(key, place)) return dated(text) ?? text;
  if (place === 'because') return ` (${sentence(text.slice(2, -1))})`;
  if (INNER.has(place)) return put(text, ['core.part.', 'core.why.']) ?? sentence(text);
  const of = wordsOf(key, place) ?? PLACES[`${key}.${place}`] ?? PLACES[place];
  const [lead = ''] = /^ */.exec(text) ?? [];
  const found = of ? find(text.slice(lead.length), of) : null;
  if (found !== null) return lead + found;
  return FIGURES.has(place) ? figured(text) : text;
}
