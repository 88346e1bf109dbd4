import { inject } from "tsyringe";
import type { EndpointRuntime } from "../services/endpoints/endpoint-runtimes.ts";
import { OpaqueBudget } from "./opaque-budget.ts";
import { OpeningQueue } from "./opening-queue.ts";
import { SeenCiphertexts } from "./seen-ciphertexts.ts";
import type { VerifiedMessage } from "./verified-message.ts";

/** The message whose envelope is to be opened, and who sent it. */
export interface Opening {
  readonly runtime: EndpointRuntime;
  readonly verified: VerifiedMessage;
  readonly source: string;
}

/** What stands before every use of an RA's decryption key: the OPAQUE budget, one ciphertext for one message, and a bounded queue. */
export class EnvelopeGate {
  constructor(
    @inject(OpaqueBudget) private readonly budget: OpaqueBudget,
    @inject(OpeningQueue) private readonly queue: OpeningQueue,
    @inject(SeenCiphertexts) private readonly seen: SeenCiphertexts,
  ) {}

  /** A request that has passed the binding gate: its ciphertext is good for no other message. */
  remember({ way, ciphertext }: VerifiedMessage): void {
    this.seen.remember(way.raId, ciphertext);
  }

  /**
   * Answers what `open` answers; undefined means OPAQUE, and is undefined without `open` where the ciphertext was seen in another message.
   * Throws `too_many_requests` when the source gets no answer, and `busy`.
   */
  async pass<T>(
    { runtime, verified, source }: Opening,
    open: () => Promise<T | undefined>,
  ): Promise<T | undefined> {
    const { way, ciphertext } = verified;
    await this.budget.admit(way.raId, source);
    if (this.seen.contradicts(way.raId, ciphertext)) {
      await this.budget.spend(runtime, way.raId, source);
      return undefined;
    }
    let spending: Promise<void> | undefined;
    const opened = await this.queue.enter(async () => {
      // Again: those before it in the queue may have used up the budget.
      await this.budget.admit(way.raId, source);
      const result = await open();
      // Counted before the next one in the queue begins, awaited after.
      if (result === undefined) spending = this.budget.spend(runtime, way.raId, source);
      return result;
    });
    await spending;
    return opened;
  }
}
