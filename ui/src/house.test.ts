// The walls that neither the compiler nor ESLint can see.

import { describe, expect, it } from 'vitest';
import tokens from './tokens.css?raw';

const sources = import.meta.glob<string>(['./**/*.{svelte,ts,css}', '!./**/*.test.ts', '!./bindings.ts'], {
  query: '?raw',
  import: 'default',
  eager: true,
});

const NAMES =
  /\b(?:black|white|gr[ae]y|red|green|blue|yellow|orange|purple|pink|brown|teal|navy|silver|gold|canvas|canvastext|linktext|highlight)\b/i;

/** The declarations of a stylesheet or of a component's style block. */
function styles(file: string, text: string): string {
  if (file.endsWith('.css')) return text;
  return /<style>([\s\S]*)<\/style>/.exec(text)?.[1] ?? '';
}

it('reads the sources', () => {
  expect(Object.keys(sources).length).toBeGreaterThan(20);
});

it.each(Object.entries(sources))('%s names no colour of its own', (file, text) => {
  if (file === './tokens.css') return;
  expect(text).not.toMatch(/#[0-9a-f]{3,8}\b(?!\d*;?\s*\})(?=[^a-z0-9_-])|\b(?:rgba?|hsla?|oklch|oklab|lab|lch|color)\(/i);
  for (const [, value] of styles(file, text).matchAll(/:\s*([^;{}]+);/g)) expect(value).not.toMatch(NAMES);
  expect(text).not.toMatch(/(?:fill|stroke)="(?!none|currentColor)/);
});

it.each(Object.entries(sources))('%s has no style that the security policy refuses', (_, text) => {
  expect(text).not.toMatch(/\sstyle=["'{]/);
  expect(text).not.toMatch(/cssText|setAttribute\(\s*['"]style|adoptedStyleSheets|createElement\(['"]style/);
});

it.each(Object.entries(sources))('%s reads from right to left as well', (file, text) => {
  const css = styles(file, text);
  // A picture and what lies over it stay as they are drawn.
  if (file === './parts/Chart.svelte') return;
  expect(css).not.toMatch(/(?:margin|padding|border)-(?:left|right)\b|^\s*(?:left|right):|text-align:\s*(?:left|right)/m);
  for (const [, start, end] of css.matchAll(/(?:margin|padding): \S+ (\S+) \S+ (\S+);/g)) expect(start).toBe(end);
});

describe('contrast', () => {
  const colours = new Map(
    [...tokens.matchAll(/--([\w-]+): light-dark\((#\w{6}), (#\w{6})\);/g)].map(([, name = '', light = '', dark = '']) => [
      name,
      [light, dark] as const,
    ]),
  );

  function luminance(hex: string): number {
    const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
      const value = parseInt(hex.slice(at, at + 2), 16) / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  }

  function contrast(front: string, back: string, theme: 0 | 1): number {
    const [a, b] = [front, back].map((name) => {
      const colour = colours.get(name);
      if (!colour) throw new Error(`no colour --${name}`);
      return luminance(colour[theme]);
    });
    return (Math.max(a ?? 0, b ?? 0) + 0.05) / (Math.min(a ?? 0, b ?? 0) + 0.05);
  }

  const grounds = ['ground', 'surface', 'raised', 'sunken'];
  const texts = ['text', 'muted', 'accent', 'accent-strong', 'good', 'warn', 'bad'].flatMap((front) =>
    grounds.map((back) => [front, back] as const),
  );

  it.each([
    ...texts,
    ['on-accent', 'accent'],
    ['on-inverse', 'inverse'],
    ['inverse-accent', 'inverse'],
    ['on-accent', 'accent-strong'],
    ['accent', 'accent-soft'],
    ['text', 'warn-soft'],
    ['text', 'bad-soft'],
    ['muted', 'bad-soft'],
    ['accent', 'warn-soft'],
    ['bad', 'bad-soft'],
  ] as const)('%s on %s is readable in both themes', (front, back) => {
    for (const theme of [0, 1] as const) expect(contrast(front, back, theme)).toBeGreaterThanOrEqual(4.5);
  });

  it.each(['surface', 'raised', 'ground'])('edges show on %s', (back) => {
    for (const theme of [0, 1] as const) expect(contrast('edge', back, theme)).toBeGreaterThanOrEqual(3);
  });
});
