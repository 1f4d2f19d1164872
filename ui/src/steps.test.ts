import { expect, it } from 'vitest';
import { readSteps } from './steps';

it.each([
  ['30, 14,7', [30, 14, 7]],
  [' 50 80\n100 ', [50, 80, 100]],
  ['75%; 90 %', [75, 90]],
])('%j is a list of steps', (text, steps) => {
  expect(readSteps(text)).toEqual(steps);
});

it.each([
  ['', 'At least one'],
  [' , ', 'At least one'],
  ['30, soon', '“soon”'],
  ['-3', '“-3”'],
  ['7.5', '“7.5”'],
  ['100000', '“100000”'],
])('%j is refused with words', (text, words) => {
  expect(readSteps(text)).toContain(words);
});
