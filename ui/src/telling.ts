// What the core tells, in the language of the window. The core's own is English; how to tell it in another one comes with that.

import type * as Telling from './told';

let telling: typeof Telling | null = null;

/** Brings what tells in another language. */
export async function learnToTell(): Promise<void> {
  telling ??= await import('./told');
}

/** A sentence of the core in the language of the window; what fits none stays as it is. */
export function told(text: string): string {
  return telling ? telling.told(text) : text;
}

/** What a limit is called, where it is the core that calls it so. What a person entered has a person's name. */
export function limitName(name: string, entered: boolean): string {
  return telling ? telling.limitName(name, entered) : name;
}

/** An answer of the core with its sentences in the language of the window. */
export function inWords<T>(method: string, answer: T): T {
  return telling ? telling.inWords(method, answer) : answer;
}
