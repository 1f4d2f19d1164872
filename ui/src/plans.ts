// What is wished for on the Plans screen, as a question to the core, and its answer in the words of the screen.

import type { CorrectPlan, PlanComparison, PlanCorrectionRow, PlanOption, PlansQuery, RefusedUse, Settings, TaxStatus } from './bindings';
import { about, count, every, money, percentText, span, UNKNOWN } from './format';
import { t } from './messages.svelte';

export type Days = '30' | '90' | '365';

export function spans(): readonly (readonly [Days, string])[] {
  return [
    ['30', t('shared.days.count', { count: 30 })],
    ['90', t('shared.days.count', { count: 90 })],
    ['365', t('plans.days.year')],
  ];
}

export function taxes(): readonly (readonly [TaxStatus, string])[] {
  return [
    ['consumer', t('plans.tax.consumer')],
    ['registered', t('plans.tax.registered')],
    ['none', t('plans.tax.none')],
  ];
}

/** What was chosen here. What was not is as the settings say. */
export interface Wishes {
  days: Days;
  /** How much more or less would be used, in per cent. */
  volume: number;
  country?: string;
  tax?: TaxStatus;
  cardMarkup?: string;
  currency?: string;
  student?: boolean;
  seats?: string;
  yearly?: boolean;
  anySurface: boolean;
  must: readonly string[];
}

export const NO_WISHES: Wishes = { days: '90', volume: 100, anySurface: false, must: [] };

/** What is wrong with a wish before it is asked: a field and words. */
export function wrongWish(wishes: Wishes): { field: string; words: string } | null {
  const { cardMarkup, seats } = wishes;
  if (cardMarkup !== undefined && !/^\d{1,2}(?:\.\d{1,4})?$/.test(cardMarkup)) {
    return { field: 'cardMarkup', words: t('plans.wrong.markup') };
  }
  if (seats !== undefined && !/^[1-9]\d{0,4}$/.test(seats)) {
    return { field: 'seats', words: t('plans.wrong.seats') };
  }
  return null;
}

/** The question to the core. */
export function plansQuery(wishes: Wishes, chartWidth: number): PlansQuery {
  const { days, volume, country, tax, cardMarkup, currency, student, seats, yearly, anySurface, must } = wishes;
  return {
    days: Number(days),
    ...(country === undefined ? {} : { country }),
    ...(tax === undefined ? {} : { tax }),
    ...(cardMarkup === undefined ? {} : { cardMarkup }),
    ...(currency === undefined ? {} : { currency }),
    ...(student === undefined ? {} : { student }),
    ...(seats === undefined ? {} : { seats: Number(seats) }),
    ...(yearly === undefined ? {} : { yearly }),
    must: [...must],
    anySurface,
    accounts: [],
    ...(volume === 100 ? {} : { volume }),
    ...(chartWidth > 0 ? { chartWidth } : {}),
  };
}

/** What of the wishes is a setting, too. */
export function asSettings({ country, tax, cardMarkup, currency, student, seats }: Wishes): Partial<Settings> {
  return {
    ...(country === undefined ? {} : { country }),
    ...(tax === undefined ? {} : { taxStatus: tax }),
    ...(cardMarkup === undefined ? {} : { cardMarkup }),
    ...(currency === undefined ? {} : { currency }),
    ...(student === undefined ? {} : { student }),
    ...(seats === undefined ? {} : { seats: Number(seats) }),
  };
}

/** The wishes without what is a setting. */
export function withoutSettings({ days, volume, yearly, anySurface, must }: Wishes): Wishes {
  return { days, volume, anySurface, must, ...(yearly === undefined ? {} : { yearly }) };
}

/** Names out of a field: parted by commas, each once. */
export function namesIn(text: string): string[] {
  return [...new Set(text.split(',').map((name) => name.trim()))].filter((name) => name !== '');
}

/** What a month is likely to cost: the middle, and the range where there is one. */
export function monthly({ monthly: cost }: PlanOption): { middle: string; range: string | null } {
  if (!cost) return { middle: UNKNOWN, range: null };
  const range = span(cost.p10, cost.p90, cost.currency);
  const middle = about({ amount: cost.p50, currency: cost.currency });
  return { middle, range: range === middle ? null : range };
}

/** What would be refused, in words; nothing where nothing is. */
export function refusal({ requests, hours, share }: RefusedUse): string | null {
  if (hours === 0 && (requests ?? 0) === 0) return null;
  const places = { hours, share: percentText(share) };
  return requests === null ? t('plans.refusal.some', places) : t('plans.refusal.counted', { requests, ...places });
}

/** The name of an option, by its id. */
export function optionName(comparison: PlanComparison, id: string | null): string | null {
  return id === null ? null : (comparison.options.find((option) => option.id === id)?.name ?? null);
}

/** What to do, in a few words. */
export function advice(comparison: PlanComparison): string {
  const { action, option, saves, currency } = comparison.recommendation;
  if (action === 'notEnoughData') return t('plans.advice.none');
  const name = optionName(comparison, option);
  if (action === 'stay') return option === 'current' || name === null ? t('plans.advice.stay') : t('plans.advice.stayWith', { name });
  if (saves === null || currency === null) return t('plans.advice.switch', { name: name ?? UNKNOWN });
  return t('plans.advice.switchSaving', { name: name ?? UNKNOWN, amount: about({ amount: saves, currency }) });
}

/** The options that are shown at first: the best, and always what is advised, its rival and what is paid now. */
export function firstShown(comparison: PlanComparison, most: number): PlanOption[] {
  const { option, rival } = comparison.recommendation;
  return comparison.options.filter(
    ({ id }, at) => at < most || id === 'current' || id === 'metered' || id === option || id === rival,
  );
}

/** The options as a table, every figure exact: what is copied. */
export function planTable({ options, buyer }: PlanComparison): string[][] {
  const { currency } = buyer;
  const head = [
    t('plans.table.rank'), t('plans.table.option'), t('plans.table.month', { part: 'P10', currency }), t('plans.table.month', { part: 'P50', currency }),
    t('plans.table.month', { part: 'P90', currency }), t('plans.table.chance'), t('plans.table.regret', { currency }), t('plans.table.requests'),
    t('plans.table.hours'), t('plans.table.share'), t('plans.breakEven'), t('plans.table.confidence'),
  ]; // prettier-ignore
  const rows = options.map((option, at) => [
    count(at + 1),
    option.name,
    option.monthly?.p10 ?? '',
    option.monthly?.p50 ?? '',
    option.monthly?.p90 ?? '',
    option.probabilityCheapest ?? '',
    option.regret ?? '',
    option.refused.requests === null ? '' : String(option.refused.requests),
    String(option.refused.hours),
    option.refused.share,
    option.breakEven.map(({ words }) => words).join('; '),
    option.confidence,
  ]);
  return [head, ...rows];
}

/** How sure a figure is. */
export function sureness(confidence: string): string {
  switch (confidence) {
    case 'high':
      return t('plans.sure.high');
    case 'medium':
      return t('plans.sure.medium');
    case 'low':
      return t('plans.sure.low');
    default:
      return confidence;
  }
}

/** The form that says the same of a plan once more; nothing where it cannot be read. */
export function saidAgain({ plan, kind, value, note }: PlanCorrectionRow): CorrectPlan | null {
  const said = note === null ? {} : { note };
  if (kind === 'plan') return { file: value, ...said };
  let told: Record<string, unknown>;
  try {
    told = JSON.parse(value) as Record<string, unknown>;
  } catch {
    return null;
  }
  const text = (name: string): string => (typeof told[name] === 'string' ? told[name] : '');
  const filled = <Name extends string>(...names: readonly Name[]): Partial<Record<Name, string>> =>
    Object.fromEntries(names.flatMap((name) => (text(name) === '' ? [] : [[name, text(name)]]))) as Partial<Record<Name, string>>;
  if (kind === 'price') {
    const seat = typeof told['per_seat'] === 'boolean' ? { perSeat: told['per_seat'] } : {};
    const price = { amount: text('amount'), currency: text('currency'), billedYearly: told['billed_yearly'] === true, ...seat, ...filled('every', 'tax') };
    return { plan, price, ...said };
  }
  if (kind === 'limit') {
    return { plan, limit: { unit: text('unit'), amount: text('amount'), window: text('window'), ...filled('starts') }, ...said };
  }
  return { plan, credit: { unit: text('unit'), amount: text('amount'), ...filled('every', 'starts') }, ...said };
}

/** What a person said of a plan, in words. */
export function correctionWords(row: PlanCorrectionRow): string {
  const again = saidAgain(row);
  if (again?.price) {
    const { amount, currency, every: each } = again.price;
    return t('plans.own.price', { price: listPrice(amount, currency, each ?? 'month') });
  }
  if (again?.limit) {
    const { amount, unit, window } = again.limit;
    return t('plans.own.limit', { amount, unit, every: every(window) });
  }
  if (again?.credit) {
    const { amount, unit, every: each } = again.credit;
    return t('plans.own.credit', { amount, unit, every: every(each ?? 'month') });
  }
  return t('plans.own.plan');
}

/** What a plan's list price is, such as `$20.00 a month`. */
export function listPrice(price: string | null, currency: string | null, each: string | null): string {
  if (price === null) return UNKNOWN;
  const amount = /^-?\d+(?:\.\d+)?$/.test(price) && currency !== null ? money({ amount: price, currency }) : price;
  if (each === null) return amount;
  return each === 'once' ? t('plans.price.once', { amount }) : t('plans.price.every', { amount, every: every(each) });
}

/** The name of the place that an address leads to; nothing where a text is no address. */
export function placeOf(source: string): string | null {
  if (!/^https?:\/\//.test(source)) return null;
  try {
    return new URL(source).host.replace(/^www\./, '');
  } catch {
    return null;
  }
}
