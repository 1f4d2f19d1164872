// The time zones of the world by their parts of it, and the one that is chosen already where it is none of them.

import { timeZones } from './format';

type Group = readonly [string, readonly (readonly [string, string])[]];

/** A zone as the list has it, without what stands above it. */
export function zoneName(zone: string): string {
  return zone.split('/').slice(1).join('/').replaceAll('_', ' ') || zone;
}

/** Zones in groups, as a list of choices has them. */
export function zones(chosen: string | null): Group[] {
  const all = timeZones();
  const known = chosen === null || all.includes(chosen) ? all : [chosen, ...all];
  const groups = new Map<string, (readonly [string, string])[]>();
  for (const zone of known) {
    const [part = zone] = zone.split('/');
    const group = groups.get(part) ?? [];
    group.push([zone, zoneName(zone)]);
    groups.set(part, group);
  }
  return [...groups];
}
