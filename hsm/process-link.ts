import { type ChildProcess, spawn } from "node:child_process";
import { extname } from "node:path";
import type { Duplex } from "node:stream";
import { fileURLToPath } from "node:url";

import { messageOf } from "../plugin/sdk.ts";
import { frameReader } from "./frames.ts";
import type { StartLink } from "./key-link.ts";
import { decodeAnswer, encodeOperations } from "./key-operation.ts";

/** Node's own options for a child: the host's (so TypeScript sources run), without those that are for one process only. */
const nodeOptions = (): string[] => {
  const kept: string[] = [];
  for (let at = 0; at < process.execArgv.length; at += 1) {
    const option = process.execArgv[at] ?? "";
    if (["-e", "--eval", "-p", "--print", "-pe"].includes(option)) at += 1;
    else if (!/^--(?:inspect|eval|print|watch|test)/.test(option)) kept.push(option);
  }
  return kept;
};

/** A worker in a process of its own. `environment` is added to the host's. */
export const processLink =
  (environment: Readonly<Record<string, string>>): StartLink =>
  (events) => {
    const here = fileURLToPath(import.meta.url);
    const entry = fileURLToPath(new URL(`./key-process${extname(here)}`, import.meta.url));
    const child: ChildProcess = spawn(process.execPath, [...nodeOptions(), entry], {
      stdio: ["ignore", "ignore", "inherit", "pipe"],
      env: { ...process.env, ...environment },
      windowsHide: true,
    });
    const pipe = child.stdio[3] as Duplex;
    let alive = true;
    const down = (reason: string): void => {
      if (!alive) return;
      alive = false;
      pipe.destroy();
      events.down(reason);
    };
    const read = frameReader((frame) => {
      const { id, answer } = decodeAnswer(frame);
      if (alive) events.answer(id, answer);
    });
    pipe.on("data", (chunk: Buffer) => {
      try {
        read(chunk);
      } catch (error) {
        child.kill("SIGKILL");
        down(`the key process answered nonsense: ${messageOf(error)}`);
      }
    });
    // The process is gone or going: `close` tells.
    pipe.on("error", () => undefined);
    child.on("error", (error) => down(`the key process could not be started: ${error.message}`));
    // `close` and not `exit`: answers that are still in the pipe come first.
    child.on("close", (code, signal) => down(`the key process ended (${signal ?? code ?? "?"})`));
    return {
      send: (batch) => void pipe.write(encodeOperations(batch)),
      end: () => void pipe.end(),
      kill: () => void child.kill("SIGKILL"),
    };
  };
