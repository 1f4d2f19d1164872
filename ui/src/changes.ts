// A comparison in words.

import type { Change } from './comparing';
import { compact, exactMoney, money, percent } from './format';
import { t } from './messages.svelte';

/** The amount with its sign, the share with its sign, and all of it in a sentence. */
export function changeWords({ unit, now, before, more, percent: part, way }: Change, noun: string): { more: string; percent: string; whole: string } {
  const short = (amount: string): string => (unit === null ? compact(Number(amount)) : money({ amount, currency: unit }));
  const exact = (amount: string): string =>
    unit === null ? t('spend.change.count', { count: compact(Number(amount)), noun }) : exactMoney({ amount, currency: unit });
  const signed = (text: string): string => (way === 'up' ? t('spend.change.plus', { figure: text }) : text);
  return {
    more: signed(short(more)),
    percent: part === null ? t('spend.change.new') : signed(percent(part)),
    whole: t('spend.change.whole', { now: exact(now), before: exact(before) }),
  };
}
