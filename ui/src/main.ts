import './tokens.css';
import './base.css';
import './chart.css';
import { mount } from 'svelte';
import App from './App.svelte';
import { speak, spoken } from './messages.svelte';
import { app } from './state.svelte';
import { rememberedTheme, wear } from './theme';

wear(rememberedTheme());
// The core works out the figures while the page is built.
void app.refresh();
const target = document.getElementById('app');
// The first frame has its words. Where they cannot be had it is in English.
await speak(spoken()).catch(() => undefined);
if (target) mount(App, { target });
