// The privacy switch: while it is on, every amount of money on the page is a blurred word, for eyes and for screen readers
// alike. It works on the page itself, so that no screen can forget it: what the core says in sentences and charts, too.

import { t } from './messages.svelte';

const PLACE = 'privacy';
const NUMBER = String.raw`\d(?:[\d.,'’\u00a0\u202f\u2009]*\d)?`;
const SIGN = String.raw`[-−+]?`;
const LARGE = String.raw`(?:\s?(?:[KMBT]|k|m|bn|L|Cr|लाख|क॰|हज़ार|अ॰)(?![\p{L}\p{M}]))?`;
const CODES =
  'USD|EUR|GBP|INR|JPY|CNY|AUD|BRL|CAD|CHF|CZK|DKK|HKD|HUF|IDR|ILS|ISK|KRW|MXN|MYR|NOK|NZD|PHP|PLN|RON|SEK|SGD|THB|TRY|ZAR';
/** The lower end of a range, whose unit stands after the upper one. */
const FROM = String.raw`(?:${NUMBER}${LARGE}\s?[–-]\s?)?`;
const UNITS = String.raw`(?:\p{Lu}[\p{L}\d]* |[a-z_]+\.)?(?:credits?|points?|क्रेडिट)`;
const MONEY = new RegExp(
  [
    String.raw`${SIGN}(?:\b[A-Z]{1,2})?\p{Sc}\s?${SIGN}${NUMBER}${LARGE}`,
    String.raw`${SIGN}(?<![\p{L}\d])${FROM}${NUMBER}${LARGE}\s?(?:\p{Sc}|(?:${CODES})\b)`,
    String.raw`\b(?:${CODES})[\s\u00a0]${SIGN}${NUMBER}${LARGE}`,
    String.raw`${SIGN}(?<![\p{L}\d])${FROM}${NUMBER}[\u00a0 ]${UNITS}(?![\p{L}])`,
  ].join('|'),
  'gu',
);
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
  return text.replace(MONEY, word);
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
/** What stood in the page before a word took its place. */
const texts = new Map<Text, { was: string; now: string }>();
const attributes = new Map<Element, Map<string, { was: string; now: string }>>();

function coverText(node: Text, word: string): void {
  const parent = node.parentElement;
  const held = texts.get(node);
  if (!parent || parent.closest('style') || parent.closest('textarea') || (held && held.now === node.data)) return;
  const pattern = parent.matches(BARE_PLACE) ? BARE : MONEY;
  const now = node.data.replace(pattern, parent.matches(DRAWN) ? DOTS : word);
  if (now === node.data) {
    if (held) {
      texts.delete(node);
      parent.removeAttribute(COVERED);
    }
    return;
  }
  texts.set(node, { was: node.data, now });
  parent.toggleAttribute(COVERED, now.replaceAll(word, '').replace(/[\s≈~–·+−-]/g, '') === '');
  node.data = now;
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
  for (const [node, { was, now }] of texts) {
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
  const observer = new MutationObserver((changes) => {
    for (const { type, target, addedNodes } of changes) {
      if (type === 'childList') for (const node of addedNodes) coverTree(node, word);
      else if (target instanceof Text) coverText(target, word);
      else if (target instanceof Element) coverAttributes(target, word);
    }
    // What left the page is not held on to.
    for (const node of texts.keys()) if (!node.isConnected) texts.delete(node);
    for (const element of attributes.keys()) if (!element.isConnected) attributes.delete(element);
  });
  observer.observe(root, watch);
  return () => {
    observer.disconnect();
    delete document.documentElement.dataset['privacy'];
    uncover();
  };
}
