// Whatever the core says in a sentence is a message, so that a window in Hindi says it too, or is named here with the reason why no
// window shows it. A sentence that is added without Hindi fails.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import core from './messages/en/core.json';
import { speak } from './messages.svelte';
import { several } from './sentences';
import { told } from './told';

const sources = import.meta.glob<string>(['../../src-tauri/core/src/**/*.rs', '../../src-tauri/src/*.rs'], { query: '?raw', import: 'default', eager: true });
const files = Object.entries(sources).map(([path, text]) => [path.replace('../../src-tauri/core/src/', '').replace('../../src-tauri/src/', 'app/'), text] as const);

/** Files whose words no window shows. */
const UNSEEN: readonly (readonly [RegExp, string])[] = [
  [/^api\/(?:doctor|glance)\.rs$/, 'the terminal and the tray alone show it'],
  [/^catalogue\/(?:corrections|credit_rules|discounts|plan_\w+|resets|written)\.rs$|^catalogue\.rs$/, 'faults of a file of plans, by its fields, for who writes one'],
  [/^chart\/(?:canvas|palette|photo)\.rs$/, 'tags, styles and names of fonts'],
  [/^(?:estimate\/families|pricing\/book|exchange\/tax)\.rs$/, 'faults of data that the program brings along; tests hold it'],
  [/^export(?:\/|\.rs)/, 'goes into a calendar or into an export'],
  [/^app\/(?:menu|tray)\.rs$/, 'the menu and the tray have words of their own'],
  [/^app\/(?:main|options)\.rs$/, 'printed to the terminal where no window opens'],
  [/^app\/first\.rs$/, 'tags of the page'],
  [/^store\/(?!backups|folder)/, 'names of what cannot be read of a damaged store, within a sentence'],
];

/** Texts that no window shows, each with the reason, in files in which other words are seen. */
const LEFT: Readonly<Record<string, readonly string[]>> = {
  'it is searched for in what a provider answers': [
    'Quota exceeded for metric:',
    'retry in',
    'rate limit reached for ',
    'Limit {limit} {unit} per {window}',
    'limited to ',
    'API calls /',
    'limited to {limit} API calls / {window}',
  ],
  'the calendar answers with it on its own address, for a program': [
    'This is another machine than the one you name.\\n',
    'There is nothing here.\\n',
    'This can be read, and nothing else.\\n',
    'The calendar cannot be told now.\\n',
  ],
  'a notification of the desktop says it': [
    'Spendglass can reach you here',
    'This is a test: reminders will look like this one. Nothing is to be done.',
    '1 more reminder waits in the inbox',
    '{} more reminders wait in the inbox',
    'I used it',
    'no thread for it: {}',
  ],
  'the system’s dialog for a file says it': ['Save a file'],
  'the terminal alone asks for it': [
    'It was removed and is shown nowhere, but its key could not be removed with it yet.',
    'Unlock or start the keychain, then {}. Or remove it and leave the key there: {0} --leave-key.',
    'spendglass accounts remove {id}',
  ],
  'a chart that leaves the screen ends so': [', sample data', '{as_of}, sample data'],
  'an export says it of itself': ['none: keys are in the keychain and in no export', 'a charge without its {what}'],
  'the name of a type of content or a column, a service, a product or a kind of key that another program reads': [
    'text/calendar; charset=utf-8',
    'text/plain; charset=utf-8',
    'private, no-cache',
    'application/json, application/xml, text/xml',
    'ai services',
    'vertex ai',
    'generative language',
    'macOS Notification Center',
    'macOS Keychain',
    'Windows notifications',
    'Spendglass key',
    'Spendglass check (may be deleted)',
    'spendglass key fingerprint 1\\0',
    'SQLite format 3\\0',
    'Claude Code, paid by {}',
    'ChatGPT subscription (Codex)',
    'Claude subscription',
    'LiteLLM proxy',
    'Web app plan',
    'Z.ai (GLM Coding Plan)',
    'A provider of your own',
  ],
  'what a provider bills or grants, by the name of the line or the tier': [
    'max mode',
    'not charged',
    'usage based',
    'members {} to {}',
    'voice agent',
    'paid tier 1',
    'paid tier 2',
    'paid tier 3',
    '{level} search context',
    '{provider}, with your own provider key',
    'with your own provider key',
  ],
  'it is asked of another program': [
    'metric.type = "{metric}" AND resource.type = "{RESOURCE}"',
    'usage_start_time >= @start AND usage_start_time < @end AND service.description IN UNNEST(@services)',
  ],
  'the place in an answer or a file, as its fields are called': ['the metric', 'any of', ' at line ', 'none of {} is there', 'of an empty line'],
  'a note in the store, by name': ['rates fetched', 'refresh tried', 'feed {}', 'every provider', 'counts of the roll-up ({error})'],
  'a fault of the program that its tests hold to be none': [
    'the catalogue cannot be read: ',
    'the series {series:?} has {values} values for {buckets} buckets',
    'the break-even point {point:?} is on line {line} of {lines}',
    'a path of the forecast has {0} days and another {1}; all must have as many',
    'day {day} of a month',
    'a token cannot be absent',
    'the name of a keychain entry has 32 digits of 0-9 and a-f',
  ],
  'two words of which others are made': ['{}, per {}', ', tax in it', ', without tax', ', tax not stated'],
};

/** A file without its tests, its attributes other than errors, what is printed to the terminal, and the columns that are looked for in a file. */
function bare(text: string): string {
  return text
    .replace(/#\[cfg\(test\)\]\s*mod \w+ \{[^]*$/, '')
    .replace(/#!?\[(?!error)[^\]]*\]/g, '')
    .replace(/\beprintln!\([^]*?\);/g, '')
    .replace(/\b(?:need|may)\(&\[[^\]]*\]\)/g, '');
}

/** The texts between quotes of a Rust source, without what stands in comments. */
function literals(text: string): string[] {
  const found: string[] = [];
  const lexer = /\/\/[^\n]*|\/\*[^]*?\*\/|'(?:\\u\{\w+\}|\\.|[^\\'])'|\br(#*)"([^]*?)"\1|"((?:\\[^]|[^"\\])*)"/g;
  for (const [, , raw, quoted] of text.matchAll(lexer)) {
    const inner = raw ?? quoted?.replace(/\\\r?\n\s*/g, '').replace(/\\"/g, '"');
    if (inner !== undefined) found.push(inner);
  }
  return found;
}

const PLACE = /\{[^{}]*\}/g;

/** Two words or more, one of them no name: what a person would read. Neither markup nor SQL. */
function isSentence(text: string): boolean {
  const words = text.replace(PLACE, '{}');
  if (/^\s*[<.]\w|^[A-Z]{3,} |\b(?:IS NOT NULL|AS \w+,)|^-----/.test(words)) return false;
  return /\p{L}{2,}[,:;]? (?:\p{L}|\{)|\} \p{L}{2}/u.test(words) && /(?:^|[^\p{L}])\p{Ll}{2}/u.test(words);
}

const letters = (text: string): number => text.replace(PLACE, '').replace(/\P{L}/gu, '').length;

const messages = Object.values(core).map((message) => {
  const text = message.toLowerCase();
  return { text, fixed: letters(text), whole: new RegExp(`^${text.split(PLACE).map(escaped).join('.+?')}$`, 's') };
});

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** Whether a message says it: the text is a part of one, with its places, or one fits it that is not mostly places. */
function isSaid(text: string): boolean {
  // What to type in the terminal is left out by the window.
  const one = text.toLowerCase().replace(/ \(--[^)]*\)/g, '').trim().replace(/\.$/, '');
  const many = letters(one);
  if (many < 2) return true;
  const part = new RegExp(one.split(PLACE).map(escaped).join('[^]{0,60}?'));
  return messages.some(({ text, fixed, whole }) => part.test(text) || (fixed * 3 >= many && (whole.test(one) || whole.test(`${one}.`))));
}

/** Whether all of its sentences are, or the parts of them that others are put behind. */
function isCovered(text: string): boolean {
  const sentences = text.split(/(?<=\.) |(?<=\.)(?=\{)|(?<=\}) (?=\p{Lu})/u);
  return isSaid(text) || sentences.every((one) => isSaid(one) || one.split(/(?<=:) /).every(isSaid));
}

const left = new Set(Object.values(LEFT).flat());

describe('every sentence of the core', () => {
  it.each(files.filter(([path]) => !UNSEEN.some(([file]) => file.test(path))))('in %s has Hindi', (_, text) => {
    const sentences = literals(bare(text)).filter((one) => isSentence(one) && !left.has(one));
    expect(sentences.filter((one) => !isCovered(one))).toEqual([]);
  });
});

describe('a whole sentence', () => {
  beforeAll(async () => {
    await speak('hi');
  });
  afterAll(async () => {
    await speak('system');
  });

  const whole = files.flatMap(([path, text]) => {
    if (UNSEEN.some(([file]) => file.test(path))) return [];
    const all = literals(bare(text)).filter((one) => isSentence(one) && !left.has(one) && /^\p{Lu}.*\S{2}\.$/su.test(one) && !/[{}]/.test(one));
    return all.map((one) => [path, one] as const);
  });

  it.each(whole)('of %s is told in Hindi: %s', (_, text) => {
    // Those of alerts and charts are found where alerts and charts come.
    const said = told(text) === text ? several(text, ['core.alert.', 'core.said.']) : told(text);
    expect(said).toMatch(/\p{Script=Devanagari}.*[।?)]$/su);
  });

  it('is looked for in many places', () => {
    expect(whole.length).toBeGreaterThan(250);
  });
});

it('would miss what has no Hindi', () => {
  expect(isSentence('Nobody has said this before')).toBe(true);
  for (const text of ['Nobody has said this before', '{label} has never been so dear', 'Top it up. Nobody has said this before.']) expect(isCovered(text), text).toBe(false);
  for (const text of ['{label} refuses its key', 'Top it up before calls are refused.', ' As you spend now it lasts about {}']) expect(isCovered(text), text).toBe(true);
});

it('leaves out no file and no text that is not there', () => {
  for (const [file, why] of UNSEEN) expect(files.some(([path]) => file.test(path)), why).toBe(true);
  const all = new Set(files.flatMap(([, text]) => literals(text)));
  expect([...left].filter((text) => !all.has(text))).toEqual([]);
  expect([...left].filter(isCovered)).toEqual([]);
});
