import { CountersignError, type Logger } from "../plugin/sdk.ts";
import { type KeyJob, type KeyLane, startLane } from "./key-lane.ts";
import { FRAME_LIMIT } from "./frames.ts";
import type { KeyOperation } from "./key-operation.ts";
import { localLink } from "./local-link.ts";
import { encodeConfig, type WorkerConfig } from "./open-worker.ts";
import { processLink } from "./process-link.ts";

export interface KeyClientOptions {
  readonly config: WorkerConfig;
  /** Workers side by side; default 1. */
  readonly processes?: number | undefined;
  /** Each worker opens after the one before, and none after a secret was refused: tokens count wrong PINs. */
  readonly oneAtATime?: boolean | undefined;
  /** Operations that one worker holds at once; default 32. */
  readonly inFlight?: number | undefined;
  /** Operations that may wait for a worker; default 1024. */
  readonly queue?: number | undefined;
  /** Milliseconds that an operation may take, and before that may wait; default 10,000. Making a key and probing: 12 times as long. */
  readonly deadline?: number | undefined;
  /** Work inside the host's own process. */
  readonly inProcess?: boolean | undefined;
  /** Added to the environment of the key process. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  readonly logger?: Logger | undefined;
}

/** Milliseconds of work that one worker is given before the next worker gets any: what waking it costs both. Slow keys go side by side. */
const LITTLE_MS = 4;
/** Short operations that are sent before the turn has ended. */
const A_BATCH = 8;

/** Asked twice, these would leave a key that nobody knows of. */
const makesKey = (kind: KeyOperation["kind"]): boolean => kind === "generate" || kind === "import";

/**
 * Signatures with elliptic curves are over while the caller makes the next ones ready: the worker begins before the turn has ended. RSA takes
 * longer than that, and its worker would only take the core from the caller.
 */
const isShort = ({ kind, scheme }: KeyOperation): boolean =>
  kind === "sign" && scheme.startsWith("ecdsa-");

/** The one way to private keys, whatever holds them. */
export interface KeyClient {
  /**
   * Asks a worker that is not busy. Throws what the worker throws; `busy` when too many wait; `key_unavailable` when the worker
   * hung (it is then killed and started again), when it ended twice, or when the client is closed.
   */
  run(operation: KeyOperation): Promise<Uint8Array>;
  /** Asks every worker, for what each remembers by itself. */
  runEverywhere(operation: KeyOperation): Promise<void>;
  /** Ends when no process of ours is left. What waits is rejected. */
  close(): Promise<void>;
}

interface WaitingJob extends KeyJob {
  lane: KeyLane | undefined;
  /** A worker ended before it had answered. */
  orphaned: boolean;
  readonly timer: NodeJS.Timeout;
}

/** Opens the workers; throws what the first one throws that cannot be opened, with none left behind. */
export const openKeyClient = async (options: KeyClientOptions): Promise<KeyClient> => {
  const { inFlight = 32, queue: queueLimit = 1024, deadline = 10_000 } = options;
  const lanes: KeyLane[] = [];
  const queue = new Set<WaitingJob>();
  let turn: NodeJS.Immediate | undefined;
  let refusal: CountersignError | undefined;
  let someoneOpens = false;

  /** The first worker that has little to do, or else the one that has least: to wake a second one costs as much as an operation. */
  const choose = (): KeyLane | undefined => {
    let best: KeyLane | undefined;
    for (const lane of lanes) {
      if (!lane.ready || lane.load >= (best?.load ?? inFlight)) continue;
      best = lane;
      if (lane.ahead < LITTLE_MS) break;
    }
    return best;
  };
  const dispatch = (): void => {
    turn = undefined;
    for (const job of queue) {
      const best = choose();
      if (best === undefined) break;
      queue.delete(job);
      assign(job, best);
    }
    for (const lane of lanes) lane.flush();
  };
  /** Everything that is asked in one turn of the event loop leaves together. */
  const dispatchThisTurn = (): void => {
    turn ??= setImmediate(dispatch);
  };
  const assign = (job: WaitingJob, lane: KeyLane): void => {
    job.lane = lane;
    job.timer.refresh();
    lane.take(job);
  };
  const expire = (job: WaitingJob): void => {
    if (job.lane !== undefined) {
      job.lane.hang();
    } else if (queue.delete(job)) {
      job.reject(new CountersignError("busy", "the keys did not come to it", { retryAfter: 1 }));
    }
  };
  /** A second worker gets it: it may only have come to a process that was about to end. A third one does not, as it may be the cause. */
  const adopt = (job: WaitingJob, error: CountersignError): void => {
    if (refusal !== undefined || job.orphaned || makesKey(job.operation.kind)) {
      job.reject(error);
      return;
    }
    job.orphaned = true;
    job.lane = undefined;
    job.timer.refresh();
    queue.add(job);
  };
  const refuse = (error: CountersignError): void => {
    const waiting = [...queue];
    queue.clear();
    for (const job of waiting) job.reject(error);
  };
  const submit = (asked: KeyOperation, lane?: KeyLane): Promise<Uint8Array> =>
    new Promise((resolve, reject) => {
      if (refusal !== undefined) throw refusal;
      if (asked.bytes.length > FRAME_LIMIT / 2) {
        throw new CountersignError("too_large", "that is too much for a key to hash");
      }
      if (queue.size >= queueLimit) {
        throw new CountersignError("busy", "too many operations wait for keys", { retryAfter: 1 });
      }
      const slow = ["generate", "probe", "survey"].includes(asked.kind);
      const job: WaitingJob = {
        operation: asked,
        lane: undefined,
        orphaned: false,
        timer: setTimeout(() => expire(job), slow ? deadline * 12 : deadline),
        resolve: (answer) => {
          clearTimeout(job.timer);
          resolve(answer);
        },
        reject: (error) => {
          clearTimeout(job.timer);
          reject(error);
        },
      };
      if (lane === undefined) queue.add(job);
      else assign(job, lane);
      if (isShort(asked) && queue.size >= A_BATCH) {
        clearImmediate(turn);
        dispatch();
      } else dispatchThisTurn();
    });
  const close = async (): Promise<void> => {
    refusal ??= new CountersignError("key_unavailable", "the key store is closed");
    clearImmediate(turn);
    refuse(refusal);
    await Promise.all(lanes.map((lane) => lane.close()));
  };

  const start = options.inProcess === true ? localLink : processLink(options.environment ?? {});
  const opening = Array.from(
    { length: options.processes ?? 1 },
    () =>
      new Promise<void>((resolve, reject) => {
        lanes.push(
          startLane({
            start,
            config: encodeConfig(options.config),
            openDeadline: Math.max(deadline, 20_000),
            logger: options.logger,
            mayOpen: () => {
              if (options.oneAtATime !== true) return true;
              if (someoneOpens || refusal !== undefined) return false;
              someoneOpens = true;
              return true;
            },
            onReady: () => {
              someoneOpens = false;
              resolve();
              dispatchThisTurn();
            },
            onRoom: () => {
              if (queue.size > 0) dispatchThisTurn();
            },
            onOrphan: (job, error) => adopt(job as WaitingJob, error),
            onDown: (error, opened) => {
              if (!opened) someoneOpens = false;
              reject(error);
              if (error.code === "key_pin_incorrect") refusal ??= error;
              // After a crash the next opening is awaited; after a failed opening nobody knows when it will succeed.
              if (!opened && !lanes.some((lane) => lane.ready)) refuse(error);
            },
          }),
        );
      }),
  );
  try {
    await Promise.all(opening);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    run: (asked) => submit(asked),
    runEverywhere: async (asked) => {
      const ready = lanes.filter((lane) => lane.ready);
      await Promise.all(
        ready.length === 0 ? [submit(asked)] : ready.map((lane) => submit(asked, lane)),
      );
    },
    close,
  };
};
