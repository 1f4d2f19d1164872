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
