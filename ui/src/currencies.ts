// The currencies that the European Central Bank publishes rates of, the usual ones first, and one more where it is chosen already.

import { currencyName } from './format';

const PUBLISHED =
  'USD EUR GBP INR JPY CNY AUD BRL CAD CHF CZK DKK HKD HUF IDR ILS ISK KRW MXN MYR NOK NZD PHP PLN RON SEK SGD THB TRY ZAR'.split(' ');

/** Codes with their names. */
export function currencies(chosen: string): (readonly [string, string])[] {
  const codes = chosen === '' || PUBLISHED.includes(chosen) ? PUBLISHED : [chosen, ...PUBLISHED];
  return codes.map((code) => [code, currencyName(code)] as const);
}
