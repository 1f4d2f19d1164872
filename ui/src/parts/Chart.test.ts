import { flushSync, mount, tick, unmount } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Mark, Picture } from '../bindings';
import Chart from './Chart.svelte';

const mark = (series: string, bucket: string, x: number, y: number): Mark => ({
  x,
  y,
  width: 100,
  height: 400,
  series,
  bucket,
  label: `${series}, ${bucket}: $1.50`,
  column: '$3.00',
  value: '1.50',
  drill: { from: '2026-11-16', to: '2026-11-17', only: { by: 'provider', key: series.toLowerCase(), provider: series.toLowerCase(), account: null } },
});

const picture: Picture = {
  svg: `<svg xmlns="http://www.w3.org/2000/svg" class="sg-chart" viewBox="0 0 100 100"><title>T</title><rect class="bar s1" data-mark="0"/><rect class="bar s2" data-mark="1"/><rect class="bar s1" data-mark="2"/></svg>`,
  title: 'Billed by day',
  description: 'Three bars.',
  width: 100,
  height: 100,
  marks: [mark('OpenAI', 'Monday', 0, 500), mark('Anthropic', 'Monday', 0, 100), mark('OpenAI', 'Tuesday', 500, 500)],
  table: { columns: ['Period', 'OpenAI (USD)'], rows: [['Monday', '1.50'], ['Tuesday', '1.50']] },
  estimated: true,
};

let page: Record<string, unknown>;
const drilled = vi.fn();
const called = vi.hoisted(() => vi.fn());
vi.mock('../api', () => ({ call: called }));

function press(key: string): void {
  document
    .querySelector('[role="application"]')
    ?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
  flushSync();
}

const spoken = (): string => document.querySelector('[aria-live]')?.textContent ?? '';
const tooltip = (): Element | null => document.querySelector('[role="tooltip"]');

beforeEach(() => {
  vi.stubGlobal(
    'ResizeObserver',
    class {
      observe(): void {}
      disconnect(): void {}
    },
  );
  page = mount(Chart, { target: document.body, props: { picture, title: 'Waiting', onwidth: () => undefined, query: { kind: 'bars', by: 'provider' }, ondrill: drilled } });
  flushSync();
});

afterEach(async () => {
  await unmount(page);
  drilled.mockReset();
  called.mockReset();
  vi.unstubAllGlobals();
});

it('puts the picture in as nodes and marks an estimate', () => {
  expect(document.querySelector('[data-testid="chart"] svg.sg-chart')?.querySelectorAll('.bar')).toHaveLength(3);
  expect(document.querySelector('h2')?.textContent).toContain('estimate');
});

it('speaks the mark that an arrow key leads to, and shows its whole day', () => {
  press('ArrowRight');
  expect(spoken()).toBe('OpenAI, Monday: $1.50');
  expect(tooltip()?.textContent).toContain('Anthropic');
  expect(tooltip()?.querySelector('.swatch.s2')).not.toBeNull();
  press('ArrowRight');
  expect(spoken()).toBe('OpenAI, Tuesday: $1.50');
  expect(tooltip()?.textContent).not.toContain('Anthropic');
});

it('lets Escape dismiss the tooltip', () => {
  press('ArrowRight');
  expect(tooltip()).not.toBeNull();
  press('Escape');
  expect(tooltip()).toBeNull();
});

it('has a table twin', () => {
  expect(document.querySelector('[data-testid="chart-table"]')).toBeNull();
  document.querySelector<HTMLElement>('[data-testid="chart-table-toggle"]')?.click();
  flushSync();
  const cells = [...document.querySelectorAll('[data-testid="chart-table"] tbody tr')].map((row) => row.textContent);
  expect(cells).toHaveLength(2);
  expect(cells[0]).toContain('1.50');
});

it('leads into a mark by Enter, and nowhere without one', () => {
  press('Enter');
  expect(drilled).not.toHaveBeenCalled();
  press('ArrowRight');
  press('Enter');
  expect(drilled).toHaveBeenCalledExactlyOnceWith(picture.marks[0], true);
});

function click(x: number, y: number, pointerType = 'mouse'): void {
  const stage = document.querySelector('[data-testid="chart"]');
  if (!stage) throw new Error('no chart');
  vi.spyOn(stage, 'getBoundingClientRect').mockReturnValue({ left: 0, top: 0, width: 100, height: 100 } as DOMRect);
  const event = new MouseEvent('click', { clientX: x, clientY: y, bubbles: true });
  Object.defineProperty(event, 'pointerType', { value: pointerType });
  stage.dispatchEvent(event);
}

it('tells a click on a bar from one beside it', () => {
  click(5, 70);
  expect(drilled).toHaveBeenLastCalledWith(picture.marks[0], true);
  click(55, 5);
  expect(drilled).toHaveBeenLastCalledWith(picture.marks[2], false);
});

it('lets a finger look before it leads on', () => {
  click(5, 70, 'touch');
  expect(drilled).not.toHaveBeenCalled();
  press('ArrowRight');
  const button = document.querySelector<HTMLElement>('.closer');
  button?.click();
  expect(drilled).toHaveBeenCalledExactlyOnceWith(picture.marks[0], true);
});

async function keep(way: string): Promise<string> {
  document.querySelector<HTMLElement>('[data-testid="chart-keep"]')?.click();
  flushSync();
  document.querySelector<HTMLElement>(`[data-testid="${way}"]`)?.click();
  await vi.waitFor(() => {
    expect(document.querySelector('[data-testid="chart-told"]')?.textContent).not.toBe('');
  });
  return document.querySelector('[data-testid="chart-told"]')?.textContent ?? '';
}

it('saves the picture where the person says, and tells where that is', async () => {
  vi.stubGlobal('matchMedia', () => ({ matches: true }));
  called.mockImplementation(({ method }: { method: string }) => Promise.resolve({ path: method === 'choosePlace' ? '/home/me/a.png' : '~/a.png' }));
  expect(await keep('chart-save-png')).toBe('Saved: ~/a.png');
  expect(called.mock.calls).toEqual([
    [{ method: 'choosePlace', params: { name: 'billed-by-day.png' } }],
    [{ method: 'picture', params: { kind: 'bars', by: 'provider', theme: 'dark', format: 'png', path: '/home/me/a.png' } }],
  ]);
});

it('walks what can be kept by the arrow keys, and the page stays where it is', async () => {
  const button = document.querySelector<HTMLElement>('[data-testid="chart-keep"]');
  button?.focus();
  const reached = [];
  for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowUp', 'Home', 'End']) {
    const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true });
    document.activeElement?.dispatchEvent(event);
    expect(event.defaultPrevented).toBe(true);
    await tick();
    flushSync();
    await tick();
    reached.push((document.activeElement as HTMLElement).dataset['testid']);
  }
  const [copy, png, svg] = ['chart-copy', 'chart-save-png', 'chart-save-svg'];
  expect(reached).toEqual([copy, png, svg, copy, svg, copy, svg]);
});

it('says why a picture was not saved', async () => {
  called.mockRejectedValue(new Error('The disk is full.'));
  expect(await keep('chart-save-svg')).toBe('The disk is full.');
});
