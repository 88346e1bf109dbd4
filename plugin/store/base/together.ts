/** Questions of one query. */
const AT_ONCE = 50;

interface Asked<K, A> {
  readonly question: K;
  resolve(answer: A): void;
  reject(error: unknown): void;
}

/**
 * Questions of the hot path: one query at a time, and what is asked while it is out goes together in the next. A prepared statement serves one
 * caller after the other, so that sixteen requests at once would otherwise wait in line.
 */
export class Together<K, A> {
  readonly #waiting: Asked<K, A>[] = [];
  #busy = false;

  /** `query` answers in the order of its questions, of which there are 50 at most. */
  constructor(private readonly query: (questions: readonly K[]) => Promise<readonly A[]>) {}

  /** Sees all that was stored before it was asked. */
  ask(question: K): Promise<A> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ question, resolve, reject });
      if (!this.#busy) void this.#serve();
    });
  }

  async #serve(): Promise<void> {
    this.#busy = true;
    while (this.#waiting.length > 0) {
      const asked = this.#waiting.splice(0, AT_ONCE);
      try {
        const answers = await this.query(asked.map(({ question }) => question));
        asked.forEach((one, at) => one.resolve(answers[at] as A));
      } catch (error) {
        for (const one of asked) one.reject(error);
      }
    }
    this.#busy = false;
  }
}
