// What the core really says of alerts, charts and what went wrong, as its own tests hold it: in a Hindi window no English is left of
// it but names, figures and what is written alike in both.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AlertRule } from './bindings';
import { speak } from './messages.svelte';
import { inWords, told } from './told';

const charts = import.meta.glob<string>('../../tests/golden/chart/*.svg', { query: '?raw', import: 'default', eager: true });
const rust = Object.values(import.meta.glob<string>('../../tests/it/**/*.rs', { query: '?raw', import: 'default', eager: true }))
  .join('\n')
  .replace(/\\\n\s*/g, '')
  .replaceAll('\\"', '"');

/** Names that stand in the examples, and what is the same in every language. */
const SAME =
  /\b(?:OpenAI|OpenRouter|DeepSeek|Anthropic|Google|Gemini|Spendglass|Foo Inc\. Ltd|Studio|March|Pro|Team, 2 seats|Team|claude-opus|gpt-[\w.-]+|odd & long name that has no end to it at all in any window|sonar|grok|UTC|USD|EUR|INR|Key|Bad key\. Go away|requests of gpt-5|Gnome Shell|IANA|API|HTML|status 4\d\d|costs)\b|[\w.-]+\.(?:com|ai|csv|json)\b/g;

function english(text: string): string[] {
  return text.replace(/<\/?[b-z]+>|&[#\w]+;/g, ' ').replace(SAME, ' ').match(/\p{Script=Latin}{2,}/gu) ?? [];
}

beforeAll(async () => {
  await speak('hi');
});
afterAll(async () => {
  await speak('system');
});

/** The rule of an alert, by what it says. */
function ruleOf(title: string): AlertRule {
  const rules: readonly (readonly [RegExp, AlertRule])[] = [
    [/ credit (?:may|laps)/, 'expiry'],
    [/ balance is low|is left with/, 'lowBalance'],
    [/ budget for /, 'budget'],
    [/ renews on /, 'renewal'],
    [/refuses its key/, 'keyFailing'],
    [/^The price of /, 'priceChange'],
    [/ cost .* on /, 'spike'],
    [/ used$/, 'allowance'],
  ];
  return rules.find(([says]) => says.test(title))?.[1] ?? 'allowanceReset';
}

/** Titles and texts of alerts. */
const ALERTS: readonly (readonly [string, string])[] = [
  ['$25.00 of DeepSeek credit lapses at the end of 27 November', '$25.00 of your DeepSeek credit lapses at the end of 27 November, and as you spend now $25.00 of it would be lost. Spend $5.00 a day to use it up, or mark it as used to hear no more of it.'],
  ['$120.00 of OpenAI credit may lapse on 1 December 2027 at 14:00', '$120.00 of your OpenAI credit may lapse on 1 December 2027 at 14:00, and as you spend now about $80.00 of it would be lost ($70.00 to $90.00). Any use before then puts that off.'],
  ['1,200 credits of Foo Inc. Ltd credit lapses at the end of 1 December', '1,200 credits of your Foo Inc. Ltd credit lapses at the end of 1 December. How much of it you will have spent by then is not known (a forecast needs 7 complete days, and there are none so far), so all that is left is counted.'],
  ['$5.00 of OpenAI credit lapses at the end of 1 December', '$5.00 of your OpenAI credit lapses at the end of 1 December. As you spend now it is likely to be used up in time, but up to $2.10 may be left.'],
  ['OpenAI credit may lapse at the end of 1 December', 'A lot of OpenAI credit may lapse at the end of 1 December. What is left of it nobody tells: look it up with the provider, and use it up or mark it as used.'],
  ['$12.40 of OpenRouter credit lapsed at the end of 30 December 2026', '$12.40 of your OpenRouter credit may have lapsed at the end of 30 December 2026, as far as it is known what was spent of it.'],
  ['OpenRouter balance is low: $20.00', '$20.00 is left with OpenRouter. As you spend now it lasts about 6 days (4 to 9). Top it up before calls are refused.'],
  ['OpenRouter balance is low: 40 points', '40 points is left with Foo Inc. Ltd, and you asked to hear of it at 50 points. As you spend now it does not last through 22 November. Top it up before calls are refused.'],
  ['OpenRouter balance is low: ₹2,000.00', '₹2,000.00 is left with OpenRouter. As you spend now it lasts for years. Top it up before calls are refused.'],
  ['130 % of the monthly budget for everything is used', '$130.00 is spent where $100.00 was meant to be enough until the end of 30 November (UTC): $30.00 too much.'],
  ['>999 % of the daily budget for OpenAI is used', '$5.00 of $10.00 is spent. $5.00 is left for 22 November (UTC).'],
  ['80 % of the weekly budget for Studio is used', '$10.00 of $10.00 is spent: nothing is left until the end of 30 November (UTC).'],
  ['The monthly budget for everything will be crossed', '$60.00 of $100.00 is spent. If spending goes on as it did, by the end of 30 November (UTC) it comes to about $120.00 ($110.00 to $130.50).'],
  ['OpenAI cost $60.00 on 21 November', 'A usual day costs $5.00: this one cost 12 times as much (UTC day). Look at what it went to.'],
  ['OpenAI cost $60.00 on 21 November', 'On usual days it costs nothing (UTC day). Look at what it went to.'],
  ['OpenRouter refuses its key', 'OpenRouter refuses its key, so nothing of it was ever read. Replace the key.'],
  ['OpenRouter refuses its key', 'OpenRouter was read before, and refuses its key now, so its figures stand still. It says: Bad key. Go away. Replace the key.'],
  ['OpenRouter Pro renews on 30 November', '$20.00 is due then. If you do not need it, end it before.'],
  ['The price of gpt-5 changes on 1 December', 'The price list announces another price for gpt-5. It is counted once a later list confirms it.'],
  ['OpenAI: requests of gpt-5 by the 5 hours: 80 % used', '80 percent of 100 percent is used. The count starts again on 22 November at 17:00.'],
  ['OpenAI: requests of gpt-5 by the day: 95 % used', 'At most 950 requests of 1,000 requests is used.'],
  ['OpenAI: requests of gpt-5 by the month has reset', 'It starts again: 0 requests of 1,000 requests is used.'],
  ['Your allowance has reset', 'It starts again from nothing used.'],
  ['OpenAI: requests of gpt-5 by the week has reset', 'It starts again: 1,000 requests is there to use.'],
];

describe('alerts', () => {
  it.each(ALERTS)('%s', (title, body) => {
    const { alerts } = inWords('inbox', { alerts: [{ rule: ruleOf(title), title, body, subject: title }] });
    const [alert] = alerts;
    expect(english(`${alert?.title ?? ''} ${alert?.body ?? ''}`)).toEqual([]);
    expect(alert?.subject).toBe(title);
    for (const [name] of `${title} ${body}`.matchAll(/Foo Inc\. Ltd|requests of gpt-5|Bad key\. Go away/g)) expect(`${alert?.title ?? ''} ${alert?.body ?? ''}`).toContain(name);
  });

  it('are those that the core’s tests hold', () => {
    const all = ALERTS.flat();
    const held = all.filter((text) => rust.includes(text));
    expect(held.length).toBeGreaterThan(7);
    const expected = [...rust.matchAll(/"((?!The plan )[^"{}\n]+ (?:credit (?:lapses|lapsed) at|is left with|refuses its key|renews on|budget for)[^"{}\n]*)"/g)].map(([, text = '']) => text);
    expect(expected.length).toBeGreaterThan(7);
    for (const text of expected) {
      const [alert] = inWords('inbox', { alerts: [{ rule: ruleOf(text), title: text, body: text }] }).alerts;
      expect(english(alert?.title ?? ''), text).toEqual([]);
    }
  });
});

it.each([
  'Up to date. Replace the key',
  'given by June March',
  '$5 at risk',
  'a credit lapses at the end of 1 December',
  'X, and as you spend now',
  'is 5 of your',
  'Look at what it went to. It is used',
  'Foo: 80 % used',
])('keeps “%s” letter for letter in alerts and in what a chart says', (name) => {
  const texts = [
    ['expiry', `$25.00 of ${name} credit lapses at the end of 27 November`, `$25.00 of your ${name} credit lapses at the end of 27 November, and as you spend now $25.00 of it would be lost. Any use before then puts that off.`],
    ['keyFailing', `${name} refuses its key`, `${name} refuses its key, so nothing of it was ever read. Replace the key.`],
    ['lowBalance', `${name} balance is low: $20.00`, `$20.00 is left with ${name}. As you spend now it lasts for years. Top it up before calls are refused.`],
    ['budget', `80 % of the weekly budget for ${name} is used`, ''],
    ['spike', `${name} cost $60.00 on 21 November`, ''],
    ['renewal', `${name} renews on 30 November`, ''],
  ] as const;
  for (const [rule, title, body] of texts) {
    const [alert] = inWords('inbox', { alerts: [{ rule, title, body }] }).alerts;
    expect(alert?.title).toContain(name);
    expect(alert?.title).not.toBe(title);
    if (body !== '') expect(alert?.body).toContain(name);
  }
  const description = `Stacked bars, 2 from 1 November 2026 (UTC) to 2 November 2026 (UTC). Total $7. By series: ${name} $5, Other $2. Highest: 2 November 2026 (UTC), $3.`;
  const daily = { svg: '', title: '', description, marks: [], table: { columns: ['Period', `${name} (USD)`, 'Other (USD)'], rows: [] } };
  const told = inWords('spend', { usage: { rows: [] }, daily }) as unknown as { daily: { description: string; table: { columns: string[] } } };
  expect(told.daily.description).toContain(`समूह के अनुसार: ${name} $5, अन्य $2। सबसे अधिक: 2 नवंबर 2026 (UTC), $3।`);
  expect(told.daily.table.columns).toEqual(['अवधि', `${name} (USD)`, 'अन्य (USD)']);
});

it.each([
  'Bad key. Replace the key.',
  'a. It says: a.',
  'Bad key',
  'Bad. X was read before, and refuses its key now, so its figures stand still.',
  'Bad. X was read before, and refuses its key now, so its figures stand still. It says: a.',
  'Bad. X refuses its key, so nothing of it was ever read. It says: a. Replace the key.',
])('keeps a provider’s words “%s” to their end', (words) => {
  const bodies = [
    ['OpenRouter was read before, and refuses its key now, so its figures stand still.', 'OpenRouter पहले पढ़ा जाता था और अब अपनी कुंजी अस्वीकार करता है, इसलिए उसके आँकड़े रुके हुए हैं।'],
    ['OpenRouter refuses its key, so nothing of it was ever read.', 'OpenRouter अपनी कुंजी अस्वीकार करता है, इसलिए उसका कुछ भी कभी पढ़ा नहीं गया।'],
  ] as const;
  for (const [begin, hindi] of bodies) {
    const body = `${begin} It says: ${words} Replace the key.`;
    const [alert] = inWords('inbox', { alerts: [{ rule: 'keyFailing', title: '', body }] }).alerts;
    expect(alert?.body).toBe(`${hindi} वह कहता है: ${words} कुंजी बदलें।`);
  }
  const refused = told(`OpenAI refuses the key (it says: ${words}). It may be mistyped, expired or revoked: give a new one, made at https://a.com.`);
  expect(refused).toContain(words);
  expect(english(refused.replace(words, '').replace('https://a.com', ''))).toEqual([]);
});

it('comes to an end with texts that can be cut in very many ways', () => {
  for (const n of [15, 40, 2000])
    for (const text of [`${'a Remove it by hand. '.repeat(n)}b`, `Nothing is known of ${'x. '.repeat(n)}`, `${'x. Remove it by hand. '.repeat(n)}b`, `${'a. It says: '.repeat(n)}b`, `Cannot ${'a, b: '.repeat(n)}`]) {
      expect(told(text)).toBe(text);
      inWords('inbox', { alerts: [{ rule: 'keyFailing', title: text, body: text }] });
    }
});

it.each(['x'.repeat(10000), 'x y '.repeat(2500), 'x. '.repeat(3333), '1'.repeat(10000), 'It says: '.repeat(1111)])('leaves a text with a very long name as it is (%#)', (name) => {
  for (const text of [`${name} is known from 2026-11-03 on.`, `Nothing is assigned to ${name} yet.`, name]) expect(told(text)).toBe(text);
  const alerts = [
    { rule: 'expiry', title: `$25.00 of ${name} credit lapses at the end of 27 November`, body: `$25.00 of your ${name} credit lapses at the end of 27 November.` },
    { rule: 'keyFailing', title: `${name} refuses its key`, body: `${name} refuses its key, so nothing of it was ever read. It says: ${name}. Replace the key.` },
  ];
  expect(inWords('inbox', { alerts })).toEqual({ alerts });
  const marks = [{ series: name, bucket: 'Nov 18', label: `${name}, Nov 18: $3`, value: '3' }];
  const daily = { svg: `<svg><text class="text">${name}</text></svg>`, title: name, description: `Total $7. By series: ${name} $5.`, marks, table: { columns: ['Period', `${name} (USD)`], rows: [['Nov 18', name]] } };
  const rows = [{ key: name, name, listed: [] }];
  const answer = inWords('spend', { usage: { rows }, daily }) as unknown as { daily: typeof daily };
  expect(answer.daily.marks[0]?.series).toBe(name);
  expect(answer.daily.marks[0]?.label).toContain(name);
  expect(answer.daily.table.columns[1]).toBe(`${name} (USD)`);
  expect(answer.daily.svg).toBe(daily.svg);
});

it('gives an answer back as it is where its words cannot be found', () => {
  const answer = { notes: ['Up to date.'], usage: { rows: [null] } };
  expect(inWords('usage', answer)).toBe(answer);
});

/** Titles that the core's tests made up, and no screen has. */
const MADE_UP = /^(?:Daily spend|Dearest models|Shares of models|Billed in the last 53 weeks|Requests a day of AI Studio|At list price by weekday and hour|November 2026: billed so far, and forecast|OpenAI: what was left, and the likely way on)$/;

describe('charts', () => {
  const columns: Readonly<Record<string, readonly string[]>> = {
    stacked: ['Period', 'OpenAI (USD)', 'Anthropic (USD)'],
    plan_curve: ['Use', 'As now: pay as you go (USD)', 'Pro (USD)', 'Free tier, then as you go (USD)', 'Team, 2 seats (USD)'],
    share: ['Name', 'Share', 'USD'],
  };
  const rows = ['gpt-5', 'claude-opus', '<b>odd & long name that has no end to it at all in any window</b>', 'sonar', 'grok', '2 others'].map((name) => [name, '1 %', '1']);
  const text = (svg: string, tag: string): string => new RegExp(`<${tag}[^>]*>([^<]*)<`).exec(svg)?.[1] ?? '';
  const plain = (one: string): string => one.replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&quot;/g, '"').replace(/&amp;/g, '&');

  const described = Object.entries(charts).flatMap(([path, svg]) => {
    const name = /(\w+)(?:\.light)?\.svg$/.exec(path)?.[1] ?? '';
    return svg.includes('<desc') ? [[name, svg] as const] : [];
  });

  it.each(described)('%s says in Hindi what it shows', (name, svg) => {
    const head = columns[name.replace('_narrow', '')] ?? ['When', 'USD'];
    const picture = { svg, title: text(svg, 'title'), description: plain(text(svg, 'desc')), marks: [], table: { columns: head, rows: head[0] === 'Name' ? rows : [] } };
    const { curve } = inWords('plans', { curve: picture }) as unknown as { curve: typeof picture };
    const names = /As now: pay as you go|Free tier|as you go|Studio is not in here|Tue, 13:00|day 1(?:19 \(UTC\))?|Bought 1 November 2026 lapses with \$24\.00 at risk|The most: 110 % used|Highest/g;
    expect(english(curve.description.replace(names, ' '))).toEqual([]);
    expect(plain(text(curve.svg, 'desc').replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code))))).toBe(curve.description);
    if (!MADE_UP.test(picture.title)) expect(english(curve.title)).toEqual([]);
  });

  const day = 'Wednesday, 18 November 2026 (UTC)';
  const hours = '2026-11-16 00:00 +00:00 to 2026-11-17 00:00 +00:00';
  it.each([
    [null, 'OpenAI, given', 'OpenAI, given 2026-11-08: 98.46 of 150 USD left, can be spent up to 2026-11-30.'],
    [null, 'OpenAI, bought', 'OpenAI, bought unknown: an unknown rest of 150 USD left, nobody says when it lapses.'],
    [null, 'OpenAI, included', 'OpenAI, included 2026-11-08: 5 left, lapses 2026-11-30 00:00 +00:00, perhaps.'],
    [null, 'OpenAI, rolled over', 'OpenAI, rolled over 2026-11-08: an unknown rest left, does not lapse.'],
    ['given 8 Nov 2026', day, `given 8 Nov 2026, ${day}: $50.00 left`],
    ['given 8 Nov 2026 (entry-1)', day, `given 8 Nov 2026 (entry-1), ${day}, so far: 40 points left`],
    [null, day, `${day}: nothing left`],
    [null, `${day} to ${day}`, `${day} to ${day}: unknown what was left`],
    [null, day, `given 8 Nov 2026 and bought 8 Nov 2026, ${day}: unknown`],
    ['likely left', day, `Likely left by the end of ${day}: $21.00, eight times in ten from $15.00 to $30.00`],
    ['lapses', day, 'Given 8 Nov 2026: can be spent up to 30 November 2026; likely $24.00 at risk, eight times in ten $20.00 to $30.00.'],
    ['lapses', day, 'Given 8 Nov 2026: can be spent up to 30 November 2026; nothing is at risk at the usual pace.'],
    ['billed', '4 November 2026 (UTC)', 'billed, up to 4 November 2026 (UTC), so far: $4.50'],
    ['forecast', '10 November 2026 (UTC)', 'Forecast, up to 10 November 2026 (UTC): $13.50, from $11.40 to $15.60'],
    ['As now', '1.25× now, 800 requests a month', 'As now, 1.25× now, 800 requests a month: $15.625'],
    ['Pro', '2× now, $12 a month at list price', 'Pro, 2× now, $12 a month at list price: $20.00, refuses some of it'],
    ['Pro', 'Break-even, 1.5× now, 1,024 requests a month', 'Pro is cheaper than paying as you go above 1,024 requests a month'],
    [null, 'Pro', 'Pro is cheaper than paying as now below 12.5 USD at list price a month'],
    [null, 'As now', 'As now: $12.50 in the middle, $9.00 to $16.40 in eight of ten months'],
    [null, 'Pro', 'Pro, refuses some: $12.50 in the middle, $9.00 to $16.40 in eight of ten months'],
    [null, 'Pro, then pay as you go', 'Pro, then pay as you go: $20.00 in the month from 1 October 2026, not all of its days'],
    [null, 'Wednesday, 09:00 to 10:00', 'Wednesday, 09:00 to 10:00, so far: $2.95, estimated'],
    [null, hours, `${hours}: at most 950 of 1000 requests used`],
    [null, hours, `${hours}, so far: 95 % used`],
    [null, hours, `${hours}: unknown`],
  ])('says what %s, %s is: %s', (series, bucket, label) => {
    const marks = [{ series, bucket, label, value: '1' }];
    const { curve } = inWords('plans', { curve: { svg: '', title: '', description: '', marks, table: { columns: ['Use'], rows: [] } } }) as unknown as { curve: { marks: typeof marks } };
    const [mark] = curve.marks;
    expect(english(`${mark?.series ?? ''} ${mark?.bucket ?? ''} ${mark?.label ?? ''}`.replaceAll('entry-1', ''))).toEqual([]);
  });

  it('says what stands in the tables behind them', () => {
    const columns = ['By the end of', 'given 8 Nov 2026 (USD)', 'left in all (USD)', 'likely (USD)', 'low (USD)', 'high (USD)', 'Lapses', 'known (tokens)', 'forecast (USD)', 'the month from 1 October 2026 (USD)', 'middle (USD)', 'As now (USD)', 'Amount'];
    const row = [`${day}, so far`, '12, refuses some', '5, in part', 'Given 8 Nov 2026: can be spent up to 30 November 2026. Bought 8 Nov 2026: can be spent up to 30 November 2026.', 'at most 950 of 1000 requests used', '1,200 tokens', '98.46 USD', 'never', '1.5× now, 960 requests a month', 'unknown'];
    const picture = { svg: '', title: 'Credit: what was had, what is left, when it lapses (UTC)', description: 'One lot from 8 November 2026 to 30 November 2026. First: OpenAI, given 2026-11-08: 98.46 of 150 USD left, can be spent up to 2026-11-30.', marks: [], table: { columns, rows: [row] } };
    const { curve } = inWords('plans', { curve: picture }) as unknown as { curve: typeof picture };
    expect(english([curve.title, curve.description, ...curve.table.columns, ...curve.table.rows.flat()].join(' | '))).toEqual([]);
  });
});

it.each([
  ['price for students of the first 3 months in IN from 5 seats on, tax in it', '20 USD a month and seat, paid by the year'],
  ['price, tax not stated', '20 USD once'],
  ['seats', 'at least 2, at most 5, all from one sum'],
  ['limit of requests in a window of 5 hours, by first use for gpt-5', '40 to 80'],
  ['credit in credits every month', '500; what is left lapses'],
  ['use beyond', '100 % of list price'],
  ['Pro: limit of requests in a window of day, for gpt-5', '1000'],
  ['Pro: price in USD for a month, paid by the year, for each seat', '20'],
  ['Studio: billed for this usage over the window', '20 USD'],
  ['taken off use in batches, in per cent', '50'],
])('says where a figure of a plan is from: %s, %s', (what, value) => {
  const { options } = inWords('plans', { options: [{ name: 'Pro', sources: [{ what, value, sources: [] }] }] });
  const [figure] = options[0]?.sources ?? [];
  expect(english(`${figure?.what ?? ''} | ${figure?.value ?? ''}`.replace(/\bIN\b/, ''))).toEqual([]);
});

it.each([
  'The page asked for something that Spendglass does not know. Please report this.',
  "It could not be taken away (status 404). Remove it in your system's settings.",
  'The keychain is locked. Unlock the keyring: sign in to the desktop with your password, or open Passwords and Keys (seahorse) or KWalletManager. On a server, let an environment variable hold the key: accounts add … --key-env NAME.',
  'The chart cannot be written to "/x.csv": its folder is not there. Nothing was changed there. Name a file in a folder that is there, such as /y.csv.',
  'OpenAI refuses the key (it says: Bad key. Go away). It may be mistyped, expired or revoked: give a new one, made at https://a.com.',
  'OpenAI could not answer costs: status 500 (it says: Bad key. Go away). The next sync tries again.',
  'api.openai.com could not be reached (no connection), while reading costs. The next sync tries again.',
  'What costs EUR is left out: no rate of EUR is known: refresh the rates (spendglass rates refresh).',
  'OpenAI: nobody says when credit that was given lapses. If you know, give its rule; until then no end is told.',
  'It cannot be bought: it is sold no more since 2026-11-02.',
  'A forecast needs 7 complete days, and there are 3 so far.',
  'Partly synced: cost, usage and balance could be read, limits could not.',
  'Partly synced: of usage and limits only a part could be read.',
  'Entry 5 was not removed or changed since the program started, or too much was since.',
  "This computer's clock is 3 hours ahead of OpenAI's: it said 18 November 2026, 21:00 when OpenAI said 18 November 2026, 18:00. Days are cut by it, and reminders come by it.",
  'OpenAI: tokens and list price lack costs and 2 more, which is not read yet.',
  'This store does not name them: they may be of another data folder. Look for Spendglass in the program of your keychain and remove them there.',
])('says “%s”', (text) => {
  const kept = /Passwords and Keys \(seahorse\)|KWalletManager|accounts add … --key-env NAME|spendglass rates refresh|\/x\.csv|\/y\.csv|https:\/\/a\.com|Spendglass|rates/g;
  expect(english(told(text).replace(kept, ' '))).toEqual([]);
});
