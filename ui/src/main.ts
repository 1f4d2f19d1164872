import './tokens.css';
import './base.css';
import './chart.css';
import { mount } from 'svelte';
import { cameWithPage, firstFigures } from './api';
import App from './App.svelte';
import { speak, spoken } from './messages.svelte';
import { app } from './state.svelte';
import { rememberedTheme, wear, writeIn } from './theme';

wear(rememberedTheme());
const font = document.querySelector<HTMLMetaElement>('meta[name=font]')?.content;
if (font) writeIn(font);
/** So long the first frame waits for figures that must be asked for, in milliseconds: to draw it twice takes longer. */
const MOMENT = 80;

// The first frame has its words. Where they cannot be had it is in English.
const words = speak(spoken()).catch(() => undefined);
if (cameWithPage()) {
  await words;
  const figures = firstFigures();
  // The first run is drawn from the script of the other screens.
  if (figures?.accounts.length === 0 && !figures.sample) await import('./screens/behind').catch(() => undefined);
  void app.begin(figures);
} else {
  const figures = app.begin();
  await Promise.race([Promise.all([figures, words]), new Promise((go) => setTimeout(go, MOMENT))]);
  await words;
}
const target = document.getElementById('app');
if (target) mount(App, { target });
