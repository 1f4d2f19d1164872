// What the core tells in English sentences, in the language of the window. The core's own words are the names of the messages
// `core.…`, as in gettext. Only fields that hold sentences of the core are looked at, and only whole: what a person or a provider
// named is given back letter for letter, in a field of its own as in the places of a sentence.

import type { AlertRule } from './bindings';
import { LIST, OPTION, dated, figured, put, sentence, several } from './sentences';
import { t, tongue } from './messages.svelte';

/** Fields that hold sentences of the core wherever they come. */
const SENTENCES = new Set([
  'message', 'partly', 'why', 'notes', 'words', 'todo', 'insight', 'warning', 'warnings', 'remedy', 'unclear', 'refused', 'lacks', 'latency',
  'condition', 'sensitivity', 'uncertain', 'neverSpent', 'problem', 'notifierProblem', 'keysProblem', 'unpriced', 'unknown', 'unforeseen',
  'billedUnknown', 'usageUnknown', 'forecastUnknown', 'atRiskUnknown', 'shorter',
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
  details: new Set(['hint']),
  fields: new Set(['hint']),
  tiers: new Set(['terms']),
  rows: new Set(['resets']),
};

/** What alerts of a rule say. */
const ALERT: Readonly<Record<AlertRule, string>> = {
  expiry: 'core.alert.lot',
  lowBalance: 'core.alert.balance',
  budget: 'core.alert.budget',
  budgetForecast: 'core.alert.budget',
  allowance: 'core.alert.quota',
  allowanceReset: 'core.alert.quota',
  spike: 'core.alert.spike',
  renewal: 'core.alert.renewal',
  keyFailing: 'core.alert.key',
  priceChange: 'core.alert.price',
};
/** And what they say as a whole, where a provider's words stand within it. */
const ALERT_WHOLE: Partial<Record<AlertRule, readonly string[]>> = { keyFailing: ['core.alert.keySays'] };
/** What holds alerts. */
const ALERTS = new Set(['alerts', 'answerAlert']);

const FIGURE = { what: ['core.figure.'], value: ['core.figure.'] };
const FIELD = { label: ['core.label.'] };
const FORMAT = { name: ['core.format.'] };
const LANDED = { label: ['core.landed.'], by: ['core.landed.'] };

/** And fields that hold words of one kind of message: another may stand there as a name. */
const OF: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  choices: { name: ['core.region.'] },
  details: FIELD,
  fields: FIELD,
  figures: FIGURE,
  sources: FIGURE,
  format: FORMAT,
  formats: FORMAT,
  landed: LANDED,
  steps: LANDED,
  left: { what: ['core.left.'] },
  limits: { name: ['core.name.'] },
  options: { name: OPTION },
  shapes: { name: OPTION },
  leftOut: { what: ['core.leftOut.'] },
  models: { priceSource: ['core.price.'] },
  plans: { price: ['core.figure.'] },
};

/** Charts in which groups have names that a person or a provider gave; in others all that is drawn is the core's. */
const NAMED = new Set(['overview.daily', 'spend.daily', 'spend.ranked', 'spend.share', 'spend.sessions']);

/** A sentence of the core in the language of the window; what fits none stays as it is. */
export function told(text: string): string {
  return tongue() === 'en' ? text : sentence(text);
}

const BARE_FIGURE = /^[\d.,%<>+\s−$€£₹¥—-]*$/;

type Word = (text: string) => string;

/** Looks for each text once: those of a step come again in every group. */
function keeping(word: Word): Word {
  const known = new Map<string, string>();
  return (text) => {
    let found = known.get(text);
    if (found === undefined) known.set(text, (found = word(text)));
    return found;
  };
}

/** What stands in a chart that is the core's: a sentence, a word, a date. */
function anyDrawn(text: string): string {
  if (BARE_FIGURE.test(text)) return text;
  const found = dated(text) ?? put(text, DRAWN);
  if (found !== null) return found;
  return figured(text);
}

/** What is drawn, and what is said beside it. */
const DRAWN = ['core.drawn.', 'core.option.', 'core.chart.', 'core.burn.', 'core.lane.', 'core.limit.used', 'core.plans.', 'core.spend.', 'core.unit.'];

/** A text, or each of several sentences, by messages of a kind. */
function ofKind(text: unknown, of: readonly string[]): unknown {
  return typeof text === 'string' ? (several(text, of) ?? put(text, of) ?? text) : text;
}

/** What a limit is called, where it is the core that calls it so. What a person entered has a person's name. */
export function limitName(name: string, entered: boolean): string {
  return entered || tongue() === 'en' ? name : (put(name, ['core.name.']) ?? name);
}

/** An answer of the core with its sentences in the language of the window. */
export function inWords<T>(method: string, answer: T): T {
  if (tongue() === 'en') return answer;
  try {
    return walk(answer, { method, under: method, names: namesIn(answer) }) as T;
  } catch {
    // Figures in English are better than none.
    return answer;
  }
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
  const isAlert = ALERTS.has(where.under) && 'rule' in value;
  // A share of a limit has the name of the limit.
  const isLots = 'takes' in value && 'of' in value && value.of === 'lots';
  const isRow = 'key' in value && 'listed' in value && value.key === null;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]: [string, unknown]) => {
      const rule = isAlert && (name === 'title' || name === 'body') ? (value.rule as AlertRule) : null;
      const of = rule === null ? OF[where.under]?.[name] : [ALERT[rule]];
      const whole = rule === null ? undefined : ALERT_WHOLE[rule];
      const said = whole && name === 'body' ? put(String(item), whole) : null;
      if (said !== null) return [name, said];
      if (of) return [name, ofKind(item, of)];
      if (SENTENCES.has(name) || UNDER[where.under]?.has(name)) return [name, sentences(item, { ...where, under: name })];
      if (KINDS.has(where.under) && name === 'name') return [name, put(String(item), ['core.key.']) ?? item];
      if (isLots && name === 'name') return [name, ofKind(item, ['core.part.oneLot', 'core.part.lots'])];
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
  return { svg: svg.replace(/ aria-label="[^"]*"/, () => ` aria-label="${escaped(words)}"`), label: words };
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
  const drawn = keeping(anyDrawn);
  const group = names ? keeping((text) => named(text, names)) : drawn;
  const [head = '', ...heads] = table.columns;
  // Rows and marks are by name where they are not by time.
  const byName = head === 'Name';
  const step = byName ? group : drawn;
  const column = (text: string): string => ofColumn(text, byName ? drawn : group);
  const listed = byName ? table.rows.map(([name = '']) => name) : heads.map((text) => COLUMN.exec(text)?.[1] ?? text);
  const cellOf = keeping(ends);
  const described = (text: string): string => describe(text, listed, group);
  const words = (tag: string, more: string, text: string): string => {
    if (tag === 'desc') return described(text);
    if (tag !== 'text') return told(text);
    // Names are drawn large; what is small or faint is the core's.
    const isName = names !== null && !more.includes(' font-size="') && !/class="[^"]*muted/.test(more);
    return isName ? group(text) : drawn(text);
  };
  return {
    ...picture,
    svg: svg.replace(/<(title|desc|text)([^>]*)>([^<]+)</g, (_, tag: string, more: string, text: string) => `<${tag}${more}>${escaped(words(tag, more, plain(text)))}<`),
    title: told(title),
    description: described(description),
    marks: marks.map((mark) => ({
      ...mark,
      series: mark.series === null ? null : group(mark.series),
      bucket: step(mark.bucket),
      label: spoken(mark, group, step, drawn) ?? (names ? mark.label : drawn(mark.label)),
    })),
    table: {
      columns: [drawn(head), ...heads.map(column)],
      rows: table.rows.map((row) => row.map((cell, at) => (at === 0 ? step(cell) : cellOf(cell)))),
    },
  };
}

/** The head of a column: a name and its unit. */
const COLUMN = /^(.*) \(([^()]*)\)$/s;
function ofColumn(text: string, word: (text: string) => string): string {
  const [, name, unit = ''] = COLUMN.exec(text) ?? [];
  return name === undefined ? word(text) : `${word(name)} (${anyDrawn(unit)})`;
}

/** A cell: a figure or a word, or several sentences of what lapses on a day. */
function ends(cell: string): string {
  return BARE_FIGURE.test(cell) ? cell : (several(cell, ['core.burn.end']) ?? anyDrawn(cell));
}

/** What a picture says as a whole: sentences of the core, with lists of names and figures in them. */
function describe(text: string, names: readonly string[], word: (text: string) => string): string {
  const list = listIn(text, names, word);
  const bare = list ? `${text.slice(0, list.from)}${LIST}${text.slice(list.to)}` : text;
  const said = several(bare, ['core.said.', 'core.burn.end', 'core.spend.without']);
  // A remark that is no sentence of the core stays, and the others beside it do not.
  const loose = (): string => bare.split(/(?<=\.) /).map((one) => (one === `${LIST}.` ? `${LIST}।` : (put(one, ['core.said.']) ?? one))).join(' ');
  return (said ?? loose()).replace(LIST, () => list?.words ?? '');
}

const ENTRY = /^((?:[−$€£₹¥A-Z]{0,5}\d[\d,.]*\d|[<>]?[−$€£₹¥A-Z]{0,5}\d)(?: %| [A-Z]{3}| [a-z][\w.]*)?)(, refusing some of it)?(?=[,;.])/;

/** Where a description lists names with their figures, and the words for that. */
function listIn(text: string, names: readonly string[], word: (text: string) => string): { from: number; to: number; words: string } | null {
  const longest = [...names].sort((a, b) => b.length - a.length);
  for (const start of text.matchAll(/[.:] /g)) {
    const from = start.index + 2;
    let at = from;
    let words = '';
    for (;;) {
      const name = longest.find((one) => text.startsWith(`${one} `, at));
      const [whole, figure = '', refusing] = name === undefined ? [] : (ENTRY.exec(text.slice(at + name.length + 1)) ?? []);
      if (name === undefined || whole === undefined) break;
      const amount = figured(figure);
      words += `${word(name)} ${refusing === undefined ? amount : t('core.part.refusing', { amount })}`;
      at += name.length + 1 + whole.length;
      if (text[at] === '.') return { from, to: at, words };
      words += text.slice(at, at + 2);
      at += 2;
    }
  }
  return null;
}

function plain(text: string): string {
  return text.replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&quot;/g, '"').replace(/&#39;/g, "'").replace(/&amp;/g, '&');
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** As the core does it, so that what stays is the same letter for letter. */
function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => ENTITIES[letter] ?? letter);
}

/** The label of a mark that says a group, a step and a figure. */
function spoken({ series, bucket, label }: Mark, group: Word, step: Word, drawn: Word): string | null {
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
