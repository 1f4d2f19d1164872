// bare words: not yet in the messages
// The rules by which credit lapses, between the core's text (`after-purchase:365d`), the fields of a form, and words.

import { count, counted, exactTime, longDate } from './format';

export type RuleKind = 'provider' | 'on' | 'after-purchase' | 'after-inactivity' | 'end-of-period' | 'never' | 'at';

/** The fields of a rule. Those of other kinds keep what was typed, so that a look around loses nothing. */
export interface RuleForm {
  kind: RuleKind;
  /** The last date, of `on`. */
  date: string;
  /** An instant, of `at`: it cannot be typed, only kept. */
  at: string;
  /** How many days or months. */
  count: string;
  unit: 'd' | 'mo';
  /** `day`, `week`, `month`, `month@15`, `month@utc`, `year`. */
  cycle: string;
  /** Over how many later periods it lives on. */
  rollover: string;
}

export const RULES: readonly (readonly [RuleKind, string])[] = [
  ['provider', 'As the provider says'],
  ['on', 'After a date'],
  ['after-purchase', 'So long after it was had'],
  ['after-inactivity', 'So long after the last use'],
  ['end-of-period', 'At the end of a period'],
  ['never', 'Never'],
];

const EMPTY: RuleForm = { kind: 'provider', date: '', at: '', count: '', unit: 'd', cycle: 'month', rollover: '0' };

/** The fields that say what a rule's text says. */
export function readRule(text: string | null): RuleForm {
  const [, name = '', rest = ''] = /^([a-z-]+)(?::(.*))?$/.exec(text ?? '') ?? [];
  if (name === 'never') return { ...EMPTY, kind: 'never' };
  if (name === 'on') return { ...EMPTY, kind: 'on', date: rest };
  if (name === 'at') return { ...EMPTY, kind: 'at', at: rest };
  if (name === 'after-purchase' || name === 'after-inactivity') {
    const [, digits = '', unit = 'd'] = /^(\d+)(d|mo)$/.exec(rest) ?? [];
    return { ...EMPTY, kind: name, count: digits, unit: unit === 'mo' ? 'mo' : 'd' };
  }
  if (name === 'end-of-period') {
    const [cycle = 'month', rollover = '0'] = rest.split(',rollover=');
    return { ...EMPTY, kind: 'end-of-period', cycle, rollover };
  }
  return EMPTY;
}

/** The text of a rule, as the core reads it; the core says what is wrong with it. Null leaves it to the provider. */
export function writeRule(form: RuleForm): string | null {
  const digits = form.count.trim();
  switch (form.kind) {
    case 'provider':
      return null;
    case 'never':
      return 'never';
    case 'on':
      return `on:${form.date}`;
    case 'at':
      return `at:${form.at}`;
    case 'after-purchase':
      return `after-purchase:${digits}${form.unit}`;
    case 'after-inactivity':
      return `after-inactivity:${digits}d`;
    case 'end-of-period': {
      const rollover = form.rollover.trim();
      return `end-of-period:${form.cycle}${rollover === '' || rollover === '0' ? '' : `,rollover=${rollover}`}`;
    }
  }
}

const CYCLES: Record<string, string> = { day: 'day', week: 'week', month: 'month', 'month@utc': 'month in UTC', year: 'year' };

function cycleWords(cycle: string): string {
  const [, day] = /^month@(\d+)$/.exec(cycle) ?? [];
  return day === undefined ? (CYCLES[cycle] ?? cycle) : `month that begins on day ${day}`;
}

/** A rule in words; each begins like a sentence after "Lapses". */
export function ruleWords(text: string, zone?: string): string {
  const form = readRule(text);
  const life = (): string => counted(Number(form.count), form.unit === 'mo' ? 'month' : 'day');
  switch (form.kind) {
    case 'never':
      return 'never';
    case 'on':
      return `after ${longDate(form.date)}`;
    case 'at':
      return `at ${exactTime(form.at, zone)}`;
    case 'after-purchase':
      return `${life()} after it was had`;
    case 'after-inactivity':
      return `${life()} after the account was last used`;
    case 'end-of-period': {
      const end = `at the end of the ${cycleWords(form.cycle)}`;
      return form.rollover === '0' ? end : `${end}, rolling over ${form.rollover === '1' ? 'once' : `${count(Number(form.rollover))} times`}`;
    }
    case 'provider':
      return text;
  }
}
