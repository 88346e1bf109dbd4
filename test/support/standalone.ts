import { type ChildProcess, spawn } from "node:child_process";
import { constants } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { builtPackage } from "./build.ts";
import { type Ran, run, type RunOptions } from "./tools.ts";

/** The command as it is shipped: compiled, in a process of its own. */
export const cliEntry = (): string => `${builtPackage().folder}/dist/adapters/standalone/cli.js`;

/** One run of `countersign`. */
export const countersign = (args: readonly string[], options: RunOptions = {}): Promise<Ran> =>
  run(process.execPath, [cliEntry(), ...args], { deadline: 30_000, ...options });

/** The same for one that must succeed: its standard output. */
export const countersignOutput = async (
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> => {
  const { status, stdout, stderr } = await countersign(args, options);
  if (status !== 0)
    throw new Error(
      `countersign ${args.join(" ")}: status ${status}\n${stderr}${stdout.toString()}`,
    );
  return stdout.toString();
};

export interface Serving {
  readonly pid: number;
  stdout(): string;
  stderr(): string;
  /** SIGTERM unless another is named; answers the exit status (128 and its number for a signal's death). */
  stop(signal?: NodeJS.Signals): Promise<number>;
}

/** A `countersign` that stays, once its standard output says what `until` looks for. Throws with its log when it ends before. */
export const serving = async (
  args: readonly string[],
  until: RegExp,
  options: Pick<RunOptions, "cwd" | "environment"> = {},
): Promise<Serving> => {
  const child: ChildProcess = spawn(process.execPath, [cliEntry(), ...args], {
    cwd: options.cwd,
    env: { ...process.env, ...options.environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  let err = "";
  child.stdout?.on("data", (chunk: Buffer) => (out += chunk.toString()));
  child.stderr?.on("data", (chunk: Buffer) => (err += chunk.toString()));
  const ended = new Promise<number>((resolve) =>
    child.once("close", (code, signal) =>
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])),
    ),
  );
  const alive = (): boolean => child.exitCode === null && child.signalCode === null;
  const stop = async (signal: NodeJS.Signals = "SIGTERM"): Promise<number> => {
    if (alive()) child.kill(signal);
    return ended;
  };
  for (let waited = 0; !until.test(out); waited += 50) {
    if (!alive() || waited > 60_000) {
      await stop("SIGKILL");
      throw new Error(`countersign ${args.join(" ")} did not get ready\n${out}${err}`);
    }
    await pause(50);
  }
  return { pid: child.pid ?? 0, stdout: () => out, stderr: () => err, stop };
};

/** What `--ready-json` prints. */
export interface Ready {
  readonly ready: true;
  readonly admin: string;
  readonly scep: string;
  readonly token: string;
}

/** `serve` on a folder, with a port of its own. */
export const served = async (
  data: string,
  args: readonly string[] = [],
  options: Pick<RunOptions, "cwd" | "environment"> = {},
): Promise<Serving & { readonly ready: Ready }> => {
  const command = ["serve", "--data", data, "--port", "0", "--ready-json", ...args];
  const process = await serving(command, /\n/, options);
  return { ...process, ready: JSON.parse(process.stdout()) as Ready };
};
