import { readFile } from "node:fs/promises";
import { z } from "zod";
import { CountersignError } from "./errors.ts";
import { type Environment, readSecretBytes, secretSource } from "./secret-source.ts";
import type { DatabasePlace } from "./store/database.ts";
import type { PostgresConnection } from "./store/postgres/connection.ts";

const sqlite = z.strictObject({
  client: z.literal("sqlite3").default("sqlite3"),
  file: z.string().min(1).describe("Path of the database file."),
  ownThread: z
    .boolean()
    .default(true)
    .describe("Enrolments are written in a thread of its own; faster, some 15 MiB more."),
});

const connection = z
  .strictObject({
    url: secretSource
      .optional()
      .describe("Source of postgres://user:password@host:port/database; a secret as a whole."),
    host: z.string().min(1).optional().describe("Name or address; a path is a socket's folder."),
    port: z.int().min(1).max(65_535).optional(),
    database: z.string().min(1).optional(),
    user: z.string().min(1).optional(),
    password: secretSource.optional(),
    ssl: z
      .strictObject({
        ca: z.string().min(1).optional().describe("PEM file of the server's authority."),
        verify: z.boolean().default(true).describe("False takes any certificate."),
      })
      .optional()
      .describe("TLS; plain text unless given."),
  })
  .superRefine((given, context) => {
    const { url, ...parts } = given;
    const named = Object.keys(parts).filter(
      (name) => parts[name as keyof typeof parts] !== undefined,
    );
    const say = (path: string, message: string): void =>
      context.addIssue({ code: "custom", path: [path], message });
    if (url !== undefined) for (const name of named) say(name, "stands in the url already");
    else
      for (const name of ["host", "database", "user"] as const)
        if (parts[name] === undefined) say(name, "is missing");
  });

const postgres = z.strictObject({
  client: z.literal("pg"),
  connection,
  readers: z.int().min(1).max(100).default(4).describe("Connections for reading; writing takes 2."),
  statementSeconds: z.int().min(1).default(30).describe("How long a statement may take."),
});

/** What `database` of the configuration looks like: a SQLite file unless `client` says otherwise. */
export const databaseSchema = z.discriminatedUnion("client", [sqlite, postgres], {
  error: "client is sqlite3 or pg",
});

/** The checked setting, its secrets not read yet. */
export type DatabaseSetting = z.output<typeof databaseSchema>;

/** Reads the secrets that the setting names. Throws `invalid_config` that names setting and source, never a value. */
export const databasePlace = async (
  setting: DatabaseSetting,
  environment: Environment,
): Promise<DatabasePlace> => {
  if (setting.client === "sqlite3") return setting;
  const { connection: given, readers, statementSeconds } = setting;
  const secret = async (name: "url" | "password"): Promise<string | undefined> => {
    const source = given[name];
    if (source === undefined) return undefined;
    const octets = await readSecretBytes(`database.connection.${name}`, source, environment);
    // Without the line end that editors leave.
    return Buffer.from(octets)
      .toString("utf8")
      .replace(/\r?\n$/, "");
  };
  const connectionOf = async (): Promise<PostgresConnection> => {
    const url = await secret("url");
    if (url !== undefined) return url;
    const { host = "", port, database = "", user = "", ssl } = given;
    return {
      host,
      port,
      database,
      user,
      password: await secret("password"),
      ssl: ssl === undefined ? undefined : { verify: ssl.verify, ca: await pem(ssl.ca) },
    };
  };
  return {
    client: "pg",
    connection: await connectionOf(),
    readers,
    statementMs: statementSeconds * 1_000,
  };
};

const pem = async (file: string | undefined): Promise<string | undefined> => {
  if (file === undefined) return undefined;
  const message = `the file ${file} cannot be read`;
  return await readFile(file, "utf8").catch((cause: unknown) => {
    throw new CountersignError("invalid_config", `database.connection.ssl.ca: ${message}`, {
      issues: [{ path: "database.connection.ssl.ca", message }],
      cause,
    });
  });
};
