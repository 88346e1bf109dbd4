import { messageOf } from "../errors.ts";
import type { Logger } from "../ports/ambient.ts";
import { asCountersignError } from "./problem.ts";

/** One line for a request that failed: our faults as errors with their cause, the caller's for debugging. Never a body or a query. */
export const logFailure = (logger: Logger, thrown: unknown, fields: object): void => {
  const { code, detail, facts, cause } = asCountersignError(thrown);
  const line = {
    ...fields,
    code,
    detail,
    ...(cause === undefined ? {} : { cause: messageOf(cause) }),
  };
  if (facts.http >= 500) logger.error(line, "request failed");
  else logger.debug(line, "request refused");
};
