// What a screen remembers over restarts: its range, its grouping. It is a habit, not a setting, so it stays with the window.

/** What was kept under a name, field by field: what is missing or fails its check is taken from `fallback`. */
export function recall<T extends object>(name: string, fallback: T, checks: { [K in keyof T]: (value: unknown) => boolean }): T {
  let kept: unknown = null;
  try {
    kept = JSON.parse(localStorage.getItem(name) ?? 'null');
  } catch {
    // Nothing that can be read is nothing kept.
  }
  if (typeof kept !== 'object' || kept === null) return fallback;
  const found = kept as Partial<Record<keyof T, unknown>>;
  const result = { ...fallback };
  for (const key of Object.keys(fallback) as (keyof T)[]) {
    if (key in found && checks[key](found[key])) result[key] = found[key] as T[keyof T];
  }
  return result;
}

/** Keeps it until the next time. */
export function keep(name: string, value: object): void {
  try {
    localStorage.setItem(name, JSON.stringify(value));
  } catch {
    // Without local storage the screen begins as it always does.
  }
}

/** A check for one of a few words. */
export function oneOf(words: readonly string[]): (value: unknown) => boolean {
  return (value) => typeof value === 'string' && words.includes(value);
}
