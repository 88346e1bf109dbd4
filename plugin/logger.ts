import { pino } from "pino";
import type { Logger } from "./ports/ambient.ts";

/** Our own log, for hosts that pass none: JSON lines on standard error, since standard output belongs to the host. */
export const standardErrorLogger = (): Logger =>
  pino(
    { name: "countersign", timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ dest: 2, sync: true }),
  );
