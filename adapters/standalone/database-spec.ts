import { resolve } from "node:path";
import type { DatabaseInput } from "../../plugin/index.ts";
import { CountersignError } from "../../plugin/sdk.ts";

/** Where the password of a PostgreSQL user is; never the password, since command lines can be read by others. */
export interface PasswordOptions {
  readonly file?: string | undefined;
  readonly env?: string | undefined;
}

const refuse = (message: string): CountersignError =>
  new CountersignError("invalid_input", message);

/**
 * A database as a command line names it: `sqlite:FILE` or `postgres://user@host:port/database`, the latter with libpq's `sslmode`
 * (`disable`, `require`, `verify-full`) and `sslrootcert`. Throws `invalid_input`, without quoting what may be a secret.
 */
export const databaseOf = (spec: string, password: PasswordOptions): DatabaseInput => {
  if (spec.startsWith("sqlite:")) return { client: "sqlite3", file: resolve(spec.slice(7)) };
  if (!/^postgres(?:ql)?:\/\//.test(spec) || !URL.canParse(spec))
    throw refuse("a database is sqlite:FILE or postgres://user@host:port/database");
  const url = new URL(spec);
  if (url.password !== "")
    throw refuse(
      "others can read a password on the command line; give it in a file (0600) or a variable",
    );
  const { hostname, port, pathname, username, searchParams } = url;
  const source =
    password.file === undefined
      ? password.env === undefined
        ? undefined
        : { env: password.env }
      : { file: resolve(password.file) };
  return {
    client: "pg",
    connection: {
      host: hostname === "" ? (searchParams.get("host") ?? "localhost") : hostname,
      ...(port === "" ? {} : { port: Number(port) }),
      database: decodeURIComponent(pathname.slice(1)),
      user: decodeURIComponent(username),
      ...(source === undefined ? {} : { password: source }),
      ...sslOf(searchParams),
    },
  };
};

const sslOf = (parameters: URLSearchParams) => {
  const mode = parameters.get("sslmode") ?? "disable";
  const ca = parameters.get("sslrootcert");
  if (mode === "disable") return {};
  if (mode !== "require" && mode !== "verify-full")
    throw refuse("sslmode is disable, require or verify-full");
  return {
    ssl: { verify: mode === "verify-full", ...(ca === null ? {} : { ca: resolve(ca) }) },
  };
};
