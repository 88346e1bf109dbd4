import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { chmod, chown, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { findProgram } from "./tools.ts";

/** Where `npm run test:deps` unpacks rsyslog: installed, it would begin to log the machine. */
export const RSYSLOG_CACHE = join(import.meta.dirname, "../../.cache/rsyslog");

/** Debian's rsyslog, its TLS driver, and the two libraries that nothing else needs. */
export const RSYSLOG_PACKAGES = ["rsyslog", "rsyslog-openssl", "libestr0", "libfastjson4"];

/** An rsyslog that can take TLS. */
export interface Rsyslog {
  readonly program: string;
  readonly modules: string;
  /** Where its libraries are, besides the system's. */
  readonly libraries: string;
}

const foldersOf = (root: string): readonly string[] => {
  const lib = join(root, "usr/lib");
  return existsSync(lib) ? readdirSync(lib).map((name) => join(lib, name)) : [];
};

/** The system's, or the one in the cache; undefined when there is none with the driver for TLS. */
export const findRsyslog = (): Rsyslog | undefined => {
  const own = join(RSYSLOG_CACHE, "usr/sbin/rsyslogd");
  for (const [program, root] of [
    [findProgram("rsyslogd"), "/"],
    [existsSync(own) ? own : undefined, RSYSLOG_CACHE],
  ] as const) {
    const libraries = foldersOf(root).find((folder) =>
      existsSync(join(folder, "rsyslog/lmnsd_ossl.so")),
    );
    if (program !== undefined && libraries !== undefined)
      return { program, modules: join(libraries, "rsyslog"), libraries };
  }
  return undefined;
};

/** A message as rsyslog has taken it apart (its property `jsonmesg`). */
export type Taken = Readonly<
  Record<
    | "msg"
    | "timereported"
    | "hostname"
    | "app-name"
    | "procid"
    | "msgid"
    | "structured-data"
    | "syslogfacility"
    | "syslogseverity"
    | "protocol-version",
    string
  >
>;

export interface RunningRsyslog {
  readonly port: number;
  /** All that it has written down so far. */
  taken(): Promise<readonly Taken[]>;
  stop(): Promise<void>;
}

/** What nobody may do, and nobody else is. */
const NOBODY = 65_534;

/**
 * A throw-away rsyslog on a port of its own at 127.0.0.1, without any right where we have more. `clients`: PEM file of whom it takes
 * messages from; anybody unless given.
 */
export const startRsyslog = async (
  { program, modules, libraries }: Rsyslog,
  folder: string,
  { certificate, key, clients }: { certificate: string; key: string; clients?: string },
): Promise<RunningRsyslog> => {
  await mkdir(folder);
  const place = (name: string): string => join(folder, name);
  const driver = {
    CAFile: await readFile(clients ?? certificate),
    CertFile: await readFile(certificate),
    KeyFile: await readFile(key),
  };
  for (const [name, octets] of Object.entries(driver)) await writeFile(place(name), octets);
  await writeFile(
    place("conf"),
    `global(workDirectory="${folder}" maxMessageSize="64k" defaultNetstreamDriver="ossl"
  ${Object.keys(driver)
    .map((name) => `defaultNetstreamDriver${name}="${place(name)}"`)
    .join(" ")})
module(load="imtcp" streamDriver.name="ossl" streamDriver.mode="1"
  streamDriver.authMode="${clients === undefined ? "anon" : "x509/certvalid"}")
template(name="parts" type="list") { property(name="jsonmesg") constant(value="\\n") }
action(type="omfile" file="${place("taken")}" template="parts")
input(type="imtcp" port="0" address="127.0.0.1" listenPortFileName="${place("port")}")
`,
  );
  const root = process.getuid?.() === 0;
  if (root) {
    for (const name of readdirSync(folder)) await chown(place(name), NOBODY, NOBODY);
    await chown(folder, NOBODY, NOBODY);
  }
  await chmod(folder, 0o700);
  let said = "";
  const child: ChildProcess = spawn(
    program,
    ["-n", "-f", place("conf"), "-i", place("pid"), "-M", modules],
    {
      cwd: folder,
      env: { LD_LIBRARY_PATH: libraries },
      stdio: ["ignore", "pipe", "pipe"],
      ...(root ? { uid: NOBODY, gid: NOBODY } : {}),
    },
  );
  child.stdout?.on("data", (chunk: Buffer) => (said += chunk.toString()));
  child.stderr?.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const read = async (name: string): Promise<string> =>
    readFile(place(name), "utf8").catch(() => "");
  const over = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const stop = async (): Promise<void> => {
    if (over()) return;
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    await ended;
  };
  for (let waited = 0; !/\d/.test(await read("port")); waited += 50) {
    if (over() || waited > 10_000) {
      await stop();
      throw new Error(`rsyslogd did not listen\n${said}`);
    }
    await pause(50);
  }
  return {
    port: Number(await read("port")),
    taken: async () =>
      (await read("taken"))
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line) as Taken),
    stop,
  };
};
