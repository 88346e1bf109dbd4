import type { Clock } from "../../plugin/sdk.ts";

/** The machine's clock. */
export const machineClock: Clock = { now: () => new Date() };
