import { parse, TYPE } from '@formatjs/icu-messageformat-parser';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

/** Messages that choose are read to pieces here and not in the page, which so needs nothing that reads them. What the core says
 * stays as it is: it is to be found again, and chooses nothing. */
function messages(): Plugin {
  const file = /\/src\/messages\/\w+\/(?!core\b)\w+\.json$/;
  const read = (text: string): unknown => {
    const elements = parse(text, { ignoreTag: true });
    const holds = elements.every(({ type }) => type === TYPE.literal || type === TYPE.argument);
    // Nothing else in braces, and no quotes: then the text says what the elements do.
    return holds && !/['{}]/.test(text.replaceAll(/\{\w+\}/g, '')) ? text : elements;
  };
  return {
    name: 'messages',
    enforce: 'pre',
    transform(code, id) {
      if (!file.test(id)) return;
      const texts = Object.entries(JSON.parse(code) as Record<string, string>);
      return { code: JSON.stringify(Object.fromEntries(texts.map(([key, text]) => [key, read(text)]))), map: null };
    },
  };
}

/** The engine keeps a script in two bytes a character where one of them needs it: what is beyond ASCII is written by its number
 * where that takes less room, which is everywhere but in Hindi. String.raw would show the number: it is for patterns alone. */
function oneByte(): Plugin {
  const number = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return {
    name: 'one-byte',
    generateBundle(_options, parts) {
      for (const part of Object.values(parts)) {
        if (part.type !== 'chunk') continue;
        const ascii = part.code.replaceAll(/[\u0080-\uffff]/g, number);
        if (ascii.length < 2 * part.code.length) part.code = ascii;
      }
    },
  };
}

export default defineConfig(({ mode }) => ({
  plugins: [svelte(), messages(), oneByte()],
  clearScreen: false,
  // A test holds the messages against the core's sources.
  server: { host: '127.0.0.1', port: 1420, strictPort: true, fs: { allow: ['..'] } },
  build: {
    // The oldest engine of the systems Tauri supports; newer CSS such as light-dark() is rewritten for it.
    target: 'safari16.4',
    cssTarget: 'safari16.4',
    // The content security policy refuses data: URLs.
    assetsInlineLimit: 0,
    // What comes later is loaded by who needs it; it is all on this machine.
    modulePreload: { polyfill: false, resolveDependencies: (_file, parts, { hostType }) => (hostType === 'html' ? parts : []) },
    // What the start needs of ours is one script, and not pieces that others share.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'first', test: /src[\\/]main\.ts$/ }] } } },
  },
  // Components under test need the browser's half of Svelte.
  resolve:
    mode === 'test'
      ? { conditions: ['browser'] }
      : { alias: [{ find: /^@formatjs\/icu-messageformat-parser$/, replacement: '@formatjs/icu-messageformat-parser/no-parser.js' }] },
  // Stylesheets are read as they are: a test measures their contrast.
  test: { environment: 'jsdom', setupFiles: ['src/messages/behind.ts'], include: ['src/**/*.test.ts'], css: true },
}));
