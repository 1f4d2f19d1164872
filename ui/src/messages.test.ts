// Every message is there in every language, says the same things, is used, and is given what it needs.

import { parse as parseMessage, TYPE, type MessageFormatElement } from '@formatjs/icu-messageformat-parser';
import { parse } from 'svelte/compiler';
import { afterEach, expect, it } from 'vitest';
import { longDate } from './format';
import { pieces, speak, t, type MessageKey } from './messages.svelte';

type Catalogue = Record<string, string>;
const files = import.meta.glob<string>('./messages/*/*.json', { query: '?raw', import: 'default', eager: true });
const sources = import.meta.glob<string>(['./**/*.svelte', './**/*.ts', '!./**/*.test.ts', '!./bindings.ts', '!./messages.svelte.ts', '!./messages/**'], {
  query: '?raw',
  import: 'default',
  eager: true,
});

function catalogue(language: string): Map<string, { area: string; text: string }> {
  const all = new Map<string, { area: string; text: string }>();
  for (const [file, json] of Object.entries(files)) {
    const [, of, area = ''] = /\.\/messages\/(\w+)\/(\w+)\.json$/.exec(file) ?? [];
    if (of !== language) continue;
    for (const [key, text] of Object.entries(JSON.parse(json) as Catalogue)) all.set(key, { area, text });
  }
  return all;
}

const en = catalogue('en');
const hi = catalogue('hi');

/** The places of a message, with what may stand there. */
function places(text: string): string[] {
  const found = new Set<string>();
  const walk = (elements: MessageFormatElement[]): void => {
    for (const element of elements) {
      if (element.type === TYPE.literal || element.type === TYPE.pound) continue;
      if (element.type === TYPE.tag) throw new Error(`a tag in "${text}"`);
      found.add(element.value);
      if (element.type === TYPE.select || element.type === TYPE.plural) {
        for (const option of Object.values(element.options)) walk(option.value);
      }
    }
  };
  walk(parseMessage(text, { ignoreTag: true }));
  return [...found].sort();
}

type Node = { type: string } & Record<string, unknown>;

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';
}

function visit(value: unknown, see: (node: Node) => void): void {
  if (Array.isArray(value)) for (const item of value) visit(item, see);
  else if (isNode(value)) {
    see(value);
    for (const [name, child] of Object.entries(value)) if (name !== 'parent') visit(child, see);
  }
}

function tree(file: string, text: string): unknown {
  const svelte = file.endsWith('.svelte') ? text : `<script lang="ts">\n${text}\n</script>`;
  return parse(svelte, { modern: true });
}

const trees = Object.entries(sources).map(([file, text]) => [file, tree(file, text)] as const);

it('has every message in every language, under the name of its file', () => {
  expect([...hi.keys()].sort()).toEqual([...en.keys()].sort());
  for (const [key, { area }] of [...en, ...hi]) expect(key.split('.')[0], key).toBe(area);
});

it('says the same in every language', () => {
  for (const [key, { text }] of en) expect(places(hi.get(key)?.text ?? ''), key).toEqual(places(text));
  for (const [key, { text }] of [...en, ...hi]) {
    expect(text, key).toBe(text.trim());
    expect(text, key).not.toBe('');
  }
});

it('chooses nothing where it is taken as it stands', () => {
  // The core's are texts to be found again; the palette looks for the names of screens and commands in English, too.
  const plain = [...en, ...hi].filter(([key]) => /^(?:core|shell\.(?:screen|answers|palette|command)(?!\.count))\./.test(key));
  for (const [key, { text }] of plain) {
    const kinds = parseMessage(text, { ignoreTag: true }).map(({ type }) => type);
    expect(kinds.filter((type) => type !== TYPE.literal && type !== TYPE.argument), key).toEqual([]);
    expect(text.replaceAll(/\{\w+\}/g, ''), key).not.toMatch(/[{}]/);
  }
});

it('is written in the script of its language', () => {
  for (const [key, { text }] of en) expect(text, key).not.toMatch(/\p{Script=Devanagari}/u);
  const latin = [...hi].filter(([, { text }]) => !/\p{Script=Devanagari}/u.test(text) && /\p{L}{2}/u.test(text.replace(/\{[^}]*\}/g, '')));
  // What has no Hindi is a name: the same in every language.
  for (const [key, { text }] of latin) expect(text, key).toBe(en.get(key)?.text);
});

it('has no message that nobody says', () => {
  const exact = new Set<string>();
  const patterns: RegExp[] = [];
  for (const [, root] of trees) {
    visit(root, (node) => {
      if (node.type === 'Literal' && typeof node['value'] === 'string') exact.add(node['value']);
      if (node.type === 'Text' && typeof node['data'] === 'string') exact.add(node['data']);
      if (node.type === 'TemplateLiteral') {
        const quasis = (node['quasis'] as { value: { cooked: string } }[]).map(({ value }) => value.cooked);
        if (quasis.length > 1 && /^[a-z]+\./.test(quasis[0] ?? '')) {
          patterns.push(new RegExp(`^${quasis.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.+')}$`));
        }
      }
    });
  }
  // What the core says is looked for among its own sources, in told.test.ts.
  const unused = [...en.keys()].filter((key) => !key.startsWith('core.') && !exact.has(key) && !patterns.some((pattern) => pattern.test(key)));
  expect(unused).toEqual([]);
});

it('gives every message what stands in its places', () => {
  for (const [file, root] of trees) {
    visit(root, (node) => {
      if (node.type !== 'CallExpression' || (node['callee'] as Node)['name'] !== 't') return;
      const [key, values] = node['arguments'] as (Node | undefined)[];
      if (key?.type !== 'Literal') return;
      const text = en.get(String(key['value']))?.text ?? '';
      const given = ((values?.['properties'] ?? []) as Node[]).map((property) =>
        property.type === 'Property' ? String((property['key'] as Node)['name'] ?? (property['key'] as Node)['value']) : '…',
      );
      if (values !== undefined && (values.type !== 'ObjectExpression' || given.includes('…'))) return;
      expect([...given].sort(), `${file}: ${String(key['value'])}`).toEqual(places(text));
    });
  }
});

/** Marks a source whose words are still in it. */
const MARK = 'bare words: not yet in the messages';
const SAID = /^(?:aria-label|aria-roledescription|aria-valuetext|title|placeholder|alt|legend|label|heading|text|summary)$/;
/** Names are the same in every language. */
const NAMES = /\b(?:Spendglass|Ctrl|Esc|YYYY-MM-DD|CSV|JSON|PNG|SVG|FOCUS)\b/g;

/** Words that a person would read and that stand in the source itself. */
function bare(root: unknown): string[] {
  const found: string[] = [];
  const say = (text: string, least: RegExp): void => {
    if (least.test(text.replace(NAMES, '')) && !/^[A-Z ]+$/.test(text)) found.push(text.trim());
  };
  const walk = (value: unknown, shown: boolean): void => {
    if (Array.isArray(value)) for (const item of value) walk(item, shown);
    if (!isNode(value)) return;
    if (value.type === 'Text') say(String(value['data']), /\p{L}{2}/u);
    if (value.type === 'StyleSheet' || value.type === 'Comment' || value.type === 'ImportDeclaration') return;
    if (value.type === 'Literal' && typeof value['value'] === 'string') {
      // In the markup one word with a capital is a word; elsewhere three in a row are a sentence.
      say(value['value'], shown ? /^\p{Lu}\p{Ll}+\b|\p{L}{2,},? \p{L}+/u : /\p{L}[\p{L},’']* \p{L}[\p{L},’']* \p{L}+/u);
    }
    if (value.type === 'TemplateElement') {
      say((value['value'] as { cooked: string }).cooked, /\p{L}{2,},? \p{L}{2,}/u);
    }
    const said = value.type === 'Attribute' && SAID.test(String(value['name']));
    if (value.type === 'Attribute' && !said) {
      const expressions = [value['value']].flat().filter((part) => !isNode(part) || part.type !== 'Text');
      walk(expressions, false);
      return;
    }
    const inside = shown || said || value.type === 'ExpressionTag';
    for (const [name, child] of Object.entries(value)) if (name !== 'parent' && name !== 'metadata') walk(child, inside);
  };
  walk(root, false);
  return found;
}

it.each(trees)('%s takes its words from the messages', (file, root) => {
  const marked = sources[file]?.includes(MARK) ?? false;
  if (marked) expect(bare(root), `take the mark out of ${file}`).not.toEqual([]);
  else expect(bare(root)).toEqual([]);
});

afterEach(async () => {
  await speak('system');
});

it('speaks the language that was chosen, and writes dates in it', async () => {
  const key: MessageKey = 'shared.days.count';
  expect(t(key, { count: 1 })).toBe('1 day');
  expect(t(key, { count: 2 })).toBe('2 days');
  await speak('hi');
  expect(document.documentElement.lang).toBe('hi');
  expect(t(key, { count: 2 })).toBe('2 दिन');
  expect(longDate('2026-11-22')).toBe('22 नवंबर 2026');
  expect(localStorage.getItem('language')).toBe('hi');
});

it('leaves places open for components', () => {
  expect(pieces('shared.asOf', {}, ['when'])).toEqual(['As of ', { place: 'when' }, '.']);
  expect(pieces('shared.range.dash', { from: '1' }, ['to'])).toEqual(['1–', { place: 'to' }]);
  expect(pieces('shared.days.count', { count: 2 }, [])).toEqual(['2 days']);
});

it('says nothing with a hole in it', () => {
  expect(() => t('shared.asOf')).toThrow('shared.asOf is said without its when');
  expect(() => pieces('shared.range.dash', {}, ['to'])).toThrow('from');
  expect(() => t('shared.days.count')).toThrow('count');
  // What stands in a place is no message itself.
  expect(t('shared.asOf', { when: '{when}' })).toBe('As of {when}.');
});

/** What the first script is made of: all that is imported from its beginning, but for what is imported later. */
function firstScript(): string[] {
  const found = new Set<string>();
  const follow = (path: string): void => {
    const source = sources[path];
    if (source === undefined || found.has(path)) return;
    found.add(path);
    const folder = path.slice(0, path.lastIndexOf('/') + 1);
    for (const [, from = ''] of source.matchAll(/^\s*(?:import|export)\s(?!type\b)[^;]*?'(\.[^']+)';/gm)) {
      const parts = (folder + from).split('/').filter((part) => part !== '.');
      const whole = `./${parts.reduce<string[]>((so, part) => (part === '..' ? so.slice(0, -1) : [...so, part]), []).join('/')}`;
      for (const ending of ['', '.ts', '.svelte', '.svelte.ts']) follow(whole + ending);
    }
  };
  follow('./main.ts');
  return [...found];
}

it('has the words of the first screen in the first script', () => {
  const script = firstScript();
  expect(script).toContain('./screens/Today.svelte');
  expect(script).toContain('./parts/NextExpiry.svelte');
  expect(script).not.toContain('./screens/Spend.svelte');
  const first = new Set(['chart', 'shared', 'shell', 'states', 'today']);
  const late = script.flatMap((path) =>
    [...(sources[path] ?? '').matchAll(/'([a-z]+(?:\.[A-Za-z0-9]+)+)'/g)]
      .map(([, key = '']) => key)
      .filter((key) => en.has(key) && !first.has(en.get(key)?.area ?? '') && !key.startsWith('core.'))
      .map((key) => `${path}: ${key}`),
  );
  const areas = script.flatMap((path) => [...(sources[path] ?? '').matchAll(/t\(`([a-z]+)\./g)].map(([, area = '']) => area));
  expect([...new Set(areas)].filter((area) => !first.has(area) && area !== 'core' && area !== 'spend')).toEqual([]);
  // The words for wrong days are said by screens behind the first one alone.
  expect(late.filter((key) => !key.startsWith('./ranges.ts: spend.dates.'))).toEqual([]);
});
