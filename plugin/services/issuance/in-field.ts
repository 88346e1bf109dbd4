import { CountersignError, type ErrorCode } from "../../errors.ts";

/** What is the fault of the member itself. */
const ITS_OWN: ReadonlySet<ErrorCode> = new Set(["invalid_input", "policy_refused", "bad_csr"]);

/** Reads one member of what was given; what is wrong with it is thrown with its path, so that a form can show it there. */
export const inField = <Value>(path: string, read: () => Value): Value => {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof CountersignError) || cause.issues.length > 0) throw cause;
    if (!ITS_OWN.has(cause.code)) throw cause;
    throw new CountersignError(cause.code, cause.detail, {
      cause,
      issues: [{ path, message: cause.detail }],
    });
  }
};
