// bare words: not yet in the messages
// What a text will cost, in the words of the Estimate screen.

import type { Amount, CountedBy, CostRow, EstimateQuery, Fits, ModelEstimate, SentHow, ShareRow, TokenRange } from './bindings';
import { count, exactMoney, money, percentText, quantity, UNKNOWN } from './format';

export const WAYS: Record<SentHow, string> = {
  now: 'Now',
  batch: 'In a batch',
  cached: 'Read from the cache',
  cacheWrite: 'Put into the cache',
};

export const FITS: Record<Fits, string> = {
  yes: 'it fits',
  likely: 'it fits, most likely',
  hardly: 'it hardly fits',
  no: 'it does not fit',
};

/** How long an answer is. */
export type Output = '' | '200' | '1000' | '4000' | 'own';

export const OUTPUTS: readonly (readonly [Output, string])[] = [
  ['', 'As my answers are'],
  ['200', 'Short'],
  ['1000', 'A page'],
  ['4000', 'Long'],
  ['own', 'So many'],
];

/** The tokens of an answer that were chosen or typed: nothing where history says it, a sentence where what was typed is no number. */
export function outputTokens(chosen: Output, typed: string): number | null | string {
  if (chosen === '') return null;
  const text = chosen === 'own' ? typed.trim().replace(/[\s,_]/g, '') : chosen;
  if (!/^\d{1,9}$/.test(text)) return 'Give a whole number of tokens, such as 500.';
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
  if (how === 'exact') return `exact, by ${name}`;
  if (how === 'measured') return `estimated, by what ${name} was measured to make of such text`;
  return 'roughly estimated: nobody publishes how this model counts';
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
  return low === high ? null : `${low} to ${high}`;
}

/** What of it is left, and what the text takes of it. */
export function shareText(row: ShareRow): string {
  const takes = quantity(row.takes, row.unit);
  const left = quantity(row.left, row.unit);
  const part = row.percent === null ? '' : ` (${percentText(row.percent)})`;
  return `${takes} of ${left} left${part}, ${FITS[row.fits]}`;
}

/** The estimate as a table, every figure exact: what is copied. */
export function estimateTable(models: readonly ModelEstimate[]): string[][] {
  const ways: readonly SentHow[] = ['now', 'batch', 'cached', 'cacheWrite'];
  const exact = (amount: Amount | null | undefined): string => (amount ? amount.amount : '');
  const head = ['Model', 'Provider', 'Input tokens low', 'Input tokens', 'Input tokens high', 'Counted', 'Output tokens low', 'Output tokens', 'Output tokens high', 'Currency', ...ways.map((way) => WAYS[way])]; // prettier-ignore
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
  const many = per === 1 ? '' : per === 1_000_000 ? ' a million' : per === 1_000 ? ' a thousand' : ` for ${count(per)}`;
  return { words: `${money(price)}${many}`, exact: `${exactMoney(price)}${many}` };
}
