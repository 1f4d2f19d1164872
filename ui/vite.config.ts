import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

export default defineConfig(({ mode }) => ({
  plugins: [svelte()],
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
  resolve: mode === 'test' ? { conditions: ['browser'] } : {},
  // Stylesheets are read as they are: a test measures their contrast.
  test: { environment: 'jsdom', setupFiles: ['src/messages/behind.ts'], include: ['src/**/*.test.ts'], css: true },
}));
