// The way to a place on the page that may not be there yet.

/** How long a screen may take until what is asked for is on it. */
const PATIENCE = 4_000;
/** How long a place is held in view while figures come in above it, unless somebody moves the page. */
const HOLDS = 2_500;
/** What moves the page, or means to. */
const MOVES = ['wheel', 'touchstart', 'pointerdown', 'keydown'] as const;

/** A place of a screen: a section by its id, or a control by its test id, which may be pressed at once. */
export type Place = string | { testid: string; press?: boolean };

/** The first element of a selector, now or as soon as it comes; nothing where it does not come. */
export function whenThere(selector: string, patience = PATIENCE): Promise<HTMLElement | null> {
  const find = (): HTMLElement | null => document.querySelector<HTMLElement>(selector);
  const found = find();
  if (found) return Promise.resolve(found);
  return new Promise((done) => {
    const end = (element: HTMLElement | null): void => {
      observer.disconnect();
      clearTimeout(late);
      done(element);
    };
    const observer = new MutationObserver(() => {
      const element = find();
      if (element) end(element);
    });
    const late = setTimeout(() => {
      end(null);
    }, patience);
    observer.observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ['id', 'data-testid'] });
  });
}

let letGo: (() => void) | null = null;

/** Brings an element into view, and keeps it there while what stands above it gets its height. */
function show(element: HTMLElement, block: ScrollLogicalPosition): void {
  letGo?.();
  const scroll = (): void => {
    element.scrollIntoView({ block });
  };
  const observer = new ResizeObserver(scroll);
  const end = (): void => {
    observer.disconnect();
    clearTimeout(over);
    for (const move of MOVES) window.removeEventListener(move, end, true);
    letGo = null;
  };
  const over = setTimeout(end, HOLDS);
  letGo = end;
  for (const move of MOVES) window.addEventListener(move, end, { capture: true, passive: true });
  scroll();
  observer.observe(document.body);
}

/** Brings a place into view, and the focus to it or to its heading. */
export async function arrive(place: Place): Promise<void> {
  if (typeof place === 'object') {
    await press(place.testid, place.press ?? false);
    return;
  }
  const found = await whenThere(`[id="${place}"]`);
  if (!found) return;
  show(found, 'start');
  const heading = found.matches('h2, h3, [tabindex]') ? found : (found.querySelector<HTMLElement>('h2, h3') ?? found);
  if (!heading.hasAttribute('tabindex')) heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
}

/** Goes to a control by its test id as soon as it is there, and presses it. */
export async function press(testid: string, also = true): Promise<void> {
  const control = await whenThere(`[data-testid="${testid}"]`);
  if (!control) return;
  show(control, 'center');
  control.focus({ preventScroll: true });
  if (also) control.click();
}
