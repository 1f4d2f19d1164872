import { expect, it } from 'vitest';
import { latest } from './latest';

/** A door that answers when it is told to. */
function door() {
  const asked: number[] = [];
  const open: ((failure?: Error) => void)[] = [];
  const ask = (question: number): Promise<string> => {
    asked.push(question);
    return new Promise((answer, refuse) => {
      open.push((failure) => {
        if (failure) refuse(failure);
        else answer(`to ${String(question)}`);
      });
    });
  };
  return { asked, open, ask };
}

it('asks once at a time, and the newest of what waited', async () => {
  const { asked, open, ask } = door();
  const got: string[] = [];
  const put = latest(ask, (answer) => got.push(answer), () => undefined);
  const first = put(1);
  void put(2);
  const third = put(3);
  expect(asked).toEqual([1]);
  open[0]?.();
  await new Promise((later) => setTimeout(later));
  expect(got).toEqual(['to 1']);
  expect(asked).toEqual([1, 3]);
  open[1]?.();
  await Promise.all([first, third]);
  expect(got).toEqual(['to 1', 'to 3']);
  const fourth = put(4);
  open[2]?.();
  await fourth;
  expect(got).toEqual(['to 1', 'to 3', 'to 4']);
});

it('tells of the failure of the last question alone', async () => {
  const { open, ask } = door();
  const failures: unknown[] = [];
  const got: string[] = [];
  const put = latest(ask, (answer) => got.push(answer), (_, question) => failures.push(question));
  const first = put(1);
  void put(2);
  open[0]?.(new Error('the first'));
  await new Promise((later) => setTimeout(later));
  open[1]?.(new Error('the second'));
  await first;
  expect([got, failures]).toEqual([[], [2]]);
});
