import { inject } from "tsyringe";
import type { Clock } from "../ports/ambient.ts";
import { CLOCK } from "../tokens.ts";

/** What an envelope is known by, hashes in hex: its encrypted key; and all that goes with it, signer included. */
export interface Ciphertext {
  readonly digest: string;
  readonly content: string;
}

/** Milliseconds; the store remembers longer (foundations.md 11). */
const LIFE = 3_600_000;
/** The oldest gives way: an entry costs its sender a proven request. */
const MOST = 50_000;

/** One ciphertext, one message (scep.md 5.3 rule 5), in this node's memory: says no before the RA key is used. */
export class CiphertextWindow {
  private readonly seen = new Map<string, { readonly content: string; readonly until: number }>();

  constructor(@inject(CLOCK) private readonly clock: Clock) {}

  /** Whether the encrypted key came before, in another message. */
  contradicts({ digest, content }: Ciphertext): boolean {
    const known = this.seen.get(digest);
    return (
      known !== undefined && known.content !== content && known.until > this.clock.now().getTime()
    );
  }

  /** To be called for requests that have passed the binding gate only, so that garbage drives nothing out. */
  remember({ digest, content }: Ciphertext): void {
    this.seen.delete(digest);
    this.seen.set(digest, { content, until: this.clock.now().getTime() + LIFE });
    for (const [oldest, { until }] of this.seen) {
      if (this.seen.size <= MOST && until > this.clock.now().getTime()) break;
      this.seen.delete(oldest);
    }
  }
}
