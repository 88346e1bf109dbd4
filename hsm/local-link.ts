import type { CountersignError } from "../plugin/sdk.ts";
import type { StartLink } from "./key-link.ts";
import { asKeyError, type NumberedOperation } from "./key-operation.ts";
import type { KeyWorker } from "./key-worker.ts";
import { openWorker } from "./open-worker.ts";

/** A worker inside the host's own process: for tests and for hosts that cannot start processes. Keys are then in the host's memory. */
export const localLink: StartLink = (events) => {
  let worker: KeyWorker | undefined;
  let alive = true;
  let running = 0;
  const down = (reason: string): void => {
    if (!alive) return;
    alive = false;
    worker?.close();
    // Never inside the caller's own call: a link tells later, as a process does.
    setImmediate(() => events.down(reason));
  };
  const answer = (id: number, result: Uint8Array | CountersignError): void => {
    running -= 1;
    if (alive) events.answer(id, result);
    if (worker?.broken === true && running === 0) down("the key store must be opened again");
  };
  const run = async ({ id, operation }: NumberedOperation): Promise<void> => {
    running += 1;
    try {
      if (operation.kind === "open") {
        const opened = await openWorker(operation.bytes);
        if (alive) worker = opened;
        else opened.close();
        answer(id, new Uint8Array());
      } else if (worker === undefined) {
        throw new Error("the key store is not open yet");
      } else {
        answer(id, await worker.handle(operation));
      }
    } catch (error) {
      answer(id, asKeyError(error));
    }
  };
  return {
    send: (batch) => {
      for (const numbered of batch) void run(numbered);
    },
    end: () => down("closed"),
    kill: () => down("stopped"),
  };
};
