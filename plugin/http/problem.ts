import { CountersignError, ERRORS, type ErrorCode } from "../errors.ts";
import { type Reply, utf8 } from "./reply.ts";

/** Who reads a problem: anybody gets the fixed title only, an admin also what exactly is wrong and what to do. */
export type Audience = "public" | "admin";

/** Faults of the installation itself: whoever set it up must see the next step, and it holds nothing secret. */
const NEXT_STEP_FOR_ALL: ReadonlySet<ErrorCode> = new Set(["body_consumed", "not_running"]);

/** Anything thrown as ours; what is not ours becomes `internal`, its text stays in the log. */
export const asCountersignError = (thrown: unknown): CountersignError => {
  if (thrown instanceof CountersignError) return thrown;
  // Of Express, for a path that anybody may send.
  if (thrown instanceof URIError)
    return new CountersignError("invalid_input", "the address is not properly escaped");
  return new CountersignError("internal", "unexpected error", { cause: thrown });
};

/** Problem details (RFC 9457) of an error. */
export const problemOf = (error: CountersignError, audience: Audience, requestId?: string) => {
  const { http, title, nextStep } = ERRORS[error.code];
  const forAdmin = audience === "admin";
  return {
    type: `urn:countersign:error:${error.code}`,
    title,
    status: http,
    code: error.code,
    ...(forAdmin && error.code !== "internal" ? { detail: error.detail } : {}),
    ...(forAdmin || NEXT_STEP_FOR_ALL.has(error.code) ? { nextStep } : {}),
    ...(forAdmin && error.issues.length > 0 ? { issues: error.issues } : {}),
    ...(requestId === undefined ? {} : { requestId }),
  };
};

/** The whole answer for anything thrown. 429 and 503 always say when to come back; a body that was not read closes its connection. */
export const problemReply = (thrown: unknown, audience: Audience, requestId?: string): Reply => {
  const error = asCountersignError(thrown);
  const problem = problemOf(error, audience, requestId);
  const retryAfter = error.retryAfter ?? RETRY_AFTER[problem.status];
  return {
    status: problem.status,
    contentType: "application/problem+json",
    body: utf8(JSON.stringify(problem)),
    headers: {
      "Cache-Control": "no-store",
      ...(retryAfter === undefined ? {} : { "Retry-After": String(Math.ceil(retryAfter)) }),
      ...(UNREAD.has(error.code) ? { Connection: "close" } : {}),
      ...(problem.status === 401 ? { "WWW-Authenticate": 'Bearer realm="countersign"' } : {}),
    },
  };
};

/** Seconds, where the error names none. */
const RETRY_AFTER: Readonly<Record<number, number>> = { 429: 60, 503: 10 };
const UNREAD: ReadonlySet<ErrorCode> = new Set(["too_large", "request_timeout"]);
