// The door as tests of screens pretend it: what is asked is noted, and the test answers.

import type { Request } from './bindings';

export const door = {
  asked: [] as Request[],
  answer: (() => Promise.resolve(undefined)) as (request: Request) => Promise<unknown>,
};

class Refusal extends Error {
  readonly field: string | null;
  constructor({ message, field = null }: { message: string; field?: string | null }) {
    super(message);
    this.field = field;
  }
}

/** In the place of `api.ts`. */
export const api = {
  Refusal,
  call: (request: Request): Promise<unknown> => {
    door.asked.push(request);
    return door.answer(request);
  },
  onEvent: (): (() => void) => () => undefined,
};
