import { CountersignError } from "../../errors.ts";

/** Where a PostgreSQL server is and who we are there. */
export interface PostgresAddress {
  readonly host: string;
  readonly port?: number | undefined;
  readonly database: string;
  readonly user: string;
  readonly password?: string | undefined;
  /** TLS: `ca` is PEM; `verify: false` takes any certificate. Plain text unless given. */
  readonly ssl?: { readonly ca?: string | undefined; readonly verify: boolean } | undefined;
}

/** An address, or a URL (`postgres://user:password@host:port/database?sslmode=verify-full`). */
export type PostgresConnection = string | PostgresAddress;

/** What the driver takes, and the server's name for people: never the password. */
export interface DriverConnection {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly place: string;
}

/** Throws `invalid_config` for what is no URL of a PostgreSQL server, without quoting it. */
export const driverConnection = (connection: PostgresConnection): DriverConnection => {
  const common = {
    application_name: "countersign",
    connectionTimeoutMillis: 10_000,
    // A node that is gone for good must be noticed, and its locks freed.
    keepAlive: true,
  };
  if (typeof connection === "string") {
    return { settings: { ...common, connectionString: connection }, place: placeOf(connection) };
  }
  const { ssl, ...address } = connection;
  return {
    settings: {
      ...common,
      ...address,
      ssl: ssl === undefined ? false : { ca: ssl.ca, rejectUnauthorized: ssl.verify },
    },
    place: `${address.host}:${address.port ?? 5432}/${address.database}`,
  };
};

const placeOf = (url: string): string => {
  // The error of URL quotes its input, so it is no cause.
  if (!URL.canParse(url) || !/^postgres(?:ql)?:$/.test(new URL(url).protocol))
    throw new CountersignError("invalid_config", "the database URL must begin with postgres://");
  const { hostname, port, pathname, searchParams } = new URL(url);
  const host = hostname === "" ? (searchParams.get("host") ?? "localhost") : hostname;
  return `${host}:${port === "" ? "5432" : port}${pathname}`;
};
