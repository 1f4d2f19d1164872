import { t } from './messages.svelte';

/** Where a figure comes from, in words. Figures of two lanes are never added. */
export function laneName(lane: string): string {
  switch (lane) {
    case 'billed':
      return t('shared.lane.billed');
    case 'estimated':
      return t('shared.lane.estimated');
    case 'logged':
      return t('shared.lane.logged');
    case 'entered':
      return t('shared.lane.entered');
    default:
      return lane;
  }
}
