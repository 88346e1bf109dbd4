import type { CountersignError } from "../plugin/sdk.ts";
import type { StartLink } from "./key-link.ts";
import { asKeyError, type NumberedOperation } from "./key-operation.ts";
import type { KeyWorker } from "./key-worker.ts";
import { openWorker } from "./open-worker.ts";

/** A worker inside the host's own process: for tests and for hosts that cannot start processes. Keys are then in the host's memory. */
export const localLink: StartLink = (events) => {
  let worker: KeyWorker | undefined;
  let alive = true;
  let wantsEnd = false;
  const down = (reason: string): void => {
    if (!alive) return;
    alive = false;
    worker?.close();
    // Never inside the caller's own call: a link tells later, as a process does.
    setImmediate(() => events.down(reason));
  };
  const answer = (id: number, result: Uint8Array | CountersignError): void => {
    if (alive && worker?.broken === true && !wantsEnd) {
      wantsEnd = true;
      events.answer(0, new Uint8Array());
    }
    if (alive) events.answer(id, result);
  };
  const run = async ({ id, operation }: NumberedOperation): Promise<void> => {
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
