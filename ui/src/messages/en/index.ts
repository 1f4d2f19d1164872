// What the first screen and the frame around it say; the others come with their screens.

import chart from './chart.json';
import shared from './shared.json';
import shell from './shell.json';
import states from './states.json';
import today from './today.json';

export default { ...chart, ...shared, ...shell, ...states, ...today };
