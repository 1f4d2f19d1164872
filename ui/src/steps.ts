import { t } from './messages.svelte';

// The steps of a rule of alerts, as a person types them: 30, 14, 7.

/** The numbers of a list, or what is wrong with it, in words. */
export function readSteps(text: string): number[] | string {
  const parts = text.split(/[\s,;%]+/).filter((part) => part !== '');
  if (parts.length === 0) return t('settings.steps.none');
  const wrong = parts.find((part) => !/^\d{1,4}$/.test(part));
  if (wrong !== undefined) return t('settings.steps.wrong', { wrong });
  return parts.map(Number);
}
