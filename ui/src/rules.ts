// The rules by which credit lapses, between the core's text (`after-purchase:365d`), the fields of a form, and words.

import { exactTime, longDate } from './format';
import { t } from './messages.svelte';

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

/** The kinds that can be chosen. */
export function ruleKinds(): readonly (readonly [RuleKind, string])[] {
  return [
    ['provider', t('credits.rule.kind.provider')],
    ['on', t('credits.rule.kind.on')],
    ['after-purchase', t('credits.rule.kind.afterPurchase')],
    ['after-inactivity', t('credits.rule.kind.afterInactivity')],
    ['end-of-period', t('credits.rule.kind.endOfPeriod')],
    ['never', t('credits.rule.kind.never')],
  ];
}

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

function cycleWords(text: string): string {
  const [, day] = /^month@(\d+)$/.exec(text) ?? [];
  if (day !== undefined) return t('credits.rule.cycleFrom', { day });
  return t('credits.rule.cycle', { cycle: text === 'month@utc' ? 'utc' : text });
}

/** A rule in words, without the full stop. */
export function ruleWords(text: string, zone?: string, perhaps = false): string {
  const form = readRule(text);
  const possible = perhaps ? 'yes' : 'no';
  const life = (): string => t(form.unit === 'mo' ? 'credits.rule.months' : 'credits.rule.days', { count: Number(form.count) });
  switch (form.kind) {
    case 'never':
      return t('credits.rule.never');
    case 'on':
      return t('credits.rule.on', { possible, date: longDate(form.date) });
    case 'at':
      return t('credits.rule.at', { possible, time: exactTime(form.at, zone) });
    case 'after-purchase':
      return t('credits.rule.afterPurchase', { possible, life: life() });
    case 'after-inactivity':
      return t('credits.rule.afterInactivity', { possible, life: life() });
    case 'end-of-period': {
      const cycle = cycleWords(form.cycle);
      return form.rollover === '0'
        ? t('credits.rule.endOfPeriod', { possible, cycle })
        : t('credits.rule.endOfPeriodRolling', { possible, cycle, times: Number(form.rollover) });
    }
    case 'provider':
      return text;
  }
}
