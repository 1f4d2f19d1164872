// Brings the words of the screens behind the first one.

import { learn } from '../messages.svelte';
import words from './en/behind';

learn(words);
