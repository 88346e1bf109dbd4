/**
 * The one error of Countersign. Code is thrown; only `http/problem.ts` and `scep/cert-rep.ts` turn it into a protocol's words.
 * Codes are stable, messages are not. `detail` is for admins (API and log); it never holds a secret.
 */

/** How one code looks at each edge, and what an admin does next. */
export interface ErrorFacts {
  /** HTTP status at the admin API. */
  readonly http: number;
  /** SCEP failInfo (RFC 8894 section 3.2.1.4.5): 0 badAlg, 1 badMessageCheck, 2 badRequest, 3 badTime, 4 badCertId. */
  readonly failInfo: 0 | 1 | 2 | 3 | 4;
  /** Fixed text that anybody may read. */
  readonly title: string;
  /** One plain next step for an admin. */
  readonly nextStep: string;
}

const facts = (
  http: number,
  failInfo: ErrorFacts["failInfo"],
  title: string,
  nextStep: string,
): ErrorFacts => ({
  http,
  failInfo,
  title,
  nextStep,
});

/** Every code, in one table; a test asserts that none is missing. */
export const ERRORS = {
  internal: facts(
    500,
    2,
    "Something went wrong inside Countersign",
    "Look up the request id in the log.",
  ),
  invalid_input: facts(
    400,
    2,
    "The request is not valid",
    "Correct the fields named in the answer and send it again.",
  ),
  invalid_config: facts(
    500,
    2,
    "The configuration is not valid",
    "Correct every setting named in the message, then start again.",
  ),
  not_found: facts(
    404,
    2,
    "There is no such object",
    "Check the identifier; list what exists first.",
  ),
  method_not_allowed: facts(
    405,
    2,
    "This address does not take that method",
    "Use one of the methods of the Allow header.",
  ),
  conflict: facts(
    409,
    2,
    "That already exists or is in use",
    "Choose another identifier, or change the existing object.",
  ),
  confirmation_needed: facts(
    409,
    2,
    "It reaches everybody and has to be confirmed",
    "Read how many devices it reaches and over how long, then repeat it with that number as `expect`.",
  ),
  precondition_failed: facts(
    412,
    2,
    "It has changed since you read it",
    "Read it again and repeat the change.",
  ),
  request_timeout: facts(
    408,
    2,
    "The request took too long to arrive",
    "Send it again; the time limit is a setting.",
  ),
  too_large: facts(
    413,
    2,
    "The request is too large",
    "Send less at once; the limit is named in the answer.",
  ),
  uri_too_long: facts(
    414,
    2,
    "The address is too long",
    "Send the message by POST, which GetCACaps offers.",
  ),
  too_many_requests: facts(429, 2, "Too many requests", "Wait for the time named in Retry-After."),
  unauthenticated: facts(401, 2, "Who is asking is not known", "Send a valid bearer token."),
  forbidden: facts(403, 2, "This role may not do that", "Ask an Owner for a role that may."),
  body_consumed: facts(
    500,
    2,
    "The host has read the request body and destroyed its bytes",
    "Mount Countersign before the body parser, or let the parser keep bytes (express.raw) on its paths.",
  ),
  not_running: facts(
    503,
    2,
    "Countersign is not running",
    "Wait until start() has finished; if it failed, correct what it named and start again.",
  ),
  authority_not_ready: facts(
    409,
    2,
    "The authority cannot issue",
    "Check its status: import its certificate if it is pending, renew it if it has expired.",
  ),
  endpoint_incomplete: facts(
    409,
    2,
    "The endpoint cannot be enabled yet",
    "Add what the answer lists as missing.",
  ),
  endpoint_disabled: facts(
    404,
    2,
    "There is no such SCEP endpoint",
    "Enable the endpoint, or correct the URL.",
  ),
  template_impossible: facts(
    422,
    2,
    "This template could never issue a certificate",
    "Change the fields named in the answer.",
  ),
  variable_without_value: facts(
    422,
    2,
    "A variable of the template has no value for this device",
    "Give the device the attribute named in the answer, or change the template.",
  ),
  policy_refused: facts(
    422,
    2,
    "The template does not allow what was asked for",
    "Compare the request with the template.",
  ),
  bad_csr: facts(
    400,
    2,
    "The certificate request cannot be used",
    "Make a new PKCS#10 request and send that.",
  ),
  bad_algorithm: facts(
    400,
    0,
    "The algorithm is not supported",
    "Use AES-CBC and SHA-256 or stronger.",
  ),
  bad_message: facts(400, 1, "The message is malformed", "Send the request again from the device."),
  unknown_certificate: facts(
    404,
    4,
    "There is no such certificate or request",
    "Let the device make a new request.",
  ),
  approval_denied: facts(
    403,
    2,
    "The request was denied",
    "Read the reason; let the device ask anew when it is settled.",
  ),
  renewal_refused: facts(
    409,
    2,
    "The renewal was refused",
    "Read the reason; re-send the profile so that the device enrols anew.",
  ),
  unverified: facts(
    400,
    1,
    "The message could not be verified",
    "Send the request again from the device.",
  ),
  bad_time: facts(
    400,
    3,
    "The message was signed too long ago or in the future",
    "Set the device's clock, or widen the endpoint's signingTimeTolerance.",
  ),
  challenge_refused: facts(
    403,
    2,
    "The challenge was refused",
    "Mint a new challenge or re-send the profile.",
  ),
  claim_mismatch: facts(
    403,
    2,
    "The challenge was refused",
    "Compare the names of the request with the template's subject and alternative names.",
  ),
  challenge_lapsed: facts(
    403,
    2,
    "The challenge was refused",
    "Nothing: the profile is sent again with a new challenge; where it was given out by hand, mint a new one.",
  ),
  deployment_locked: facts(
    409,
    2,
    "The deployment is locked after too many failed attempts",
    "Put right what the timeline shows, then lift the lock, or wait until it lapses.",
  ),
  limit_exceeded: facts(
    429,
    2,
    "A limit of the endpoint has been reached",
    "Wait until the limit named in the ledger is over, mint a new challenge, or raise the endpoint's limits.",
  ),
  cap_reached: facts(
    409,
    2,
    "The cap on active certificates or authorities is reached",
    "Revoke, retire or let expire what is no longer needed, or raise the cap (countersign authority cap, countersign tenant cap).",
  ),
  replay_refused: facts(
    409,
    2,
    "The request repeats an earlier one",
    "Let the device make a new request.",
  ),
  device_gone: facts(
    409,
    2,
    "The device has been wiped or unenrolled",
    "Enrol the device in the MDM again first.",
  ),
  user_disabled: facts(
    403,
    2,
    "The user of the device is disabled",
    "Let the user in again in the MDM or the directory; what failed meanwhile is sent again then.",
  ),
  certificate_not_matching: facts(
    422,
    2,
    "The certificate does not fit",
    "Read the failed checks in the answer and certify again.",
  ),
  lint_failed: facts(
    500,
    2,
    "A certificate failed its checks and was not signed",
    "Report the rule named in the log.",
  ),
  busy: facts(
    503,
    2,
    "Not available for the moment",
    "Try again after the time named in Retry-After.",
  ),
  key_unavailable: facts(
    503,
    2,
    "A key cannot be used at the moment",
    "Run `countersign doctor`; check the token or the key folder.",
  ),
  key_not_found: facts(
    503,
    2,
    "A key is missing",
    "Bring back the token or the key file that holds it.",
  ),
  key_module_missing: facts(
    503,
    2,
    "The PKCS#11 module cannot be loaded",
    "Install the module or correct its path.",
  ),
  key_pin_incorrect: facts(
    503,
    2,
    "The PIN or passphrase is wrong",
    "Correct it; it was tried once and is not tried again by itself.",
  ),
  key_unsupported: facts(
    422,
    2,
    "The key store cannot do that",
    "Choose another algorithm or another key store.",
  ),
  database_locked: facts(
    503,
    2,
    "The database is locked by another program",
    "Stop the other program that holds the file.",
  ),
  database_unusable: facts(
    503,
    2,
    "The database cannot be used",
    "Check its path, rights and free disk space, then start again.",
  ),
  storage_full: facts(507, 2, "The disk is full", "Free some space; nothing was half written."),
  already_initialised: facts(
    409,
    2,
    "There is data here already",
    "Use the existing data, or choose an empty folder.",
  ),
  stopped: facts(409, 2, "It was stopped", "Start it again; nothing was left behind."),
  backup_damaged: facts(
    422,
    2,
    "The backup is damaged",
    "Take another copy of it, or an older one; nothing was restored.",
  ),
  ledger_broken: facts(
    422,
    2,
    "The ledger does not verify",
    "Compare it with another export: the entry that is named was changed, removed or added.",
  ),
  schema_outdated: facts(
    503,
    2,
    "The database schema does not fit this version",
    "Start the version that made it, or a newer one.",
  ),
} as const satisfies Record<string, ErrorFacts>;

export type ErrorCode = keyof typeof ERRORS;

/** One fault of one field; `path` is dotted, for example `subject` or `policies.0.secret`. */
export interface Issue {
  readonly path: string;
  readonly message: string;
}

export interface ErrorOptions {
  readonly issues?: readonly Issue[];
  readonly cause?: unknown;
  /** Seconds after which a retry makes sense. */
  readonly retryAfter?: number;
}

export class CountersignError extends Error {
  override readonly name = "CountersignError";
  readonly issues: readonly Issue[];
  readonly retryAfter: number | undefined;

  constructor(
    readonly code: ErrorCode,
    readonly detail: string,
    options: ErrorOptions = {},
  ) {
    super(`${code}: ${detail}`, options.cause === undefined ? undefined : { cause: options.cause });
    this.issues = options.issues ?? [];
    this.retryAfter = options.retryAfter;
  }

  get facts(): ErrorFacts {
    return ERRORS[this.code];
  }
}

/** The text of anything thrown, for logs and for causes that are not ours. */
export const messageOf = (thrown: unknown): string =>
  thrown instanceof Error ? thrown.message : String(thrown);
