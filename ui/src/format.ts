// The only place that formats for people, and so the only one that uses Intl.
// Figures arrive as decimal text and stay text: none is turned into a binary fraction on its way to the screen.

import type { Formatters } from 'intl-messageformat';
import type { Amount } from './bindings';
import { t, tongue } from './messages.svelte';

/** What stands for a figure that is not known. */
export const UNKNOWN = '—';

const NARROW_SPACE = '\u202f';
const NO_BREAK_SPACE = '\u00a0';
const MINUS = '-';
const MOST_DIGITS = 20;

const DECIMAL = /^-?\d+(?:\.\d+)?$/;

/** How numbers are written: as at home. */
let locale = 'en-US';
/** How dates are written in English: with the habits of the person's region. */
let english = 'en-US';

/** Sets the locale to the first that can be used. A bare system calls its language "C", which is none. */
export function useLocale(...tags: readonly string[]): void {
  locale = tags.find(usable) ?? 'en-US';
  const { language, region } = new Intl.Locale(locale).maximize();
  english = language === 'en' ? locale : `en-${region ?? 'GB'}`;
}

/** How dates and words are written: in the language of the page. Digits are the same everywhere on it. */
function wordLocale(): string {
  return tongue() === 'hi' ? 'hi-IN-u-nu-latn' : english;
}

function usable(tag: string): boolean {
  try {
    return Intl.NumberFormat.supportedLocalesOf(tag).length > 0;
  } catch {
    return false;
  }
}

/** One of a kind of Intl's tools for each set of arguments: making one takes longer than using it a hundred times. */
function kept<A extends unknown[], T>(make: (...args: A) => T): (...args: A) => T {
  const made = new Map<string, T>();
  return (...args) => {
    const key = JSON.stringify(args);
    let tool = made.get(key);
    if (tool === undefined) {
      tool = make(...args);
      made.set(key, tool);
    }
    return tool;
  };
}

const numberFormat = kept((...args: ConstructorParameters<typeof Intl.NumberFormat>) => new Intl.NumberFormat(...args));
const dateFormat = kept((...args: ConstructorParameters<typeof Intl.DateTimeFormat>) => new Intl.DateTimeFormat(...args));
const pluralRules = kept((...args: ConstructorParameters<typeof Intl.PluralRules>) => new Intl.PluralRules(...args));
const relativeFormat = kept(
  (...args: ConstructorParameters<typeof Intl.RelativeTimeFormat>) => new Intl.RelativeTimeFormat(...args),
);
const listFormat = kept((...args: ConstructorParameters<typeof Intl.ListFormat>) => new Intl.ListFormat(...args));
const displayNames = kept((...args: ConstructorParameters<typeof Intl.DisplayNames>) => new Intl.DisplayNames(...args));

/** What messages are put together with. */
export const FORMATTERS: Formatters = { getNumberFormat: numberFormat, getDateTimeFormat: dateFormat, getPluralRules: pluralRules };

useLocale(...navigator.languages);

let exactStrings: boolean | null = null;

/** Whether this engine formats decimal text without going through a binary fraction, in which these are the same. */
function formatsStringsExactly(format: Intl.NumberFormat): boolean {
  const written = (text: string): string => format.format(text as Intl.StringNumericLiteral);
  exactStrings ??= written('123456789012345678') !== written('123456789012345679');
  return exactStrings;
}

/** For tests: acts as if the engine could or could not format decimal text; null asks the engine again. */
export function pretendExactStrings(able: boolean | null): void {
  exactStrings = able;
}

function formatText(text: string, tag: string, options: Intl.NumberFormatOptions): string {
  const format = numberFormat(tag, options);
  if (formatsStringsExactly(format)) return format.format(text as Intl.StringNumericLiteral);
  return formatInPieces(text, format);
}

/** For engines that know numbers only: the whole part as a BigInt, the fraction put in afterwards. */
function formatInPieces(text: string, format: Intl.NumberFormat): string {
  const { minimumFractionDigits: least = 0, maximumFractionDigits: most = 0 } = format.resolvedOptions();
  const rounded = round(text, most);
  const negative = rounded.startsWith(MINUS);
  const [whole = '0', digits = ''] = rounded.replace(MINUS, '').split('.');
  let fraction = digits;
  while (fraction.length > least && fraction.endsWith('0')) fraction = fraction.slice(0, -1);
  fraction = fraction.padEnd(least, '0');

  const { locale: tag, ...resolved } = format.resolvedOptions();
  const pieces = numberFormat(tag, {
    ...(resolved as Intl.NumberFormatOptions),
    minimumFractionDigits: fraction.length,
    maximumFractionDigits: fraction.length,
  });
  // Minus zero has no whole number of its own, so one lends its sign and gives its digit back.
  const borrowed = negative && BigInt(whole) === 0n;
  const value = negative ? -(borrowed ? 1n : BigInt(whole)) : BigInt(whole);
  const digit = (ascii: string): string => numberFormat(tag, { useGrouping: false }).format(BigInt(ascii));
  return pieces
    .formatToParts(value)
    .map((part) => {
      if (part.type === 'fraction') return [...fraction].map(digit).join('');
      if (part.type === 'integer' && borrowed) return digit('0');
      return part.value;
    })
    .join('');
}

/** Rounds decimal text to a number of places, halves away from zero. */
export function round(text: string, places: number): string {
  const negative = text.startsWith(MINUS);
  const [whole = '0', fraction = ''] = text.replace(MINUS, '').split('.');
  const kept = fraction.slice(0, places).padEnd(places, '0');
  let digits = BigInt(whole + kept);
  if ((fraction[places] ?? '0') >= '5') digits += 1n;
  const padded = digits.toString().padStart(places + 1, '0');
  const cut = padded.length - places;
  const value = places > 0 ? `${padded.slice(0, cut)}.${padded.slice(cut)}` : padded;
  return negative && digits !== 0n ? MINUS + value : value;
}

/** Less than zero, zero, or more, as `a` is smaller than `b`, equal, or larger. */
export function compare(a: string, b: string): number {
  const places = Math.max(fractionOf(a).length, fractionOf(b).length);
  const scaled = (text: string): bigint => BigInt(round(text, places).replace('.', ''));
  const [left, right] = [scaled(a), scaled(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** What `a` is more than `b`, to the last digit; with a minus where it is less. */
export function difference(a: string, b: string): string {
  const places = Math.max(fractionOf(a).length, fractionOf(b).length);
  const scaled = (text: string): bigint => BigInt(round(text, places).replace('.', ''));
  const value = scaled(a) - scaled(b);
  const digits = (value < 0n ? -value : value).toString().padStart(places + 1, '0');
  const whole = places > 0 ? `${digits.slice(0, -places)}.${digits.slice(-places)}` : digits;
  return value < 0n ? MINUS + whole : whole;
}

function fractionOf(text: string): string {
  return text.split('.')[1] ?? '';
}

/** How many places show a small figure with three significant digits, and any other with `usual` places. */
function placesFor(text: string, usual: number): number {
  const [whole = '0', fraction = ''] = text.replace(MINUS, '').split('.');
  if (!/^0+$/.test(whole)) return usual;
  const zeros = /^0*/.exec(fraction)?.[0].length ?? 0;
  if (zeros === fraction.length || zeros === 0) return usual;
  return Math.min(Math.max(usual, zeros + 3), MOST_DIGITS);
}

function isCode(currency: string): boolean {
  return /^[A-Z]{3}$/.test(currency);
}

/** Rupees are grouped the Indian way in every kind of English. */
function localeFor(currency: string): string {
  return currency === 'INR' && /^en\b/i.test(locale) ? 'en-IN' : locale;
}

function inCurrency(currency: string): Intl.NumberFormatOptions {
  return { style: 'currency', currency, currencyDisplay: 'narrowSymbol' };
}

/** How many places a currency usually has: 2 for dollars, 0 for yen. */
const minorDigits = kept((currency: string): number => numberFormat(localeFor(currency), inCurrency(currency)).resolvedOptions().maximumFractionDigits ?? 2);

/** An amount with at least as many places as its currency usually has. */
function withPlaces(amount: string, currency: string, places: number): string {
  const usual = minorDigits(currency);
  const more = places > usual ? { minimumFractionDigits: usual, maximumFractionDigits: places } : {};
  return formatText(amount, localeFor(currency), { ...inCurrency(currency), ...more });
}

/** What is counted, and is no money of anybody's. */
const COUNTED = /^(?:percent|(?:\w+_)?(?:tokens?|requests?|characters?|seconds?|minutes?|hours?|images?|pages?|searches|calls?|messages?|sessions?|jobs?|files?|voices?|clones?))$/;

/** Units of providers that amounts were written in so far, as they are written: the privacy switch covers these, too. */
export const ownUnits = new Set<string>();

function writtenUnit(amount: string, unit: string): string {
  const word = unitName(amount, unit);
  if (!COUNTED.test(unit) && unit !== '') for (const name of [unit, word, unit.replace(/s$/, '')]) ownUnits.add(name);
  return word;
}

interface Signs {
  codes: readonly string[];
  letters: readonly string[];
}

const signsIn = kept((tag: string): Signs => {
  const codes = Intl.supportedValuesOf('currency');
  const letters = new Set<string>();
  for (const currency of codes) {
    const parts = new Intl.NumberFormat(tag, { style: 'currency', currency, currencyDisplay: 'narrowSymbol' }).formatToParts(1);
    const sign = parts.find(({ type }) => type === 'currency')?.value ?? '';
    if (/\p{L}/u.test(sign)) letters.add(sign);
  }
  return { codes, letters: [...letters] };
});

/** Every currency by its code, and by its sign where that is made of letters. */
export function currencySigns(): Signs {
  return signsIn(locale);
}

/** An amount for reading: $12.34, $0.000123, ₹1,23,45,678.90, 1,250 credits. */
export function money({ amount, currency }: Amount): string {
  if (!DECIMAL.test(amount)) return UNKNOWN;
  if (!isCode(currency)) {
    const number = formatText(amount, locale, { maximumFractionDigits: placesFor(amount, 2) });
    return `${number}${NO_BREAK_SPACE}${writtenUnit(amount, currency)}`;
  }
  return withPlaces(amount, currency, placesFor(amount, minorDigits(currency)));
}

/** An amount with every digit it has. */
export function exactMoney({ amount, currency }: Amount): string {
  if (!DECIMAL.test(amount)) return UNKNOWN;
  const places = Math.min(fractionOf(amount).length, MOST_DIGITS);
  if (!isCode(currency)) {
    const number = formatText(amount, locale, { maximumFractionDigits: places });
    return `${number}${NO_BREAK_SPACE}${writtenUnit(amount, currency)}`;
  }
  return withPlaces(amount, currency, places);
}

/** Amounts of several currencies side by side. They are never added. */
export function moneyList(amounts: readonly Amount[], one: (amount: Amount) => string = money): string {
  return amounts.length === 0 ? UNKNOWN : amounts.map(one).join(' · ');
}

/** The unit in words. One that is a provider's own carries its name, so that two providers' points are not taken for one. */
function unitName(amount: string, unit: string): string {
  if (unit === 'percent') return '%';
  const [owner, word = owner] = unit.split('.') as [string, string | undefined];
  if (tongue() === 'hi' && isKnownUnit(word)) return owner === word ? t(`core.unit.${word}`) : `${capital(owner)} ${t(`core.unit.${word}`)}`;
  const one = /^-?0*1(?:\.0+)?$/.test(amount) && word.endsWith('s') ? word.slice(0, -1) : word;
  return owner === word ? one : `${capital(owner)} ${one}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const KNOWN_UNITS = ['tokens', 'requests', 'credits', 'points', 'characters', 'voices'] as const;

function isKnownUnit(unit: string): unit is (typeof KNOWN_UNITS)[number] {
  return (KNOWN_UNITS as readonly string[]).includes(unit);
}

/** A forecast amount: three digits of a large one, since more would pretend. The exact one belongs into a title. */
export function about({ amount, currency }: Amount): string {
  if (!DECIMAL.test(amount)) return UNKNOWN;
  const [whole = '', fraction = ''] = amount.replace(/^-?0*/, '').split('.');
  if (whole.length < 3) return money({ amount, currency });
  const digits = round(`${whole.slice(0, 3)}.${whole.slice(3)}${fraction}`, 0);
  const text = `${amount.startsWith(MINUS) ? MINUS : ''}${digits}${'0'.repeat(whole.length - 3)}`;
  if (!isCode(currency)) return money({ amount: text, currency });
  return formatText(text, localeFor(currency), { ...inCurrency(currency), minimumFractionDigits: 0, maximumFractionDigits: 0 });
}

/** A low and a high forecast: $38.00–$52.00, $228–$256, or 4–20 credits. One figure where both read the same. */
export function span(low: string, high: string, currency: string): string {
  const [from, to] = [about({ amount: low, currency }), about({ amount: high, currency })];
  if (from === to) return to;
  const unit = isCode(currency) ? -1 : from.indexOf(NO_BREAK_SPACE);
  // A dash before a minus would be read as one.
  const key = high.startsWith(MINUS) || low.startsWith(MINUS) ? 'shared.range.words' : 'shared.range.dash';
  return t(key, { from: unit < 0 ? from : from.slice(0, unit), to });
}

/** Whether decimal text is nought. */
export function isNought(text: string): boolean {
  return DECIMAL.test(text) && !/[1-9]/.test(text);
}

/** Days, few to many: 12–30 days. Nothing in the place of a number means more than two years. */
export function daySpan(few: number | null, many: number | null): string {
  if (few === null) return t('shared.days.overTwoYears');
  if (many === 0) return t('shared.days.lessThanOne');
  if (few === 0 && many !== null) return t('shared.days.upTo', { count: many });
  if (many === null) return t('shared.days.toOverTwoYears', { few });
  return few === many ? t('shared.days.count', { count: few }) : t('shared.days.span', { few, many });
}

/** A figure whose unit is a currency or a counted thing, as quotas have it. */
export function quantity(amount: string, unit: string): string {
  return money({ amount, currency: unit });
}

/** Such a figure without its unit, where the unit comes a word later: 39 of 1,000 requests. */
export function bareQuantity(amount: string, unit: string): string {
  const text = quantity(amount, unit);
  // The privacy switch knows what is no mere count by its unit.
  const end = isCode(unit) || !COUNTED.test(unit) ? -1 : text.indexOf(NO_BREAK_SPACE);
  return end < 0 ? text : text.slice(0, end);
}

/** How often an allowance comes: a day, an hour, every 5 hours, in all. */
export function every(window: string): string {
  if (window === 'lifetime') return t('shared.every.lifetime');
  if (/^\d/.test(window)) return t('shared.every.span', { window });
  return window === 'hour' ? t('shared.every.hour') : t('shared.every.named', { window });
}

/** A whole number in full: 1,234,567. */
export function count(value: number | null): string {
  return value === null ? UNKNOWN : numberFormat(locale, { maximumFractionDigits: 0 }).format(value);
}

/** A large number in short: 1.2 M. The exact one belongs beside it, in a title. */
export function compact(value: number | null): string {
  if (value === null) return UNKNOWN;
  if (Math.abs(value) < 10_000) return count(value);
  const parts = numberFormat(wordLocale(), { notation: 'compact', maximumSignificantDigits: 3 }).formatToParts(value);
  return parts
    .map((part, at) =>
      part.type === 'compact' && parts[at - 1]?.type !== 'literal' ? NARROW_SPACE + part.value : part.value,
    )
    .join('');
}

/** A counted thing: 1 day, 14 days. In English alone: a message with a plural is for every language. */
export function counted(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`;
}

/** The share of a limit that is used, for a figure: over 1 where more than the limit is used. */
export function ratio(used: string, limit: string): number | null {
  if (!DECIMAL.test(used) || !DECIMAL.test(limit)) return null;
  const whole = Number(limit);
  if (!(whole > 0)) return null;
  return Number(used) / whole;
}

/** The same between 0 and 1; for the length of a bar, never for a figure. */
export function share(used: string, limit: string): number | null {
  const part = ratio(used, limit);
  return part === null ? null : Math.min(Math.max(part, 0), 1);
}

/** A share as a percentage; next to nothing and nearly all are not rounded away, and over the whole it is rounded down, as in the core. */
export function percent(value: number): string {
  const format = numberFormat(locale, { style: 'percent', maximumFractionDigits: 0 });
  if (value > 0 && value < 0.005) return `<${format.format(0.01)}`;
  if (value < 1 && value > 0.99) return `>${format.format(0.99)}`;
  // What a binary fraction lacks of a whole per cent is given back.
  return format.format(value > 1 ? Math.floor(value * 100 + 1e-9) / 100 : value);
}

/** A share that comes as per cent in decimal text. Whole per cents are for reading; the exact one belongs into a title. */
export function percentText(text: string): string {
  return DECIMAL.test(text) ? percent(Number(text) / 100) : UNKNOWN;
}

/** Countries by their two letters, with their names, in the order of the names. */
export function countries(): (readonly [string, string])[] {
  const names = displayNames(wordLocale(), { type: 'region', fallback: 'code' });
  const list = COUNTRIES.split(' ').map((code) => [code, names.of(code) ?? code] as const);
  return list.sort(([, a], [, b]) => a.localeCompare(b, wordLocale()));
}

/** A country by its two letters: India. */
export function countryName(code: string): string {
  return /^[A-Z]{2}$/.test(code) ? displayNames(wordLocale(), { type: 'region', fallback: 'code' }).of(code) ?? code : code;
}

/** A currency with its name: INR, Indian Rupee. */
export function currencyName(code: string): string {
  return isCode(code) ? `${code}, ${displayNames(wordLocale(), { type: 'currency' }).of(code) ?? code}` : code;
}

/** The two letters of ISO 3166-1. */
const COUNTRIES =
  'AD AE AF AG AI AL AM AO AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GT GU GW GY HK HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW';

// Unit, its seconds, and the seconds from which it is used: 40 hours say more than one day.
const STEPS: readonly (readonly [Intl.RelativeTimeFormatUnit, number, number])[] = [
  ['year', 365 * 86_400, 2 * 365 * 86_400],
  ['month', 30 * 86_400, 60 * 86_400],
  ['week', 7 * 86_400, 21 * 86_400],
  ['day', 86_400, 48 * 3_600],
  ['hour', 3_600, 3_600],
];

/** A time as seen from now: just now, 3 minutes ago, in 4 hours. */
export function relative(time: string, now: number): string {
  const at = Date.parse(time);
  if (Number.isNaN(at)) return UNKNOWN;
  const seconds = Math.round((at - now) / 1000);
  if (Math.abs(seconds) < 45) return t('shared.justNow');
  const format = relativeFormat(wordLocale(), { numeric: 'always' });
  for (const [unit, size, from] of STEPS) {
    if (Math.abs(seconds) >= from) return format.format(Math.trunc(seconds / size), unit);
  }
  return format.format(Math.trunc(seconds / 60) || Math.sign(seconds), 'minute');
}

/** A time to come or just gone, by days as long as days are what matters: in 13 days, in 40 hours, 5 months ago. */
export function until(time: string, now: number): string {
  const seconds = Math.round((Date.parse(time) - now) / 1000);
  if (!(Math.abs(seconds) >= 48 * 3_600 && Math.abs(seconds) < 100 * 86_400)) return relative(time, now);
  return relativeFormat(wordLocale(), { numeric: 'always' }).format(Math.trunc(seconds / 86_400), 'day');
}

/** A date or an instant in full. A date stays a date: it has no time of day to be shown in a zone. */
export function moment(time: string, zone?: string): string {
  return time.length === 10 ? longDate(time) : exactTime(time, zone);
}

/** A time in full, in a zone. */
export function exactTime(time: string, zone?: string): string {
  const at = Date.parse(time);
  if (Number.isNaN(at)) return UNKNOWN;
  const options: Intl.DateTimeFormatOptions = {
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    hour: 'numeric',
    minute: '2-digit',
    timeZoneName: 'short',
  };
  try {
    return dateFormat(wordLocale(), { ...options, ...(zone ? { timeZone: zone } : {}) }).format(at);
  } catch {
    return dateFormat(wordLocale(), { ...options, timeZone: 'UTC' }).format(at);
  }
}

function utc(date: string): Date {
  return new Date(`${date.slice(0, 10)}T00:00:00Z`);
}

/** A calendar date with its weekday: Sunday, November 22. */
export function longDay(date: string): string {
  return dateFormat(wordLocale(), {
    weekday: 'long',
    month: 'long',
    day: 'numeric',
    timeZone: 'UTC',
  }).format(utc(date));
}

/** A calendar date in full: November 22, 2026. */
export function longDate(date: string): string {
  return dateFormat(wordLocale(), { year: 'numeric', month: 'long', day: 'numeric', timeZone: 'UTC' }).format(
    utc(date),
  );
}

/** A month or a day of the week by its English name, whole or in three letters, in the language of the page. */
export function dateWord(name: string): string {
  const month = Date.parse(`${name} 1, 2026 00:00:00 UTC`);
  const width = name.length > 3 ? 'long' : 'short';
  if (!Number.isNaN(month)) return dateFormat(wordLocale(), { month: name === 'May' ? 'long' : width, timeZone: 'UTC' }).format(month);
  const weekday = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'].indexOf(name.slice(0, 3));
  // 1 June 2026 was a Monday.
  return weekday < 0 ? name : dateFormat(wordLocale(), { weekday: width, timeZone: 'UTC' }).format(Date.UTC(2026, 5, 1 + weekday));
}

/** The month of a calendar date: November 2026. */
export function month(date: string): string {
  return dateFormat(wordLocale(), { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(utc(date));
}

/** The first and last date of a range whose end is exclusive: Nov 1 – 22, 2026. */
export function dayRange(from: string, to: string): string {
  const format = dateFormat(wordLocale(), {
    month: 'short',
    day: 'numeric',
    year: 'numeric',
    timeZone: 'UTC',
  });
  const [first, last] = [utc(from), utc(addDays(to, -1))];
  return last > first ? format.formatRange(first, last) : format.format(first);
}

/** A date some days later or earlier. */
export function addDays(date: string, days: number): string {
  const moved = utc(date);
  moved.setUTCDate(moved.getUTCDate() + days);
  return moved.toISOString().slice(0, 10);
}

/** Names in a sentence: OpenAI, Anthropic and OpenRouter. */
export function names(list: readonly string[]): string {
  return listFormat(wordLocale(), { type: 'conjunction' }).format(list);
}

/** The time zones that this system knows. Older ones know no list: a few then. */
export function timeZones(): readonly string[] {
  try {
    const known = Intl.supportedValuesOf('timeZone');
    return known.includes('UTC') ? known : ['UTC', ...known];
  } catch {
    return ['UTC', 'Asia/Kolkata', 'Europe/London', 'Europe/Berlin', 'America/New_York', 'America/Los_Angeles', 'Asia/Tokyo', 'Australia/Sydney'];
  }
}

/** A number of bytes as a person says it. */
export function bytes(length: number): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;
  let unit = 0;
  let size = length;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return numberFormat(wordLocale(), { style: 'unit', unit: units[unit] ?? 'byte', unitDisplay: unit === 0 ? 'long' : 'short', maximumFractionDigits: size < 10 && unit > 0 ? 1 : 0 }).format(size);
}
