import type { Deployment } from "../../domain/deployment.ts";
import { CountersignError } from "../../errors.ts";

/** Throws `deployment_locked` while a deployment is locked. */
export const refuseLocked = ({ id, state, nextActionAt }: Deployment): void => {
  if (state === "locked")
    throw new CountersignError(
      "deployment_locked",
      `deployment ${id} is locked after too many failed attempts until ${nextActionAt?.toISOString() ?? "it is unlocked"}`,
    );
};
