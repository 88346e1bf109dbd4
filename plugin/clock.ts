import type { Clock } from "./ports/ambient.ts";

/** The machine's clock: what an installation runs on unless its host passes another one. */
export const systemClock: Clock = { now: () => new Date() };
