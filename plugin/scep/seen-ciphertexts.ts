import { inject } from "tsyringe";
import type { Clock } from "../ports/ambient.ts";
import { CLOCK } from "../tokens.ts";

/** A content key's ciphertext and all that it was sent with, signer included; hashes in hex. */
export interface Ciphertext {
  readonly digest: string;
  readonly content: string;
}

const REMEMBERED = 3_600_000;
/** About 8 MB; the database behind it remembers more and longer. */
const MOST = 20_000;

/**
 * One ciphertext, one message (scep.md 5.3 rule 5), in this node's memory and before any work with the RA key; `reserve` asks the database, for all
 * nodes. Only what has passed the binding gate is remembered, so that garbage evicts nothing; what is oldest goes first, by time or for
 * want of room.
 */
export class SeenCiphertexts {
  private readonly seen = new Map<string, { readonly content: string; readonly until: number }>();

  constructor(@inject(CLOCK) private readonly clock: Clock) {}

  /** Whether this ciphertext came to this RA key before, with other content or by another signer. */
  contradicts(raId: string, { digest, content }: Ciphertext): boolean {
    const known = this.seen.get(keyOf(raId, digest));
    if (known === undefined || known.until <= this.clock.now().getTime()) return false;
    return known.content !== content;
  }

  /** To be called after the binding gate only. */
  remember(raId: string, { digest, content }: Ciphertext): void {
    const now = this.clock.now().getTime();
    const key = keyOf(raId, digest);
    // The first one stands, whatever comes later; it moves to the end with its new time.
    const first = this.seen.get(key);
    this.seen.delete(key);
    const kept = first !== undefined && first.until > now ? first.content : content;
    this.seen.set(key, { content: kept, until: now + REMEMBERED });
    for (const [oldest, { until }] of this.seen) {
      if (until > now && this.seen.size <= MOST) break;
      this.seen.delete(oldest);
    }
  }
}

const keyOf = (raId: string, digest: string): string => `${raId} ${digest}`;
