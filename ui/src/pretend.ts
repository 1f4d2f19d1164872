// What tests pretend: the door, of which is noted what is asked, and what the browser under test lacks.

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

/** What jsdom knows by name alone: dialogs that open and close, a page that scrolls, elements that tell their size. */
export function pretendBrowser(): void {
  HTMLDialogElement.prototype.showModal = function () {
    this.open = true;
    this.querySelector<HTMLElement>('[autofocus]')?.focus();
  };
  HTMLDialogElement.prototype.close = function () {
    this.open = false;
  };
  window.scrollTo = () => undefined;
  Element.prototype.scrollTo = () => undefined;
  Element.prototype.scrollIntoView = () => undefined;
  globalThis.ResizeObserver = class {
    observe = (): void => undefined;
    unobserve = (): void => undefined;
    disconnect = (): void => undefined;
  };
}
