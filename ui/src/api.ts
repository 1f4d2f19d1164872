import { invoke } from '@tauri-apps/api/core';
import type { ApiError, ErrorCode, Event, Overview, Request, Response } from './bindings';
import { t } from './messages.svelte';
import { inWords, told } from './telling';

/** The answer to a request of the given method. */
export type Answer<M extends Request['method']> =
  Extract<Response, { method: M }> extends { result: infer R } ? R : undefined;

/** A request that was not answered, and why. */
export class Refusal extends Error {
  readonly code: ErrorCode;
  readonly retryAt: string | null;
  /** The field of the request that is wrong, where it is one. */
  readonly field: string | null;

  constructor(error: ApiError) {
    super(told(sentence(error.message)));
    this.name = 'Refusal';
    this.code = error.code;
    this.retryAt = error.retryAt;
    this.field = error.field ?? null;
  }
}

let paused = false;

/** While everything is deleted, and after that, nothing else is asked: a question would begin a new store. */
export function pauseAsking(pause: boolean): void {
  paused = pause;
}

/** Asks the core. What comes back follows from the method. */
export async function call<R extends Request>(request: R): Promise<Answer<R['method']>> {
  if (paused && request.method !== 'deleteEverything') throw new Refusal({ code: 'cancelled', message: '…', retryAt: null });
  let response: unknown;
  try {
    response = await invoke('call', { request });
  } catch (error) {
    throw new Refusal(apiError(error));
  }
  return inWords(request.method, (response as { result?: unknown }).result as Answer<R['method']>);
}

/** Where the window puts the first figures, which are so there before anything is asked. */
const FIRST = 'first-figures';

/** Whether the first figures came with the page. */
export function cameWithPage(): boolean {
  return document.getElementById(FIRST) !== null;
}

/** The figures that came with the page, in the language that is spoken by now; once. */
export function firstFigures(): Overview | null {
  const put = document.getElementById(FIRST);
  put?.remove();
  const text = put?.textContent;
  return text ? inWords('overview', JSON.parse(text) as Overview) : null;
}

const hearers = new Set<(event: Event) => void>();
let hearing = false;
/** So long it is waited before a question that failed is asked again, in milliseconds. */
const PAUSE = 1000;

/** Hears what happens without being asked for, until the returned function is called. */
export function onEvent(hear: (event: Event) => void): () => void {
  hearers.add(hear);
  if (!hearing) void listen();
  return () => hearers.delete(hear);
}

/** Asks what came next, again and again: each question is answered once there is something, or after a while. */
async function listen(): Promise<never> {
  hearing = true;
  let seen: number | null = null;
  for (;;) {
    let news: { events: Event[]; seen: number };
    try {
      news = await invoke('hear', { seen });
    } catch (error) {
      // The next question may be answered; why this one was not is worth knowing.
      reportError(error);
      await new Promise((go) => setTimeout(go, PAUSE));
      continue;
    }
    seen = news.seen;
    for (const event of news.events) hearers.forEach((hear) => tell(hear, event));
  }
}

/** What one hearer stumbles over keeps nothing from the others. */
function tell(hear: (event: Event) => void, event: Event): void {
  try {
    hear(event);
  } catch (error) {
    reportError(error);
  }
}

function sentence(text: string): string {
  // What to type in the terminal helps nobody here.
  const here = text.replace(/ \(--[^)]*\)/g, '');
  // The name of a file stays as it is written.
  const whole = /^\S*[./]/.test(here) ? here : here.charAt(0).toUpperCase() + here.slice(1);
  return /[.!?…।]$/.test(whole) ? whole : `${whole}.`;
}

function apiError(error: unknown): ApiError {
  if (typeof error === 'object' && error !== null && 'code' in error && 'message' in error) {
    return error as ApiError;
  }
  return {
    code: 'internal',
    message: typeof error === 'string' ? t('shell.noAnswer', { reason: error }) : t('shell.noAnswer.unknown'),
    retryAt: null,
  };
}
