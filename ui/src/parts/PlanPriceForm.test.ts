import { flushSync, mount, unmount } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Refusal } from '../api';
import { door } from '../pretend';
import PlanPriceForm from './PlanPriceForm.svelte';

vi.mock('../api', async () => (await import('../pretend')).api);

let page: Record<string, unknown>;
const done = vi.fn();
const at = (id: string): HTMLElement | null => document.querySelector(`[data-testid="${id}"]`);

function type(id: string, text: string): void {
  const field = at(id) as HTMLInputElement;
  field.value = text;
  field.dispatchEvent(new Event('input', { bubbles: true }));
  flushSync();
}

async function save(): Promise<void> {
  document.querySelector('form')?.dispatchEvent(new SubmitEvent('submit', { bubbles: true, cancelable: true }));
  await new Promise((later) => setTimeout(later));
  flushSync();
}

beforeEach(() => {
  HTMLDialogElement.prototype.showModal = vi.fn();
  HTMLDialogElement.prototype.close = vi.fn();
  done.mockReset();
  door.asked = [];
  door.answer = () => Promise.resolve({ corrections: [] });
  page = mount(PlanPriceForm, { target: document.body, props: { plan: 'atlas-max', name: 'Atlas Max', currency: 'INR', onclose: vi.fn(), ondone: done } });
  flushSync();
});

afterEach(async () => {
  await unmount(page);
  document.body.replaceChildren();
});

it('keeps the price on the invoice', async () => {
  type('plan-price-amount', ' 1999,50 ');
  type('plan-price-note', 'March invoice');
  await save();
  expect(door.asked).toEqual([
    { method: 'correctPlan', params: { plan: 'atlas-max', price: { amount: '1999.50', currency: 'INR', every: 'month', billedYearly: false, tax: 'included' }, note: 'March invoice' } },
  ]);
  expect(done).toHaveBeenCalledWith('Atlas Max is compared at your price.');
});

it('says at the field what is wrong, before and after asking', async () => {
  type('plan-price-amount', 'about 20');
  await save();
  expect(door.asked).toEqual([]);
  expect(at('plan-price-amount-error')?.textContent).toContain('on the invoice');
  expect(document.activeElement).toBe(at('plan-price-amount'));
  door.answer = () => Promise.reject(new Refusal({ code: 'badRequest', message: 'No rate of INR is known.', retryAt: null, field: 'price.currency' }));
  type('plan-price-amount', '20');
  await save();
  expect(at('plan-price-currency-error')?.textContent).toContain('No rate');
  door.answer = () => Promise.reject(new Error('The database is locked.'));
  await save();
  expect(at('plan-price-error')?.textContent).toContain('locked');
  expect(done).not.toHaveBeenCalled();
});
