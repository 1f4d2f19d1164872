// The way to a place on the page that may not be there yet.

/** How long a screen may take until what is asked for is on it. */
const PATIENCE = 4_000;

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

/** Brings a place into view and the focus to its heading. */
export async function arrive(id: string): Promise<void> {
  const place = await whenThere(`[id="${id}"]`);
  if (!place) return;
  place.scrollIntoView({ block: 'start' });
  const heading = place.matches('h2, h3, [tabindex]') ? place : (place.querySelector<HTMLElement>('h2, h3') ?? place);
  if (!heading.hasAttribute('tabindex')) heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
}

/** Presses a button by its test id as soon as it is there. */
export async function press(testid: string): Promise<void> {
  const button = await whenThere(`[data-testid="${testid}"]`);
  button?.scrollIntoView({ block: 'nearest' });
  button?.focus({ preventScroll: true });
  button?.click();
}
