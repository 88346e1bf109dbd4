import { CountersignError } from "../../errors.ts";
import { fieldPath } from "./check.ts";

/** Runs `work`; text that cannot be read is told at the field. */
export const atField = <T>(name: string, work: () => T): T => {
  try {
    return work();
  } catch (thrown) {
    if (!(thrown instanceof CountersignError) || thrown.issues.length > 0) throw thrown;
    throw new CountersignError(thrown.code, thrown.detail, {
      cause: thrown,
      issues: [{ path: fieldPath(name), message: thrown.detail }],
    });
  }
};
