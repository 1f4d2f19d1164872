import { afterEach, expect, it } from 'vitest';
import { drawn } from './drawn';
import { speak } from './messages.svelte';
import { inWords } from './telling';

const SVG = 'http://www.w3.org/2000/svg';
const charts = import.meta.glob<string>('../../tests/golden/chart/*.svg', { query: '?raw', import: 'default', eager: true });

afterEach(async () => {
  document.body.replaceChildren();
  await speak('system');
});

function put(svg: string): Element {
  const node = document.createElement('div');
  node.append('before');
  document.body.append(node);
  drawn(svg)(node);
  return node;
}

/** What a picture is made of: names, attributes and texts. */
function made(node: Element): unknown {
  const attributes = [...node.attributes].map(({ name, value }) => `${name}=${value}`).filter((one) => !one.startsWith('xmlns'));
  const children = [...node.childNodes].map((child) => (child instanceof Element ? made(child) : child.textContent));
  return [node.namespaceURI, node.localName, attributes.sort(), children];
}

it.each(Object.entries(charts))('draws %s as it was meant', (_path, svg) => {
  const meant = new DOMParser().parseFromString(svg, 'image/svg+xml').documentElement;
  expect(meant.localName).toBe('svg');
  const node = put(svg);
  expect(node.childNodes).toHaveLength(1);
  expect(node.firstElementChild && made(node.firstElementChild)).toEqual(made(meant));
});

it('puts nothing that is no picture', () => {
  expect(put('').childNodes).toHaveLength(0);
  expect(put('not drawn').childNodes).toHaveLength(0);
  expect(put('<p>a page</p>').childNodes).toHaveLength(0);
});

it.each(['en', 'hi'] as const)('takes no name for markup, spoken in %s', async (language) => {
  await speak(language);
  const name = `A & B</text></svg><img src=x onerror="1"> 'c'`;
  const safe = 'A &amp; B&lt;/text&gt;&lt;/svg&gt;&lt;img src=x onerror=&quot;1&quot;&gt; &#39;c&#39;';
  const picture = { svg: `<svg xmlns="${SVG}"><title>${safe}</title><desc>${safe}</desc><text>${safe}</text></svg>`, title: name, description: name, marks: [], table: { columns: ['Period', name], rows: [] } };
  const { daily } = inWords('spend', { daily: picture });
  const root = put(daily.svg).firstElementChild;
  expect([...(root?.children ?? [])].map(({ localName, textContent }) => [localName, textContent])).toEqual([
    ['title', name],
    ['desc', name],
    ['text', name],
  ]);
});
