// The privacy switch: while it is on, every amount of money on the page is a blurred word, for eyes and for screen readers
// alike. It works on the page itself, so that no screen can forget it: what the core says in sentences and charts, too.

import { currencySigns, ownUnits } from './format';
import { t } from './messages.svelte';

const PLACE = 'privacy';
const NUMBER = String.raw`\p{Nd}(?:[\p{Nd}.,'’٫٬\u00a0\u202f\u2009]*\p{Nd})?`;
const SIGN = String.raw`[-−+]?[\u200e\u200f\u061c]*`;
const LARGE = String.raw`(?:\s?(?:[KMBT]|k|m|bn|L|Cr|लाख|क॰|हज़ार|अ॰)(?![\p{L}\p{M}]))?`;
/** The lower end of a range, whose unit stands after the upper one. */
const FROM = String.raw`(?:${NUMBER}${LARGE}\s?[–-]\s?)?`;
const UNITS = String.raw`(?:\p{Lu}[\p{L}\d]* |[a-z_]+\.)?(?:credits?|points?|क्रेडिट|पॉइंट)`;

const plain = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
const oneOf = (words: Iterable<string>): string => [...words].sort((a, b) => b.length - a.length).map(plain).join('|');

let made: { pattern: RegExp; signs: ReturnType<typeof currencySigns>; units: number } | null = null;

/** Amounts of money: of every currency there is, as it is written here, and of every unit that was written so far. */
function money(): RegExp {
  const signs = currencySigns();
  const units = ownUnits.size;
  if (made?.signs === signs && made.units === units) return made.pattern;
  const { codes, letters } = signs;
  const ahead = String.raw`(?<![\p{L}\p{Nd}])`;
  const own = units > 0 ? `|${oneOf(ownUnits)}` : '';
  const pattern = new RegExp(
    [
      String.raw`${SIGN}(?:\b[A-Z]{1,3})?\p{Sc}[\s\u200e\u200f]?${SIGN}${NUMBER}${LARGE}`,
      String.raw`${SIGN}${ahead}${FROM}${NUMBER}${LARGE}\s?(?:\p{Sc}|(?:${oneOf(codes)})(?![\p{L}\p{Nd}]))`,
      String.raw`${SIGN}${ahead}(?:${oneOf(codes)})[\s\u00a0]${SIGN}${NUMBER}${LARGE}`,
      // A sign made of letters stands close to its figure.
      String.raw`${SIGN}${ahead}(?:${oneOf(letters)})[\u00a0\u202f\u200e\u200f]*${SIGN}${NUMBER}${LARGE}`,
      String.raw`${SIGN}${ahead}${FROM}${NUMBER}${LARGE}[\u00a0\u202f](?:${oneOf(letters)})(?![\p{L}\p{Nd}])`,
      String.raw`${SIGN}${ahead}${FROM}${NUMBER}[\u00a0 ](?:${UNITS}${own})(?![\p{L}])`,
    ].join('|'),
    'gu',
  );
  made = { pattern, signs, units };
  return pattern;
}

/** The cells of a chart's table hold bare numbers. */
const BARE = new RegExp(`${SIGN}${NUMBER}`, 'gu');
const BARE_PLACE = '.twin td.number';
/** The axis of a chart has no room for a word. */
const DRAWN = '.sg-chart text';
const DOTS = '•••';
const SAID = ['title', 'aria-label', 'aria-valuetext', 'aria-description'] as const;
/** Marks what is nothing but an amount: it is blurred. */
export const COVERED = 'data-covered';

/** A text with a word in place of every amount of money. */
export function cover(text: string, word: string): string {
  return text.replace(money(), word);
}

let on = $state(remembered());

function remembered(): boolean {
  try {
    return localStorage.getItem(PLACE) === 'on';
  } catch {
    return false;
  }
}

/** Whether amounts are hidden. */
export function amountsHidden(): boolean {
  return on;
}

export function hideAmounts(hide: boolean): void {
  on = hide;
  try {
    localStorage.setItem(PLACE, hide ? 'on' : 'off');
  } catch {
    // Without local storage it holds for as long as the window is open.
  }
}

/* eslint-disable svelte/prefer-svelte-reactivity -- nothing is drawn from them */
/** What stood in the page before a word took its place, and what shows a sentence in its stead. */
const texts = new Map<Text, { was: string; now: string; shown: Element | null }>();
const attributes = new Map<Element, Map<string, { was: string; now: string }>>();
/** Where a text can hold no elements. */
const BARE_TEXT = 'svg *, option, title';
/** What may stand beside an amount that is alone. */
const NOTHING = /^[\s~–·+−-]*$/;
/** Marks the sentence that stands for a text with amounts. */
const SHOWN = 'data-shown';

/** A sentence in which the word is as blurred as an amount by itself. */
function blurred(text: string, word: string): Element {
  const shown = document.createElement('span');
  shown.setAttribute(SHOWN, '');
  text.split(word).forEach((part, at) => {
    if (at > 0) {
      const one = document.createElement('span');
      one.setAttribute(COVERED, '');
      one.textContent = word;
      shown.append(one);
    }
    shown.append(part);
  });
  return shown;
}

function coverText(node: Text, word: string): void {
  const parent = node.parentElement;
  const held = texts.get(node);
  if (!parent || parent.closest('style') || parent.closest('textarea') || parent.closest(`[${SHOWN}]`)) return;
  if (held && held.now === node.data) {
    // It was moved: so is what shows it.
    if (held.shown && held.shown.previousSibling !== node) node.after(held.shown);
    return;
  }
  held?.shown?.remove();
  const bare = parent.matches(BARE_PLACE);
  const covered = node.data.replace(bare ? BARE : money(), parent.matches(DRAWN) ? DOTS : word);
  if (covered === node.data) {
    if (held) {
      texts.delete(node);
      parent.removeAttribute(COVERED);
    }
    return;
  }
  const others = [...parent.childNodes].filter((other) => other !== node).map(({ textContent }) => textContent ?? '');
  const alone = [covered.replaceAll(word, ''), ...others].every((text) => NOTHING.test(text));
  const shown = alone || parent.matches(BARE_TEXT) ? null : blurred(covered, word);
  const now = shown ? '' : covered;
  texts.set(node, { was: node.data, now, shown });
  parent.toggleAttribute(COVERED, alone);
  node.data = now;
  if (shown) node.after(shown);
}

function coverAttributes(element: Element, word: string): void {
  for (const name of SAID) {
    const value = element.getAttribute(name);
    if (value === null) continue;
    const held = attributes.get(element)?.get(name);
    if (held?.now === value) continue;
    const now = cover(value, word);
    if (now === value) continue;
    const all = attributes.get(element) ?? new Map<string, { was: string; now: string }>();
    attributes.set(element, all.set(name, { was: value, now }));
    element.setAttribute(name, now);
  }
}

function coverTree(root: Node, word: string): void {
  if (root instanceof Text) {
    coverText(root, word);
    return;
  }
  if (!(root instanceof Element || root instanceof Document)) return;
  if (root instanceof Element) coverAttributes(root, word);
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (node instanceof Text) coverText(node, word);
    else if (node instanceof Element) coverAttributes(node, word);
  }
}

function uncover(): void {
  for (const [node, { was, now, shown }] of texts) {
    shown?.remove();
    if (node.data === now) node.data = was;
    node.parentElement?.removeAttribute(COVERED);
  }
  for (const [element, all] of attributes) {
    for (const [name, { was, now }] of all) if (element.getAttribute(name) === now) element.setAttribute(name, was);
  }
  texts.clear();
  attributes.clear();
}

/** Covers all amounts below an element and those that come. The returned function gives them back. */
export function coverAmounts(root: Element): () => void {
  const word = t('shell.privacy.hidden');
  document.documentElement.dataset['privacy'] = 'on';
  const watch = { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: [...SAID] };
  coverTree(root, word);
  let units = ownUnits.size;
  const observer = new MutationObserver((changes) => {
    // A sentence may have named a unit before it was known to be one.
    if (units !== ownUnits.size) {
      units = ownUnits.size;
      coverTree(root, word);
    }
    for (const { type, target, addedNodes } of changes) {
      if (type === 'childList') for (const node of addedNodes) coverTree(node, word);
      else if (target instanceof Text) coverText(target, word);
      else if (target instanceof Element) coverAttributes(target, word);
    }
    // What left the page is not held on to.
    for (const [node, { shown }] of texts) {
      if (node.isConnected) continue;
      shown?.remove();
      texts.delete(node);
    }
    for (const element of attributes.keys()) if (!element.isConnected) attributes.delete(element);
  });
  observer.observe(root, watch);
  return () => {
    observer.disconnect();
    delete document.documentElement.dataset['privacy'];
    uncover();
  };
}
