// Brings the words of the screens behind the first one.

import { learn } from '../messages.svelte';
import * as files from './en/behind';

for (const words of Object.values(files)) learn(words);
