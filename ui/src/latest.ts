// Questions that come faster than answers: one is under way, the newest waits, what lies between is never asked.

/** Asks with `ask` and hands every answer to `got`, or its failure to `failed`. The returned function puts a question. */
export function latest<Q, A>(
  ask: (question: Q) => Promise<A>,
  got: (answer: A, question: Q) => void,
  failed: (failure: unknown, question: Q) => void,
): (question: Q) => Promise<void> {
  let waiting: { question: Q } | null = null;
  let running: Promise<void> | null = null;

  async function run(): Promise<void> {
    try {
      while (waiting) {
        const { question } = waiting;
        waiting = null;
        try {
          got(await ask(question), question);
        } catch (failure) {
          // A question that was put since gives the answer that is shown.
          if (!waiting) failed(failure, question);
        }
      }
    } finally {
      // At once: a question that an answer led to must find nobody under way who will not look again.
      running = null;
    }
  }

  return (question) => {
    waiting = { question };
    running ??= run();
    return running;
  };
}
