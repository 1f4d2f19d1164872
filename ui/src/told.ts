// What the core tells in English sentences, in the language of the window. The core's own words are the names of the messages
// `core.…`, as in gettext. Only fields that hold sentences of the core are looked at, and only whole: what a person or a provider
// named is given back letter for letter, in a field of its own as in the places of a sentence.

import { dateWord } from './format';
import core from './messages/en/core.json';
import { learn, t, tongue, type MessageKey } from './messages.svelte';

learn(core);

interface Pattern {
  key: MessageKey;
  fits: RegExp;
  places: readonly string[];
}

/** Fields that hold sentences of the core wherever they come. */
const SENTENCES = new Set([
  'message', 'partly', 'why', 'notes', 'words', 'todo', 'insight', 'warning', 'warnings', 'remedy', 'unclear', 'refused', 'lacks', 'latency',
  'condition', 'sensitivity', 'uncertain', 'neverSpent', 'problem', 'notifierProblem', 'keysProblem', 'unpriced', 'unknown', 'unforeseen',
  'billedUnknown', 'usageUnknown', 'forecastUnknown', 'atRiskUnknown',
]); // prettier-ignore

const KIND = new Set(['note', 'cost', 'terms']);
/** What holds a kind of key. */
const KINDS = new Set(['keyKind', 'keys', 'kind', 'better']);

/** Fields that do so in what stands under one name alone: elsewhere they hold a person's words. */
const UNDER: Readonly<Record<string, ReadonlySet<string>>> = {
  keyKind: KIND,
  keys: KIND,
  kind: KIND,
  better: KIND,
  details: new Set(['label', 'hint']),
  fields: new Set(['label', 'hint']),
  tiers: new Set(['terms']),
  rows: new Set(['resets']),
};

/** Charts in which groups have names that a person or a provider gave; in others all that is drawn is the core's. */
const NAMED = new Set(['overview.daily', 'spend.daily', 'spend.ranked', 'spend.share', 'spend.sessions']);

/**
 * What the places of sentences hold that is the core's, by the names of its messages; a place of one sentence alone is named with
 * it. What is not here holds a name, a figure or a path.
 */
const PLACES: Readonly<Record<string, readonly string[]>> = {
  advice: ['core.state.'],
  at: ['core.plans.million', 'core.plans.billion', 'core.plans.tokens', 'core.plans.requests'],
  before: ['core.lane.'],
  end: ['core.plans.dear', 'core.plans.cheap'],
  figure: ['core.chart.', 'core.drawn.', 'core.unit.', 'core.plans.tokens', 'core.plans.requests'],
  group: ['core.chart.'],
  lane: ['core.lane.'],
  lot: ['core.drawn.'],
  next: ['core.plans.option'],
  now: ['core.lane.'],
  place: ['core.limit.in'],
  rival: ['core.plans.option'],
  saved: ['core.plans.saving', 'core.plans.average'],
  saving: ['core.plans.saving', 'core.plans.average'],
  than: ['core.plans.as', 'core.plans.option'],
  unit: ['core.unit.'],
  units: ['core.unit.'],
  what: ['core.chart.by', 'core.plans.allows', 'core.plans.tokensMonth', 'core.plans.requestsMonth'],
  when: ['core.plans.half', 'core.plans.twice', 'core.plans.without'],
  window: ['core.unit.'],
  with: ['core.plans.as', 'core.plans.option'],
  'core.plans.dearerFees.name': ['core.plans.option'],
  'core.plans.sameAs.name': ['core.plans.option'],
  'core.plans.otherIf.name': ['core.plans.option'],
  'core.plans.switch.name': ['core.plans.option'],
  'core.plans.switchAlone.name': ['core.plans.option'],
};

/** Places that hold a date, and fit nothing but one. */
const DATES = new Set(['date', 'day', 'from', 'to', 'month', 'bucket', 'ours', 'theirs']);

const MONTH = 'January|February|March|April|May|June|July|August|September|October|November|December|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Oct|Nov|Dec';
const WEEKDAY = 'Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday';
/** The dates that the core writes: 2026-11-18, Wednesday, 18 November 2026 (UTC), Nov 18, November 2026. */
const DATE = String.raw`\d{4}-\d\d-\d\d(?:[ T][\d:.]+(?: ?[A-Z+−-][\w:+−-]*)?)?|(?:(?:${WEEKDAY}), )?(?:\d{1,2} )?(?:${MONTH})(?: \d{1,2})?(?: \d{4})?(?:, \d\d:\d\d[^,;]{0,12})?(?: \(UTC\))?`;
/** And its spans: of two dates, of days of a month, of an hour. */
const SPAN = String.raw`(?:(?:${DATE})|\d{1,2}|(?:${WEEKDAY}), \d\d:\d\d) to (?:(?:${DATE})|\d\d:\d\d)`;
const WHOLE_DATE = new RegExp(`^(?:${SPAN}|${DATE})$`);
const SHORT_DAY = new RegExp(`^(${MONTH}) (\\d{1,2})$`);
const DATE_WORDS = new RegExp(`\\b(?:${WEEKDAY}|${MONTH})\\b`, 'g');

/** Patterns that begin with a word are looked up by it. */
let byWord: Map<string, Pattern[]> | null = null;
const OPEN = '';

function patterns(): Map<string, Pattern[]> {
  if (byWord) return byWord;
  byWord = new Map();
  const whole = Object.entries(core).sort(([, a], [, b]) => b.length - a.length);
  for (const [key, text] of whole) {
    const places: string[] = [];
    const source = text.split(/\{(\w+)\}/).map((part, at) => {
      if (at % 2 === 0) return part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
      places.push(part);
      if (!isDate(key, part)) return '(.*?)';
      return part === 'from' || part === 'to' ? `(${DATE})` : `(${SPAN}|${DATE})`;
    });
    const word = firstWord(text.startsWith('{') ? OPEN : text);
    const of = byWord.get(word) ?? [];
    of.push({ key: key as MessageKey, fits: new RegExp(`^${source.join('')}$`, 's'), places });
    byWord.set(word, of);
  }
  return byWord;
}

function isDate(key: string, place: string): boolean {
  return DATES.has(place) || (place === 'when' && /^core\.(?:burn|drawn)\./.test(key));
}

function firstWord(text: string): string {
  return /^[^\s.,:;()]*/.exec(text)?.[0] ?? OPEN;
}

/** A sentence of the core in the language of the window; what fits none stays as it is. */
export function told(text: string): string {
  return tongue() === 'en' ? text : (put(text) ?? text);
}

/** What is nothing but a date, or a span of time, that the core wrote. */
function dated(text: string): string | null {
  if (!WHOLE_DATE.test(text)) return null;
  const [from = '', to] = text.split(' to ').map((date) => {
    const day = SHORT_DAY.exec(date);
    return day ? `${day[2] ?? ''} ${dateWord(day[1] ?? '')}` : date.replace(DATE_WORDS, dateWord);
  });
  return to === undefined ? from : t('core.drawn.span', { from, to });
}

/** A whole text by the messages whose names begin so; without that by all that are said, not only drawn. */
function put(text: string, of?: readonly string[]): string | null {
  const all = patterns();
  for (const { key, fits, places } of [...(all.get(firstWord(text)) ?? []), ...(all.get(OPEN) ?? [])]) {
    if (of ? !of.some((begin) => key.startsWith(begin)) : /^core\.(?:drawn|key|lane|name|unit)\./.test(key)) continue;
    const found = fits.exec(text);
    if (found) return t(key, Object.fromEntries(places.map((place, at) => [place, inPlace(key, place, found[at + 1] ?? '')])));
  }
  return null;
}

function inPlace(key: string, place: string, text: string): string {
  if (isDate(key, place)) return dated(text) ?? text;
  const of = PLACES[`${key}.${place}`] ?? PLACES[place];
  if (!of) return text;
  // What begins a sentence stands there with a capital.
  return put(text, of) ?? put(text.charAt(0).toLowerCase() + text.slice(1), of) ?? text;
}

/** What stands in a chart that is the core's: a sentence, a word, a date. */
function drawn(text: string): string {
  return dated(text) ?? put(text, ['core.']) ?? text;
}

/** What a limit is called, where it is the core that calls it so. What a person entered has a person's name. */
export function limitName(name: string, entered: boolean): string {
  return entered || tongue() === 'en' ? name : (put(name, ['core.name.']) ?? name);
}

/** An answer of the core with its sentences in the language of the window. */
export function inWords<T>(method: string, answer: T): T {
  return tongue() === 'en' ? answer : (walk(answer, { method, under: method, names: namesIn(answer) }) as T);
}

interface Where {
  method: string;
  /** The name of what holds the value; lists have that of what holds them. */
  under: string;
  names: Names;
}

/** The names of rows: those of groups, and the core's for what belongs to none. */
interface Names {
  given: ReadonlySet<string>;
  own: ReadonlySet<string>;
}

interface Row {
  key: string | null;
  name: string;
}

function namesIn(answer: unknown): Names {
  const usage = (answer as { usage?: { rows?: readonly Row[] } } | null)?.usage;
  const rows = usage?.rows ?? [];
  return {
    given: new Set(rows.flatMap(({ key, name }) => (key === null ? [] : [name]))),
    own: new Set(rows.flatMap(({ key, name }) => (key === null ? [name] : []))),
  };
}

function walk(value: unknown, where: Where): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => walk(item, where));
  if (typeof value !== 'object' || value === null) return value;
  if (isPicture(value)) return ofPicture(value, NAMED.has(`${where.method}.${where.under}`) ? where.names : null);
  if ('svg' in value && 'label' in value) return { ...value, ...ofSpark(value as Spark) };
  const isRow = 'key' in value && 'listed' in value && value.key === null;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]: [string, unknown]) => {
      if (SENTENCES.has(name) || UNDER[where.under]?.has(name) ) return [name, sentences(item, { ...where, under: name })];
      if (KINDS.has(where.under) && name === 'name') return [name, put(String(item), ['core.key.']) ?? item];
      if (isRow && name === 'name') return [name, nobodys(String(item))];
      // What is told beside a key is a person's, by names of any kind.
      if (name === 'details' && !Array.isArray(item)) return [name, item];
      return [name, walk(item, { ...where, under: name })];
    }),
  );
}

function sentences(value: unknown, where: Where): unknown {
  if (typeof value === 'string') return told(value);
  return Array.isArray(value) ? value.map((item: unknown) => sentences(item, where)) : walk(value, where);
}

interface Spark {
  svg: string;
  label: string;
}

function ofSpark({ svg, label }: Spark): Spark {
  const words = told(label);
  const safe = words.replace(/[&<>"']/g, (letter) => `&#${String(letter.charCodeAt(0))};`);
  return { svg: svg.replace(/ aria-label="[^"]*"/, () => ` aria-label="${safe}"`), label: words };
}

interface Mark {
  series: string | null;
  bucket: string;
  label: string;
}

interface Picture {
  svg: string;
  title: string;
  description: string;
  marks: readonly Mark[];
  table: { columns: readonly string[]; rows: readonly (readonly string[])[] };
}

function isPicture(value: object): value is Picture {
  return 'svg' in value && 'marks' in value && 'table' in value;
}

/** The words of a picture; in one with names of groups those stay, in what is drawn, spoken and in the table. */
function ofPicture(picture: Picture, names: Names | null): Picture {
  const { svg, title, description, marks, table } = picture;
  const group = names ? (text: string) => named(text, names) : drawn;
  const [head = ''] = table.columns;
  // Rows and marks are by name where they are not by time.
  const byName = head === 'Name';
  const step = byName ? group : drawn;
  const words = (tag: string, more: string, text: string): string => {
    if (tag !== 'text') return told(text);
    // Names are drawn large; what is small or faint is the core's.
    const isName = names !== null && !more.includes(' font-size="') && !/class="[^"]*muted/.test(more);
    return isName ? group(text) : drawn(text);
  };
  return {
    ...picture,
    svg: svg.replace(/<(title|desc|text)([^>]*)>([^<]+)</g, (_, tag: string, more: string, text: string) => `<${tag}${more}>${words(tag, more, text)}<`),
    title: told(title),
    description: told(description),
    marks: marks.map((mark) => ({
      ...mark,
      series: mark.series === null ? null : group(mark.series),
      bucket: step(mark.bucket),
      label: spoken(mark, group, step) ?? (names ? mark.label : drawn(mark.label)),
    })),
    table: {
      columns: table.columns.map((column, at) => (at > 0 && names && !byName ? column : drawn(column))),
      rows: table.rows.map((row) => row.map((cell, at) => (at === 0 ? step(cell) : drawn(cell)))),
    },
  };
}

/** The label of a mark that says a group, a step and a figure. */
function spoken({ series, bucket, label }: Mark, group: (text: string) => string, step: (text: string) => string): string | null {
  const head = series === null || series === bucket ? '' : `${series}, `;
  if (!label.startsWith(head + bucket)) return null;
  const rest = /^(, so far)?(, [<>]? ?[\d.,]+ %)?: (.*?)(, estimated)?$/s.exec(label.slice(head.length + bucket.length));
  if (!rest) return null;
  const [, soFar, share = '', figure = '', estimated] = rest;
  const of = step(bucket);
  const when = soFar === undefined ? of : t('core.chart.soFar', { bucket: of });
  const amount = drawn(figure);
  const begin = head === '' ? '' : `${group(series ?? '')}, `;
  return `${begin}${when}${share}: ${estimated === undefined ? amount : t('core.drawn.estimated', { figure: amount })}`;
}

/** What the core calls that which belongs to no group. */
function nobodys(text: string): string {
  return put(text, ['core.spend.no']) ?? text;
}

/** The name of a group. Only what no group is called, and the core calls what belongs to none, is the core's. */
function named(text: string, { given, own }: Names): string {
  if (given.has(text)) return text;
  if (own.has(text)) return nobodys(text);
  return put(text, ['core.chart.other', 'core.drawn.others']) ?? text;
}
