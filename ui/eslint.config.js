import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

// A flat config replaces a rule's options as a whole, so each set of restrictions is put together from these.
const tauri = { group: ['@tauri-apps/*'], message: 'Only api.ts speaks to Tauri.' };
const screens = { group: ['**/screens/*', '**/screens'], message: 'Parts do not know screens.' };
const imports = (...patterns) => ['error', { patterns }];
const syntax = [
  {
    selector: 'CallExpression > MemberExpression.callee > Identifier.property[name=/^toLocale/]',
    message: 'Only format.ts formats for people.',
  },
  {
    selector: 'AssignmentExpression > MemberExpression.left > Identifier.property[name=/^(inner|outer)HTML$/]',
    message: 'Markup comes from components, or through DOMParser.',
  },
];

export default ts.config(
  { ignores: ['dist/', 'node_modules/', 'src/bindings.ts'] },
  js.configs.recommended,
  ...ts.configs.strict,
  ...svelte.configs.recommended,
  {
    languageOptions: { globals: { ...globals.browser } },
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'error',
      'no-restricted-imports': imports(tauri),
      'no-restricted-globals': ['error', { name: 'Intl', message: 'Only format.ts formats for people.' }],
      'no-restricted-syntax': ['error', ...syntax],
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'], svelteConfig } },
    rules: {
      'svelte/no-at-html-tags': 'error',
      'no-restricted-syntax': [
        'error',
        ...syntax,
        {
          selector: 'SvelteAttribute[key.name="style"]',
          message: 'The content security policy refuses style attributes; style:name={value} goes through the CSSOM.',
        },
      ],
    },
  },
  { files: ['src/parts/**'], rules: { 'no-restricted-imports': imports(tauri, screens) } },
  { files: ['src/api.ts'], rules: { 'no-restricted-imports': 'off' } },
  { files: ['src/format.ts'], rules: { 'no-restricted-globals': 'off' } },
  { files: ['*.config.{js,ts}'], languageOptions: { globals: { ...globals.node } } },
);
