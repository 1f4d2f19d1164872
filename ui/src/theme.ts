import type { Theme } from './bindings';

const PLACE = 'theme';

/** Puts a theme on. It is remembered beside the settings, so that the first frame wears it already. */
export function wear(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
  try {
    localStorage.setItem(PLACE, theme);
  } catch {
    // Without local storage the settings bring the theme a moment later.
  }
}

/** The theme that was worn last. */
export function rememberedTheme(): Theme {
  try {
    const theme = localStorage.getItem(PLACE);
    return theme === 'light' || theme === 'dark' ? theme : 'system';
  } catch {
    return 'system';
  }
}

/** The colours that are seen now. */
export function wornTheme(): 'light' | 'dark' {
  const worn = document.documentElement.dataset['theme'];
  if (worn === 'light' || worn === 'dark') return worn;
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

/** The generic names among those that a desktop gives its font. */
const GENERIC: Readonly<Record<string, string>> = { sans: 'sans-serif', 'sans serif': 'sans-serif', 'sans-serif': 'sans-serif', serif: 'serif', monospace: 'monospace' };

/** Writes in the desktop's font, where the window named it. */
export function writeIn(font: string): void {
  const family = GENERIC[font.toLowerCase()] ?? JSON.stringify(font);
  document.documentElement.style.setProperty('--font', [family, 'system-ui', 'sans-serif'].join());
}
