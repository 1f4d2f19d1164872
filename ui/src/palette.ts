// What the command palette finds: by the beginnings of words first, then inside them, then letter by letter.

import type { IconName } from './parts/Icon.svelte';

export interface Command {
  /** Stable: it is what is remembered. */
  id: string;
  name: string;
  /** What kind of thing it is, in words. */
  group: string;
  icon: IconName;
  /** Its keys, where it has some. */
  keys?: string;
  /** Other words it is found by. */
  also?: string;
  run: () => void;
}

/** Without case, accents and dots below letters. The vowel signs of Devanagari are letters of their own and stay. */
export function fold(text: string): string {
  return text
    .normalize('NFD')
    .replace(/[\u0300-\u036f\u093c]/g, '')
    .toLowerCase()
    .replace(/ß/g, 'ss')
    .replace(/ı/g, 'i');
}

/** How well one word fits; 0 where it does not. Both are folded. */
function fit(word: string, text: string): number {
  if (text.startsWith(word)) return 100;
  const starts = text.split(/[\s\-_/.:·(]+/);
  if (starts.some((start) => start.startsWith(word))) return 80;
  if (text.includes(word)) return 50;
  // Letter by letter, begun at the beginning of a word: “sdt” is “Show dark theme”.
  const letters = Array.from(word);
  if (letters.length < 2) return 0;
  let at = -1;
  let gaps = 0;
  for (const letter of letters) {
    const next = text.indexOf(letter, at + 1);
    if (next < 0) return 0;
    if (at < 0 && next > 0 && !/[\s\-_/.:·(]/.test(text.charAt(next - 1))) return 0;
    if (at >= 0) gaps += next - at - 1;
    at = next;
  }
  return gaps > letters.length * 4 ? 0 : Math.max(1, 30 - gaps);
}

/** How well a command fits what was typed; 0 where a word of it is nowhere. */
export function score(query: string, { name, group, also = '' }: Pick<Command, 'name' | 'group' | 'also'>): number {
  const words = fold(query).split(/\s+/).filter(Boolean);
  const [title, rest] = [fold(name), fold(`${group} ${also}`)];
  let sum = 0;
  for (const word of words) {
    // Names count; what they are also found by counts half, and not letter by letter.
    const beside = fit(word, rest);
    const best = Math.max(fit(word, title), beside >= 50 ? beside / 2 : 0);
    if (best === 0) return 0;
    sum += best;
  }
  return words.length === 0 ? 1 : sum / words.length - Math.min(10, title.length / 20);
}

/** The best first; where nothing was typed, what was used last comes first. */
export function find(query: string, commands: readonly Command[], recent: readonly string[]): readonly Command[] {
  if (query.trim() === '') {
    const used = recent.flatMap((id) => commands.find((command) => command.id === id) ?? []);
    return [...used, ...commands.filter((command) => !used.includes(command))];
  }
  const rank = new Map(recent.map((id, at) => [id, 5 - at]));
  return commands
    .map((command, at) => ({ command, at, fits: score(query, command) }))
    .filter(({ fits }) => fits > 0)
    .sort((a, b) => b.fits + Math.max(0, rank.get(b.command.id) ?? 0) - a.fits - Math.max(0, rank.get(a.command.id) ?? 0) || a.at - b.at)
    .map(({ command }) => command);
}

const PLACE = 'recent';
const KEPT = 5;

/** What was used last, the newest first. */
export function recentCommands(): readonly string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(PLACE) ?? '[]');
    return Array.isArray(kept) ? kept.filter((id): id is string => typeof id === 'string').slice(0, KEPT) : [];
  } catch {
    return [];
  }
}

export function remember(id: string): void {
  try {
    localStorage.setItem(PLACE, JSON.stringify([id, ...recentCommands().filter((other) => other !== id)].slice(0, KEPT)));
  } catch {
    // Without local storage nothing is remembered.
  }
}
