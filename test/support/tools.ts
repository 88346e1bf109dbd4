import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { leftOut } from "./left-out.ts";

/** How a program ended and what it said. */
export interface Ran {
  /** Exit status; 128 and more for a signal, 127 when it could not be started. */
  readonly status: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export interface RunOptions {
  readonly input?: Uint8Array | string;
  readonly cwd?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Milliseconds until it is killed. */
  readonly deadline?: number;
}

/** Runs a program without a shell. Asynchronous, because the server it talks to lives in this very process. Never rejects. */
export const run = (
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Ran> =>
  new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.environment },
      timeout: options.deadline ?? 15_000,
      killSignal: "SIGKILL",
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    const end = (status: number): void =>
      resolve({
        status,
        stdout: Buffer.concat(stdout),
        stderr: Buffer.concat(stderr).toString("utf8"),
      });
    child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
    child.once("error", (failure) => {
      stderr.push(Buffer.from(failure.message));
      end(127);
    });
    child.once("close", (code) => end(code ?? 128));
    // A program that refuses early closes its input before we have written it.
    child.stdin.on("error", () => undefined);
    child.stdin.end(options.input ?? "");
  });

/** The same for a program that must succeed: its standard output. Throws with what it said otherwise. */
export const output = async (
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Buffer> => {
  const ran = await run(command, args, options);
  if (ran.status === 0) return ran.stdout;
  throw new Error(`${command} ${args.join(" ")}: status ${ran.status}\n${ran.stderr}`);
};

const FOLDERS = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/usr/libexec"];

/** Where a program is; undefined when it is not installed. */
export const findProgram = (name: string): string | undefined =>
  FOLDERS.filter((folder) => folder !== "")
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path));

/** For suites that cannot do without some programs: skips, saying so, or fails where `CI=true`. Call it in a `before` hook. */
export const requirePrograms = (suite: Mocha.Context, ...names: readonly string[]): void => {
  const missing = names.filter((name) => findProgram(name) === undefined && !existsSync(name));
  if (missing.length > 0) leftOut(suite, `${missing.join(", ")} missing`);
};

/** A folder for the files of one test. */
export interface WorkFolder {
  readonly path: string;
  /** Path of a file in it. */
  file(name: string): string;
  remove(): Promise<void>;
}

export const workFolder = async (): Promise<WorkFolder> => {
  const path = await mkdtemp(join(tmpdir(), "countersign-test-"));
  return {
    path,
    file: (name) => join(path, name),
    remove: () => rm(path, { recursive: true, force: true }),
  };
};
