import { randomBytes, randomUUID } from "node:crypto";
import { systemClock } from "./clock.ts";
import type { Random } from "./ports/ambient.ts";

/**
 * The operating system's randomness: what an installation runs on unless its host passes another source. UUIDs are of version 7 (RFC 9562
 * section 5.7): they begin with the time, so that rows of one moment stand side by side in every index on them, and a batch writes one page
 * where random ones would each write their own.
 */
export const systemRandom: Random = {
  bytes: (length) => new Uint8Array(randomBytes(length)),
  uuid: () => {
    const now = systemClock.now().getTime().toString(16).padStart(12, "0");
    return `${now.slice(0, 8)}-${now.slice(8)}-7${randomUUID().slice("xxxxxxxx-xxxx-4".length)}`;
  },
};
