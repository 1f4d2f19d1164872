import './tokens.css';
import './base.css';
import './chart.css';
import { mount } from 'svelte';
import App from './App.svelte';
import { speak, spoken } from './messages.svelte';
import { app } from './state.svelte';
import { rememberedTheme, wear } from './theme';

wear(rememberedTheme());
/** So long the first frame waits for its figures, in milliseconds: to draw it twice takes longer. */
const MOMENT = 80;

const figures = app.begin();
// The first frame has its words. Where they cannot be had it is in English.
const words = speak(spoken()).catch(() => undefined);
await Promise.race([Promise.all([figures, words]), new Promise((go) => setTimeout(go, MOMENT))]);
await words;
const target = document.getElementById('app');
if (target) mount(App, { target });
