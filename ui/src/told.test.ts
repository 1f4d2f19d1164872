import { afterEach, expect, it } from 'vitest';
import core from './messages/en/core.json';
import { speak } from './messages.svelte';
import { headed, inWords, told } from './told';

const sources = import.meta.glob<string>('../../src-tauri/core/src/**/*.rs', { query: '?raw', import: 'default', eager: true });
/** The core's strings with their line breaks taken out. A sentence may begin small where the window makes it whole. */
const all = Object.values(sources)
  .join('\n')
  .replace(/\\\n\s*/g, '')
  .toLowerCase();

/** Whether the core's sources hold a text, in one piece or in two that are put together. */
function written(text: string): boolean {
  if (all.includes(text)) return true;
  const words = text.split(' ');
  return words.some((_, at) => at > 0 && all.includes(words.slice(0, at).join(' ')) && all.includes(words.slice(at).join(' ')));
}

afterEach(async () => {
  await speak('system');
});

it.each(Object.entries(core))('%s is what the core says', (_, text) => {
  for (const piece of text.split(/\{\w+\}/)) {
    // The last full stop is the window's where the core left it out; short pieces are joints.
    const said = piece.replace(/\.$/, '').trim().toLowerCase();
    if (said.length >= 4) expect(written(said), said).toBe(true);
  }
});

it('leaves English as it is', () => {
  expect(told('Up to date.')).toBe('Up to date.');
});

it('says in Hindi what the core says, with what stands in its places', async () => {
  await speak('hi');
  expect(told('Up to date.')).toBe('ताज़ा है।');
  expect(told('OpenRouter tells complete days only: 2026-11-18 is not in here yet.')).toBe(
    'OpenRouter केवल पूरे दिन बताता है: 2026-11-18 अभी इसमें नहीं है।',
  );
  expect(told('Billed by day and provider, 20 October 2026 to 18 November 2026 (UTC days)')).toBe(
    'बिल की गई राशि दिन और प्रदाता के अनुसार, 20 अक्टूबर 2026 से 18 नवंबर 2026 तक (UTC दिन)',
  );
  expect(told('Nobody has said this before, in any language.')).toBe('Nobody has said this before, in any language.');
});

it('leaves names and figures alone', async () => {
  await speak('hi');
  expect(told('Model')).toBe('Model');
  expect(headed('Day')).toBe('दिन');
  const answer = { label: 'Project', notes: ['Up to date.'], total: { amount: '1.50', currency: 'USD' }, svg: '<svg><text>No data in this range</text></svg>' };
  expect(inWords(answer)).toEqual({
    label: 'Project',
    notes: ['ताज़ा है।'],
    total: { amount: '1.50', currency: 'USD' },
    svg: '<svg><text>इस अवधि में कोई आँकड़ा नहीं</text></svg>',
  });
});
