import { randomBytes, randomUUID } from "node:crypto";
import type { Random } from "./ports/ambient.ts";

/** The operating system's randomness: what an installation runs on unless its host passes another source. */
export const systemRandom: Random = {
  bytes: (length) => new Uint8Array(randomBytes(length)),
  uuid: () => randomUUID(),
};
