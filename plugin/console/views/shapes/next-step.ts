import type { Deployment } from "../../api/calls.ts";
import { REASONS, STATES } from "../../api/words.ts";

/** One plain step for an admin who does not want to wait. */
export const nextStepOf = ({ state, reason }: Deployment): string =>
  (reason === undefined ? undefined : REASONS[reason]) ?? STATES[state]?.nextStep ?? "";
