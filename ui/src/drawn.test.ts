import { afterEach, expect, it } from 'vitest';
import { drawn } from './drawn';

const SVG = 'http://www.w3.org/2000/svg';

afterEach(() => {
  document.body.replaceChildren();
});

function put(svg: string): Element {
  const node = document.createElement('div');
  node.append('before');
  document.body.append(node);
  drawn(svg)(node);
  return node;
}

it('puts a picture in the place of the one before', () => {
  const node = put(`<svg xmlns="${SVG}" viewBox="0 0 20 10"><title>A &amp; B &lt;/svg&gt;</title><rect width="4"/><text x="1">₹1 – 2</text></svg>`);
  const root = node.firstElementChild;
  expect(node.childNodes).toHaveLength(1);
  expect(root?.namespaceURI).toBe(SVG);
  expect(root?.getAttribute('viewBox')).toBe('0 0 20 10');
  expect([...(root?.children ?? [])].map(({ localName, namespaceURI, textContent }) => [localName, namespaceURI, textContent])).toEqual([
    ['title', SVG, 'A & B </svg>'],
    ['rect', SVG, ''],
    ['text', SVG, '₹1 – 2'],
  ]);
});

it('puts nothing that is no picture', () => {
  expect(put('').childNodes).toHaveLength(0);
  expect(put('not drawn').childNodes).toHaveLength(0);
  expect(put('<p>a page</p>').childNodes).toHaveLength(0);
});
