import { afterEach, expect, it } from 'vitest';
import core from './messages/en/core.json';
import { speak } from './messages.svelte';
import { inWords, limitName, told } from './told';

const sources = import.meta.glob<string>(['../../src-tauri/core/src/**/*.rs', '../../src-tauri/src/*.rs'], { query: '?raw', import: 'default', eager: true });
/** The strings of the core and of the program around it with their line breaks taken out. A sentence may begin small where the window makes it whole. */
const all = Object.values(sources)
  .join('\n')
  .replace(/\\\n\s*/g, '')
  .replaceAll('\\"', '"')
  .toLowerCase();

/** What the core puts together from three pieces. */
const OF_THREE = new Set([
  'core.drawn.rolledUnknown', 'core.refused.noKeyTo', 'core.refused.noKeyRead', 'core.refused.noChartSessions', 'core.figure.priceInYearlySeat',
  'core.why.folderPrivate', 'core.why.folderLocked', 'core.note.needsDays', 'core.note.needsDaysOne',
]); // prettier-ignore

/** Whether the core's sources hold a text, in one piece or in so many that are put together where a word ends. */
function written(text: string, pieces: number): boolean {
  if (all.includes(text)) return true;
  if (pieces === 1) return false;
  const ends = [...text.matchAll(/ |(?<=\S)(?=[:.,(])/g)].map(({ index }) => index).filter((at) => at > 0);
  return ends.some((at) => all.includes(text.slice(0, at)) && written(text.slice(at).trim(), pieces - 1));
}

afterEach(async () => {
  await speak('system');
});

it.each(Object.entries(core))('%s is what the core says', (key, text) => {
  for (const piece of text.split(/\{\w+\}/)) {
    // The last full stop is the window's where the core left it out; short pieces are joints.
    const said = piece.replace(/\.$/, '').trim().toLowerCase();
    if (said.length >= 4) expect(written(said, OF_THREE.has(key) ? 3 : 2), said).toBe(true);
  }
});

it('leaves English as it is', () => {
  expect(told('Up to date.')).toBe('Up to date.');
});

it('says in Hindi what the core says, with what stands in its places', async () => {
  await speak('hi');
  expect(told('Up to date.')).toBe('ताज़ा है।');
  expect(told('OpenRouter is known from 2026-10-19 on only: so one month is compared, of which all accounts tell.')).toContain('इसलिए एक महीने की तुलना');
  expect(told('OpenRouter is known from 2026-10-19 on only: so 3 months are compared, of which all accounts tell.')).toContain('इसलिए 3 महीनों की तुलना');
  expect(told('OpenRouter tells complete days only: 2026-11-18 is not in here yet.')).toBe(
    'OpenRouter केवल पूरे दिन बताता है: 2026-11-18 अभी इसमें नहीं है।',
  );
  expect(told('Billed by day and provider, 20 October 2026 to 18 November 2026 (UTC days)')).toBe(
    'बिल की गई राशि दिन और प्रदाता के अनुसार, 20 अक्टूबर 2026 से 18 नवंबर 2026 तक (UTC दिन)',
  );
  const clock = "This computer's clock is 3 hours ahead of OpenAI's: it said 18 November 2026, 21:00 when OpenAI said 18 November 2026, 18:00. Days are cut by it, and reminders come by it.";
  expect(told(clock)).toContain('जब OpenAI ने 18 नवंबर 2026, 18:00 बताया, इसने 18 नवंबर 2026, 21:00 बताया।');
  expect(told('Nobody has said this before, in any language.')).toBe('Nobody has said this before, in any language.');
});

it('leaves names and figures alone', async () => {
  await speak('hi');
  expect(told('Model')).toBe('Model');
  const answer = { label: 'Project', notes: ['Up to date.'], total: { amount: '1.50', currency: 'USD' } };
  expect(inWords('usage', answer)).toEqual({ label: 'Project', notes: ['ताज़ा है।'], total: { amount: '1.50', currency: 'USD' } });
});

it.each([
  ['March Studio is known from 2026-11-03 on.', 'March Studio के आँकड़े 2026-11-03 से'],
  ['May Fischer is not read yet: nothing of what it bills is in here.', 'May Fischer'],
  ['Nothing is assigned to given by June March yet.', 'given by June March'],
  ['at 5 % risk is known from May on is known from 2026-11-03 on.', 'at 5 % risk is known from May on के आँकड़े 2026-11-03 से'],
  ['January & June: highest Wednesday, 18 November 2026 (UTC), $3', 'January & June'],
])('keeps a person’s words letter for letter within “%s”', async (sentence, kept) => {
  await speak('hi');
  expect(told(sentence)).toContain(kept);
  expect(told(sentence)).not.toBe(sentence);
});

it('writes no month of a text that fits no sentence', async () => {
  await speak('hi');
  for (const text of ['By March or May', 'given by June March', 'March 2026 Studio at risk', 'bought for May']) expect(told(text)).toBe(text);
});

const mark = (series: string | null, bucket: string, label: string): object => ({ series, bucket, label, value: '3', drill: null });
const picture = (texts: string, marks: object[], table: object): object => ({
  svg: `<svg><title id="t">Billed by day and project, 1 November 2026 to 18 November 2026 (UTC days)</title>${texts}</svg>`,
  title: 'Billed by day and project, 1 November 2026 to 18 November 2026 (UTC days)',
  description: 'No data in this range.',
  marks,
  table,
});

it('translates what a chart says and leaves the names in it', async () => {
  await speak('hi');
  const day = 'Wednesday, 18 November 2026 (UTC)';
  const daily = picture(
    '<text class="text" x="1" y="2">today</text><text class="text" x="1" y="2">Other</text><text class="text" x="1" y="2">March</text><text class="muted" x="1" y="2" font-size="11">Nov 18</text>',
    [mark('today', day, `today, ${day}, so far: $3`), mark(null, day, 'today and given by June March, so on: unknown'), mark('March', day, `March, ${day}: $3`)],
    { columns: ['Period', 'today (USD)', 'March (USD)'], rows: [[`${day}, so far`, '3', '—']] },
  );
  const ranked = picture('', [mark(null, 'March 2026', 'March 2026: $3, estimated')], { columns: ['Name', 'USD'], rows: [['March 2026', '3'], ['12 others', '4']] });
  const rows = [{ key: 'today', name: 'today', listed: [] }, { key: null, name: 'Not assigned to a client', listed: [] }];
  const told = inWords('spend', { usage: { rows }, daily, ranked }) as unknown as Record<'daily' | 'ranked', { svg: string; title: string; marks: { label: string }[]; table: { columns: string[]; rows: string[][] } }> & {
    usage: { rows: { name: string }[] };
  };
  expect(told.usage.rows.map(({ name }) => name)).toEqual(['today', 'किसी ग्राहक को नहीं सौंपा गया']);
  expect(told.daily.title).toBe('बिल की गई राशि दिन और प्रोजेक्ट के अनुसार, 1 नवंबर 2026 से 18 नवंबर 2026 तक (UTC दिन)');
  expect([...told.daily.svg.matchAll(/<text[^>]*>([^<]*)/g)].map(([, text]) => text)).toEqual(['today', 'अन्य', 'March', '18 नव॰']);
  expect(told.daily.marks.map(({ label }) => label)).toEqual([
    'today, बुधवार, 18 नवंबर 2026 (UTC), अब तक: $3',
    'today and given by June March, so on: unknown',
    'March, बुधवार, 18 नवंबर 2026 (UTC): $3',
  ]);
  expect(told.daily.table).toEqual({ columns: ['अवधि', 'today (USD)', 'March (USD)'], rows: [['बुधवार, 18 नवंबर 2026 (UTC), अब तक', '3', '—']] });
  expect(told.ranked.marks[0]?.label).toBe('March 2026: $3, अनुमानित');
  expect(told.ranked.table.rows).toEqual([['March 2026', '3'], ['अन्य 12', '4']]);
});

it('says what a lot on the time line is, and leaves the name of its account', async () => {
  await speak('hi');
  const timeLine = picture(
    '<text class="text" x="0" y="1">March, given</text><text class="text" x="0" y="1" font-size="11">today</text>',
    [mark(null, 'March, given', 'March, given 2026-11-08: 98.46 of 150 USD left, can be spent up to 2026-11-30.')],
    { columns: ['Lot', 'Had'], rows: [['March, given', '2026-11-08']] },
  );
  const { timeLine: line } = inWords('credits', { timeLine }) as unknown as { timeLine: { svg: string; table: object } };
  expect([...line.svg.matchAll(/<text[^>]*>([^<]*)/g)].map(([, text]) => text)).toEqual(['March, मिला हुआ', 'आज']);
  expect(line.table).toEqual({ columns: ['लॉट', 'कब मिला'], rows: [['March, मिला हुआ', '2026-11-08']] });
});

it('says savings, limits, kinds of key and refusals in Hindi, with their figures', async () => {
  await speak('hi');
  expect(told('Nine in ten of its requests fall into 4 hours of the day, on 27 days.')).toBe('इसके दस में से नौ अनुरोध दिन के 4 घंटों में आते हैं, 27 दिनों में।');
  expect(told('Usage is known by UTC day, and this count starts at midnight in America/Los_Angeles: every UTC day that it touches is counted whole, so this much is used at most.')).toContain(
    'गिनती America/Los_Angeles की आधी रात से शुरू होती है',
  );
  expect(told('There is no account 7.')).toBe('खाता 7 नहीं है।');
  const kind = { name: 'No key: files and entries', note: '' };
  expect(inWords('accounts', [{ label: 'No key: files and entries', keyKind: kind }])).toEqual([
    { label: 'No key: files and entries', keyKind: { name: 'कोई कुंजी नहीं: फ़ाइलें और प्रविष्टियाँ', note: '' } },
  ]);
  expect(limitName('free model requests', false)).toBe('मुफ़्त मॉडलों के अनुरोध');
  expect(limitName('free model requests', true)).toBe('free model requests');
  expect(limitName('OpenRouter free model requests', false)).toBe('OpenRouter free model requests');
});

// Every answer that the core can give, built from what the bindings say of it.
const bindings = Object.values(import.meta.glob<string>('./bindings.ts', { query: '?raw', import: 'default', eager: true })).join('');
const types = new Map(
  bindings
    .replace(/\/\*[^]*?\*\//g, '')
    .split(/^export type /m)
    .slice(1)
    .map((text) => [/^\w+/.exec(text)?.[0] ?? '', text.slice(text.indexOf('=') + 1).replace(/;\s*$/, '').trim()] as const),
);

/** Cuts at a sign where no bracket is open. */
function cut(text: string, at: string): string[] {
  const parts = [''];
  let deep = 0;
  for (const letter of text) {
    if ('{<[('.includes(letter)) deep += 1;
    if ('}>])'.includes(letter)) deep -= 1;
    if (letter === at && deep === 0) parts.push('');
    else parts[parts.length - 1] += letter;
  }
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}

/** All values of a type in which each text is the given one; lists hold each kind of what they can. */
function values(type: string, text: string, within: readonly string[] = []): unknown[] {
  const kinds = cut(type, '|');
  if (kinds.length > 1) return kinds.flatMap((kind) => values(kind, text, within));
  const parts = cut(type, '&');
  if (parts.length > 1) {
    const [first = [], ...more] = parts.map((part) => values(part, text, within));
    return more.reduce((all, next) => all.flatMap((one) => next.map((other) => ({ ...(one as object), ...(other as object) }))), first);
  }
  const list = /^Array<([^]*)>$/.exec(type)?.[1] ?? /^(\w+)\[\]$/.exec(type)?.[1];
  if (list !== undefined) return [values(list, text, within)];
  if (type.startsWith('{')) {
    if (/^\{\s*\[key in string\]/.test(type)) return [{ message: text, title: text, other: text }];
    const fields = cut(type.slice(1, -1), ',').map((field) => {
      const at = field.indexOf(':');
      return [field.slice(0, at).replace(/["?\s]/g, ''), values(field.slice(at + 1).trim(), text, within)] as const;
    });
    const most = Math.max(1, ...fields.map(([, of]) => of.length));
    return Array.from({ length: most }, (_, at) => Object.fromEntries(fields.map(([name, of]) => [name, of[Math.min(at, of.length - 1)]])));
  }
  if (type.startsWith('"')) return [JSON.parse(type)];
  if (type === 'string') return [text];
  if (type === 'null') return [null];
  if (type === 'number') return [1];
  if (type === 'boolean') return [true];
  const of = types.get(type);
  if (of === undefined || within.includes(type)) return [null];
  return values(of, text, [...within, type]);
}

/** The places in which two values differ, by the names that lead there. */
function changed(before: unknown, after: unknown, path = ''): string[] {
  if (typeof before === 'object' && before !== null && typeof after === 'object' && after !== null)
    return Object.keys(before).flatMap((key) => changed((before as Record<string, unknown>)[key], (after as Record<string, unknown>)[key], /^\d+$/.test(key) ? path : `${path}.${key}`));
  return before === after ? [] : [path];
}

const METHODS = [...bindings.matchAll(/"method": "(\w+)", "result": ([^}]+?) \}/g)].map(([, method = '', result = '']) => [method, result] as const);

it('knows every answer', () => {
  expect(METHODS.length).toBeGreaterThan(60);
  expect(JSON.stringify(values('EntryRow', 'given by June March'))).toContain('"note":"given by June March"');
});

const PERSONS = ['given by June March', 'March Studio', 'May Fischer', 'bought 18 November 2026', '$5 at risk', 'today', 'March', 'Up to date, given', 'Nov 18', '/home/May/June 2026.csv'];
it.each(METHODS)('gives a person’s words back unchanged in the answer to %s', async (method, result) => {
  await speak('hi');
  for (const text of PERSONS)
    for (const answer of values(result, text)) {
      const places = changed(answer, inWords(method, answer));
      // In a chart of the core's own words a date is a date, and so are the heads of its columns.
      const left = places.filter((place) => !/\.(?:spark|timeLine|burn|picture|curve|spread|heat|year|daily|ranked|share|sessions)\./.test(`${place}.`));
      expect(left, text).toEqual([]);
    }
});

/** What is said of a line or chart as a whole, what a field of a key is called, and which chart has no names of groups. */
const SAID = /\.(?:spark|fields|keyKind\.details|keys\.details|kind\.details|better\.details|timeLine|picture|curve|spread|heat|year)\.|\.(?:daily|ranked|share|sessions)\.(?:svg|title|description|marks\.bucket|marks\.label|table\.columns|table\.rows)$|\.(?:keyKind|keys|kind|better)\.note$/;
const NAMES = /\.(?:label|name|note|key|plan|title|description|client|project|projectName|tag|item|path|folder|csv|file|value|series|bucket|asked|keysMissing|without|receipt|url|id|model|models)$/;
it.each(METHODS)('leaves every name as it is in the answer to %s, though it is called as the core speaks', async (method, result) => {
  await speak('hi');
  const answers = values(result, 'Up to date.');
  const places = answers.flatMap((answer) => changed(answer, inWords(method, answer)));
  expect(places.filter((place) => NAMES.test(place) && !SAID.test(place) && !(method === 'forecast' && place.startsWith('.daily.')))).toEqual([]);
});
