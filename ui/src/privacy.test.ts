import { afterEach, beforeEach, expect, it } from 'vitest';
import { about, currencySigns, exactMoney, money, quantity, span, useLocale } from './format';
import { amountsHidden, cover, coverAmounts, COVERED, hideAmounts } from './privacy.svelte';

const hide = (text: string): string => cover(text, 'hidden');
let root: HTMLElement;
let stop: (() => void) | null = null;

beforeEach(() => {
  document.body.replaceChildren();
  root = document.createElement('main');
  document.body.append(root);
});
afterEach(() => {
  stop?.();
  stop = null;
  hideAmounts(false);
});

const settled = (): Promise<void> => new Promise((done) => setTimeout(done, 0));

it.each([
  [{ amount: '1234567.89', currency: 'USD' }],
  [{ amount: '12345678.90', currency: 'INR' }],
  [{ amount: '0.000123', currency: 'USD' }],
  [{ amount: '-4.20', currency: 'EUR' }],
  [{ amount: '1500', currency: 'JPY' }],
  [{ amount: '12.5', currency: 'CHF' }],
  [{ amount: '7', currency: 'THB' }],
  [{ amount: '1200.5', currency: 'openrouter.credits' }],
  [{ amount: '1', currency: 'credits' }],
])('hides %o as it is written', (amount) => {
  expect(hide(money(amount)), money(amount)).not.toMatch(/\d/);
  expect(hide(`About ${exactMoney(amount)} of it.`), exactMoney(amount)).toMatch(/^About .{0,4}hidden of it\.$/);
});

it.each(['en-US', 'en-IN', 'de-DE', 'fr-FR', 'hi-IN', 'sv-SE', 'ar-EG', 'ja-JP'])('hides every currency there is as %s writes it', (locale) => {
  useLocale(locale);
  expect(currencySigns().codes.length).toBeGreaterThan(100);
  for (const currency of currencySigns().codes) {
    const written = [money({ amount: '1234.5', currency }), exactMoney({ amount: '-0.000123', currency }), about({ amount: '98765.4', currency }), span('20', '31.5', currency)];
    for (const text of [...written, ...written.map((amount) => `budget of ${amount}, all of it`), `12.50 ${currency} was billed`, `${currency} 5 left`])
      expect(hide(text).replace('hidden', ''), text).not.toMatch(/\p{Nd}/u);
  }
  useLocale('en-US');
});

it('hides every unit that amounts are written in, and no counts', () => {
  for (const unit of ['gems', 'kudos', 'eleven.sparks', 'compute_units', 'zai.prompts']) {
    const text = money({ amount: '4321', currency: unit });
    expect(hide(text), text).toBe('hidden');
    expect(hide(`4,321 ${unit} left of it`)).toBe('hidden left of it');
    expect(hide(quantity('4321', unit))).toBe('hidden');
  }
  for (const unit of ['requests', 'tokens', 'characters', 'input_tokens', 'percent', 'minutes']) expect(hide(quantity('4321', unit))).toContain('4,321');
});

it.each([
  ['$12.30 will lapse on 4 December; $3 a day saves it.', 'hidden will lapse on 4 December; hidden a day saves it.'],
  ['USD 12.50 was billed', 'hidden was billed'],
  ['12.50 USD was billed', 'hidden was billed'],
  ['$1.2K', 'hidden'],
  ['−$4.20', 'hidden'],
  ['US$3', 'hidden'],
  ['Likely 153,000–160,000\u00a0Elevenlabs credits', 'Likely hidden'],
  ['CN¥1.5k', 'hidden'],
  ['1,200 openrouter.credits', 'hidden'],
  ['50 पॉइंट में से 12.5 क्रेडिट', 'hidden में से hidden'],
  ['₹1,23,45,678.90', 'hidden'],
])('reads “%s”', (text, covered) => {
  expect(hide(text)).toBe(covered);
});

it.each(['12,400 tokens in 3 requests', '83 % of 22 Nov 2026, 09:30 UTC', 'gpt-5.2 and claude-4', '3 days', 'Account 2', 'HTTP 404 at 09:30 UTC', 'Q 3 and K 12', 'MAX 5 000 tokens', 'Section L 3'])(
  'leaves “%s” alone',
  (text) => {
    expect(hide(text)).toBe(text);
  },
);

it('covers the page, what comes later, and gives everything back', async () => {
  const page = '<p title="$12.3456">$12.35</p><p>Today cost $4.</p><svg class="sg-chart"><title>Up to $9</title><text>$9</text><text>18 Nov</text></svg>';
  root.replaceChildren(...new DOMParser().parseFromString(page, 'text/html').body.childNodes);
  const before = root.innerHTML;
  stop = coverAmounts(root);
  const [amount, sentence] = root.querySelectorAll('p');
  expect(root.innerHTML).not.toMatch(/\$/);
  expect(root.querySelector('text')?.textContent).toBe('•••');
  expect(root.querySelectorAll('text')[1]?.textContent).toBe('18 Nov');
  expect(amount?.textContent).toBe('hidden');
  expect(amount?.hasAttribute(COVERED)).toBe(true);
  expect(amount?.title).toBe('hidden');
  expect(sentence?.textContent).toBe('Today cost hidden.');
  expect(sentence?.hasAttribute(COVERED)).toBe(false);

  const late = document.createElement('p');
  late.setAttribute('aria-label', '€5 left');
  late.append('€5');
  root.append(late);
  if (sentence?.firstChild) sentence.firstChild.nodeValue = 'Today cost $5.';
  await settled();
  expect(late.textContent).toBe('hidden');
  expect(late.getAttribute('aria-label')).toBe('hidden left');
  expect(sentence?.textContent).toBe('Today cost hidden.');

  late.remove();
  await settled();
  stop();
  stop = null;
  expect(root.innerHTML).toBe(before.replace('$4.', '$5.'));
});

it('blurs the word within a sentence as by itself, wherever the sentence goes', async () => {
  const [list, item] = ['ul', 'li'].map((name) => document.createElement(name)) as [HTMLElement, HTMLElement];
  const text = document.createTextNode('A usual day costs $4 · €5.');
  item.append(text);
  root.append(item, list);
  stop = coverAmounts(root);
  expect(item.textContent).toBe('A usual day costs hidden · hidden.');
  expect([...item.querySelectorAll(`[${COVERED}]`)].map(({ textContent }) => textContent)).toEqual(['hidden', 'hidden']);
  expect(item.hasAttribute(COVERED)).toBe(false);
  list.append(text);
  await settled();
  expect(item.textContent).toBe('');
  expect(list.textContent).toBe('A usual day costs hidden · hidden.');
  text.data = 'Nothing.';
  await settled();
  expect(list.textContent).toBe('Nothing.');
  expect(list.querySelector('span')).toBeNull();
  text.data = 'It cost $3 then.';
  await settled();
  text.remove();
  await settled();
  expect(list.textContent).toBe('');
  list.append(text);
  stop();
  stop = null;
});

it('blurs the amount alone where it is one of several texts', () => {
  const item = document.createElement('p');
  const strong = document.createElement('strong');
  strong.append('in 12 days');
  item.append('$98', ' at OpenAI lapses ', strong, '. $8 a day uses it up.');
  root.append(item);
  stop = coverAmounts(root);
  expect(item.textContent).toBe('hidden at OpenAI lapses in 12 days. hidden a day uses it up.');
  expect([...item.querySelectorAll(`[${COVERED}]`)].map(({ textContent }) => textContent)).toEqual(['hidden', 'hidden']);
  expect(item.hasAttribute(COVERED)).toBe(false);
});

it('covers a sentence as soon as its unit is known to be one', async () => {
  const [before, amount] = [document.createElement('p'), document.createElement('p')];
  before.append('You have 70 marbles left');
  root.append(before);
  stop = coverAmounts(root);
  expect(before.textContent).toBe('You have 70 marbles left');
  amount.append(money({ amount: '70', currency: 'marbles' }));
  root.append(amount);
  await settled();
  expect(amount.textContent).toBe('hidden');
  expect(before.textContent).toBe('You have hidden left');
});

it('remembers whether it is on', () => {
  expect(amountsHidden()).toBe(false);
  hideAmounts(true);
  expect(amountsHidden()).toBe(true);
  expect(localStorage.getItem('privacy')).toBe('on');
});
