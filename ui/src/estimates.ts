// What a text will cost, in the words of the Estimate screen.

import type { Amount, CountedBy, CostRow, EstimateQuery, Fits, ModelEstimate, SentHow, ShareRow, TokenRange } from './bindings';
import { compare, count, exactMoney, money, percentText, quantity, UNKNOWN } from './format';
import { t } from './messages.svelte';

/** How a text is sent. */
export function wayName(way: SentHow): string {
  switch (way) {
    case 'now':
      return t('estimate.way.now');
    case 'batch':
      return t('estimate.way.batch');
    case 'cached':
      return t('estimate.way.cached');
    case 'cacheWrite':
      return t('estimate.way.cacheWrite');
  }
}

function fitting(fits: Fits): string {
  switch (fits) {
    case 'yes':
      return t('estimate.fits.yes');
    case 'likely':
      return t('estimate.fits.likely');
    case 'hardly':
      return t('estimate.fits.hardly');
    case 'no':
      return t('estimate.fits.no');
  }
}

/** What a text is made of. */
export function kindName(kind: string): string {
  switch (kind) {
    case 'english':
      return t('estimate.kind.english');
    case 'european':
      return t('estimate.kind.european');
    case 'code':
      return t('estimate.kind.code');
    case 'numbers':
      return t('estimate.kind.numbers');
    case 'devanagari':
      return t('estimate.kind.devanagari');
    case 'indic':
      return t('estimate.kind.indic');
    case 'cjk':
      return t('estimate.kind.cjk');
    case 'hangul':
      return t('estimate.kind.hangul');
    case 'cyrillic':
      return t('estimate.kind.cyrillic');
    case 'arabic':
      return t('estimate.kind.arabic');
    default:
      return t('estimate.kind.other');
  }
}

/** How long an answer is. */
export type Output = '' | '200' | '1000' | '4000' | 'own';

export function outputs(): readonly (readonly [Output, string])[] {
  return [
    ['', t('estimate.output.history')],
    ['200', t('estimate.output.short')],
    ['1000', t('estimate.output.page')],
    ['4000', t('estimate.output.long')],
    ['own', t('estimate.output.own')],
  ];
}

/** The tokens of an answer that were chosen or typed: nothing where history says it, a sentence where what was typed is no number. */
export function outputTokens(chosen: Output, typed: string): number | null | string {
  if (chosen === '') return null;
  const text = chosen === 'own' ? typed.trim().replace(/[\s,_]/g, '') : chosen;
  if (!/^\d{1,9}$/.test(text)) return t('estimate.output.wrong');
  return Number(text);
}

/** The question to the core: a text, or a file in its place. */
export function estimateQuery(text: string, path: string, models: readonly string[], output: number | null): EstimateQuery {
  return { ...(path === '' ? { text } : { path }), models: [...models], outputTokens: output };
}

/** Tokens: one number where it is exact, else most likely and between which. */
export function tokens({ low, typical, high }: TokenRange): { middle: string; range: string | null } {
  const middle = count(typical);
  return { middle, range: low === high ? null : `${count(low)}–${count(high)}` };
}

/** How sure a count is, in words. */
export function sureness({ how, name }: CountedBy): string {
  if (how === 'exact') return t('estimate.counted.exact', { name });
  if (how === 'measured') return t('estimate.counted.measured', { name });
  return t('estimate.counted.unmeasured');
}

/** The way in which a text is sent, where its cost is known. */
export function costOf(model: ModelEstimate, way: SentHow): CostRow | null {
  return model.costs.find((row) => row.way === way) ?? null;
}

/** What it costs most likely; a dash where it is not known. */
export function costText(row: CostRow | null): string {
  return row?.typical ? money(row.typical) : UNKNOWN;
}

/** Between what it costs, where the ends differ. */
export function costRange(row: CostRow | null): string | null {
  if (!row?.low || !row.high || row.low.amount === row.high.amount) return null;
  const [low, high] = [money(row.low), money(row.high)];
  return low === high ? null : t('shared.range.words', { from: low, to: high });
}

/** What of it is left, and what the text takes of it. */
export function shareText(row: ShareRow): string {
  const takes = quantity(row.takes, row.unit);
  const left = quantity(row.left, row.unit);
  const fits = fitting(row.fits);
  if (row.percent === null || compare(row.percent, '100') > 0) return t('estimate.share.more', { takes, left, fits });
  return t('estimate.share', { takes, left, part: percentText(row.percent), fits });
}

/** The estimate as a table, every figure exact: what is copied. */
export function estimateTable(models: readonly ModelEstimate[]): string[][] {
  const ways: readonly SentHow[] = ['now', 'batch', 'cached', 'cacheWrite'];
  const exact = (amount: Amount | null | undefined): string => (amount ? amount.amount : '');
  const head = [
    t('estimate.table.model'), t('estimate.table.provider'), t('estimate.table.in.low'), t('estimate.table.in'), t('estimate.table.in.high'), t('estimate.table.counted'),
    t('estimate.table.out.low'), t('estimate.table.out'), t('estimate.table.out.high'), t('estimate.table.currency'), ...ways.map(wayName),
  ]; // prettier-ignore
  const rows = models.map((model) => [
    model.model,
    model.providerName ?? '',
    ...[model.input.low, model.input.typical, model.input.high].map(String),
    model.counted.how,
    ...[model.output.low, model.output.typical, model.output.high].map(String),
    costOf(model, 'now')?.typical?.currency ?? '',
    ...ways.map((way) => exact(costOf(model, way)?.typical)),
  ]);
  return [head, ...rows];
}

/** What a unit price is: `$1.25 a million`. */
export function unitPrice(price: Amount, per: number): { words: string; exact: string } {
  const many = (amount: string): string => {
    if (per === 1) return amount;
    if (per === 1_000_000) return t('estimate.price.million', { amount });
    return per === 1_000 ? t('estimate.price.thousand', { amount }) : t('estimate.price.for', { amount, count: count(per) });
  };
  return { words: many(money(price)), exact: many(exactMoney(price)) };
}
