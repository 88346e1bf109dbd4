import type { ErrorCode } from "../../errors.ts";
import type { Fault } from "../dialect.ts";

/** SQLSTATE codes and, by their first two characters, classes (PostgreSQL documentation, appendix A). */
const STATES: Readonly<Record<string, ErrorCode>> = {
  "08": "database_unusable",
  "22021": "invalid_input",
  "22P05": "invalid_input",
  "23505": "conflict",
  "25006": "database_unusable",
  "25P03": "database_locked",
  "28": "database_unusable",
  "3D": "database_unusable",
  "3F000": "schema_outdated",
  "40001": "database_locked",
  "40P01": "database_locked",
  "42501": "database_unusable",
  "42P01": "schema_outdated",
  "42703": "schema_outdated",
  "53100": "storage_full",
  "53200": "busy",
  "53300": "busy",
  "55P03": "database_locked",
  "57014": "database_locked",
  "57P": "database_unusable",
  "58": "database_unusable",
  XX001: "database_unusable",
  XX002: "database_unusable",
};

/** What the driver and the system say of a connection that could not be made or has broken. */
const UNREACHABLE =
  /^(?:ECONN|EPIPE$|ENOTFOUND$|EAI_|ETIMEDOUT$|EHOST|ENET|ENOENT$|EACCES$|CERT_|ERR_TLS|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/;
const BROKEN =
  /Connection terminated|Connection ended|connection error|timeout expired|not queryable|server does not support SSL/i;

const codeOf = (error: Error): ErrorCode | undefined => {
  const code = "code" in error ? error.code : undefined;
  if (error.name === "KnexTimeoutError") return "busy";
  if (typeof code === "string") {
    if (UNREACHABLE.test(code)) return "database_unusable";
    if (/^[0-9A-Z]{5}$/.test(code)) {
      return STATES[code] ?? STATES[code.slice(0, 3)] ?? STATES[code.slice(0, 2)] ?? "internal";
    }
  }
  return BROKEN.test(error.message) ? "database_unusable" : undefined;
};

/** A deadlock, a serialization failure or a prepared statement gone stale: the same work may succeed when it runs again. */
export const isPassing = (error: unknown): boolean =>
  error instanceof Error &&
  "code" in error &&
  ["40P01", "40001", "0A000"].includes(String(error.code));

/** What an error of `pg` means; `place` names the server. */
export const faultAt =
  (place: string) =>
  (error: unknown): Fault | undefined => {
    if (!(error instanceof Error)) return undefined;
    const code = codeOf(error);
    if (code === undefined) return undefined;
    const state = "code" in error ? String(error.code) : error.name;
    // Several addresses of one name fail together, with no text of their own.
    const said = error.message === "" ? state : error.message;
    return {
      code,
      text: textOf(code, place, said),
      // Not the driver's own: its `detail` quotes rows.
      cause: new Error(`${state}: ${said}`),
    };
  };

const textOf = (code: ErrorCode, place: string, said: string): string => {
  if (code === "database_unusable") return `PostgreSQL at ${place}: ${said}`;
  // Whoever sent it sees this, and what the driver says begins with the statement.
  if (code === "invalid_input") return "a text has a character that cannot be stored, such as NUL";
  return `the database answered: ${said}`;
};
