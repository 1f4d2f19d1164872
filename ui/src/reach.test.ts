import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { arrive } from './reach';

let grew: () => void = () => undefined;
const scrolled = vi.fn<(this: Element) => void>();

beforeEach(() => {
  globalThis.ResizeObserver = class {
    constructor(hear: ResizeObserverCallback) {
      grew = () => {
        hear([], this);
      };
    }
    observe = (): void => undefined;
    unobserve = (): void => undefined;
    disconnect = (): void => {
      grew = () => undefined;
    };
  };
  scrolled.mockReset();
  Element.prototype.scrollIntoView = scrolled;
});

afterEach(() => {
  document.body.replaceChildren();
});

it('keeps a place in view while figures come in above it, until somebody moves the page', async () => {
  const going = arrive('later');
  const section = document.createElement('section');
  section.id = 'later';
  section.append(document.createElement('h2'));
  document.body.append(section);
  await going;
  expect(document.activeElement).toBe(section.querySelector('h2'));
  grew();
  expect(scrolled).toHaveBeenCalledTimes(2);
  window.dispatchEvent(new Event('wheel'));
  grew();
  expect(scrolled).toHaveBeenCalledTimes(2);
});

it('goes to a control, and presses it only where that is asked for', async () => {
  const button = document.createElement('button');
  const pressed = vi.fn();
  button.dataset['testid'] = 'delete';
  button.onclick = pressed;
  document.body.append(button);
  await arrive({ testid: 'delete' });
  expect(document.activeElement).toBe(button);
  expect(pressed).not.toHaveBeenCalled();
  await arrive({ testid: 'delete', press: true });
  expect(pressed).toHaveBeenCalledOnce();
});
