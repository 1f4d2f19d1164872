// What the first screen and the frame around it say; the others come with their screens.

export { default as chart } from './chart.json';
export { default as shared } from './shared.json';
export { default as shell } from './shell.json';
export { default as states } from './states.json';
export { default as today } from './today.json';
