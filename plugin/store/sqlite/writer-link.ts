import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { CountersignError } from "../../errors.ts";
import type { Batch, BatchAnswers } from "../enrolling/batch.ts";
import type { BatchWriter, UsualDone } from "./usual-lane.ts";
import {
  arrivedAnswers,
  arrivedError,
  type FromWriter,
  type ToWriter,
  type WriterData,
} from "./writer-message.ts";

/** What waits for an answer of the thread. */
interface Asked {
  resolve(answer: Exclude<FromWriter, { readonly error: unknown }>): void;
  reject(error: unknown): void;
}

/**
 * The hot path's writer in a thread of its own, started at the first batch and again after it has died. The
 * caller sees to it that nothing else of this process writes meanwhile. Throws what the database's errors are translated to, and `busy` when
 * the thread died: its transaction is then either stored or not, as after a crash, and a repeated request finds out.
 */
export class WriterLink implements BatchWriter {
  #worker: Worker | undefined;
  /** In the order of the batches. */
  #asked: Asked[] = [];

  constructor(private readonly data: WriterData) {}

  async usual(text: string): Promise<UsualDone> {
    const answer = await this.#ask({ usual: text });
    if (!("done" in answer))
      throw new CountersignError("internal", "an answer to another question");
    return answer.done;
  }

  async whole(batch: Batch): Promise<BatchAnswers> {
    const answer = await this.#ask({ whole: batch });
    if (!("answers" in answer))
      throw new CountersignError("internal", "an answer to another question");
    return arrivedAnswers(answer.answers);
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    if (worker === undefined) return;
    const gone = new Promise((resolve) => worker.once("exit", resolve));
    this.#send(worker, { end: true });
    await gone;
  }

  #ask(message: ToWriter): Promise<Parameters<Asked["resolve"]>[0]> {
    return new Promise((resolve, reject) => {
      this.#asked.push({ resolve, reject });
      this.#worker ??= this.#start();
      this.#send(this.#worker, message);
    });
  }

  #send(worker: Worker, message: ToWriter): void {
    worker.postMessage(message);
  }

  #start(): Worker {
    const here = fileURLToPath(import.meta.url);
    const worker = new Worker(new URL(`./writer-thread${extname(here)}`, import.meta.url), {
      workerData: this.data,
      name: "countersign-writer",
    });
    // A host may end without closing us; every answered request is on the disk.
    worker.unref();
    worker.on("message", (answer: FromWriter) => {
      const asked = this.#asked.shift();
      if ("error" in answer) asked?.reject(arrivedError(answer.error));
      else asked?.resolve(answer);
    });
    const down = (cause?: unknown): void => {
      if (this.#worker !== worker) return;
      this.#worker = undefined;
      for (const asked of this.#asked.splice(0))
        asked.reject(
          new CountersignError("busy", "the database's writer ended", { retryAfter: 1, cause }),
        );
    };
    worker.on("error", down);
    worker.on("exit", () => {
      down();
    });
    return worker;
  }
}
