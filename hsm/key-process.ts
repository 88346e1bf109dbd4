/**
 * The entry of a key process; `process-link.ts` starts it. It speaks frames on descriptor 3, writes nothing anywhere else, and ends when the
 * pipe closes, so that a host that dies leaves no orphan.
 */
import { Socket } from "node:net";

import type { CountersignError } from "../plugin/sdk.ts";
import { frameReader } from "./frames.ts";
import { asKeyError, decodeOperation, encodeAnswer } from "./key-operation.ts";
import type { KeyWorker } from "./key-worker.ts";
import { openWorker } from "./open-worker.ts";

// A terminal's Ctrl+C and some supervisors signal the whole group: the host ends this process when its last request is done.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => undefined);

const pipe = new Socket({ fd: 3, readable: true, writable: true });
let worker: KeyWorker | undefined;
let running = 0;
let wantsEnd = false;

const leave = (): void => {
  // A module that is still working may hang for ever, in `exit` too; nothing but a signal ends it then.
  if (running > 0) process.kill(process.pid, "SIGKILL");
  worker?.close();
  process.exit(0);
};

/** Milliseconds that an answer waits for others of its batch: each write wakes the host up, which costs both more than a short operation. */
const HELD_MS = 1;
let held: Buffer[] = [];
let heldSince = 0;
/** Operations of one chunk are being done, one after the other. */
let inChunk = false;

const flush = (): void => {
  if (held.length === 0) return;
  const answers = held;
  held = [];
  pipe.write(answers.length === 1 ? (answers[0] as Buffer) : Buffer.concat(answers));
};

const say = (id: number, result: Uint8Array | CountersignError): void => {
  const now = performance.now();
  if (held.length === 0) {
    heldSince = now;
    // Those of a token's sessions end by themselves, some in the same turn of the event loop.
    if (!inChunk) setImmediate(flush);
  }
  held.push(encodeAnswer(id, result));
  if (now - heldSince >= HELD_MS) flush();
};

const answer = (id: number, result: Uint8Array | Error): void => {
  running -= 1;
  if (worker?.broken === true && !wantsEnd) {
    // Said before the answer, so that what is asked because of it goes elsewhere. The host stops asking and ends the pipe: nothing is lost.
    wantsEnd = true;
    say(0, new Uint8Array());
  }
  say(id, result instanceof Error ? asKeyError(result) : result);
};

const failed = (id: number, thrown: unknown): void => answer(id, asKeyError(thrown));

const onFrame = (frame: Buffer): void => {
  const { id, operation } = decodeOperation(frame);
  running += 1;
  try {
    if (operation.kind === "open") {
      openWorker(operation.bytes).then(
        (opened) => {
          worker = opened;
          answer(id, new Uint8Array());
        },
        (error: unknown) => failed(id, error),
      );
      return;
    }
    if (worker === undefined) throw new Error("the key process is not open yet");
    const result = worker.handle(operation);
    if (result instanceof Promise) {
      result.then(
        (bytes) => answer(id, bytes),
        (error: unknown) => failed(id, error),
      );
    } else {
      answer(id, result);
    }
  } catch (error) {
    failed(id, error);
  }
};

// A signal to the whole group (Ctrl-C, systemd) must not end the keys before the host has finished its work.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => undefined);
const read = frameReader(onFrame);
pipe.on("data", (chunk: Buffer) => {
  inChunk = true;
  try {
    read(chunk);
  } finally {
    inChunk = false;
    flush();
  }
});
pipe.on("error", leave);
pipe.on("close", leave);
