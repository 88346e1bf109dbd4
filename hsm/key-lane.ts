import { CountersignError, type Logger } from "../plugin/sdk.ts";
import type { KeyLink, StartLink } from "./key-link.ts";
import { type KeyOperation, type NumberedOperation, operation } from "./key-operation.ts";

/** An operation that somebody waits for. */
export interface KeyJob {
  readonly operation: KeyOperation;
  resolve(answer: Uint8Array): void;
  reject(error: CountersignError): void;
}

export interface LaneOptions {
  readonly start: StartLink;
  /** Bytes of the `open` operation. */
  readonly config: Uint8Array;
  /** Milliseconds that opening may take. */
  readonly openDeadline: number;
  readonly logger: Logger | undefined;
  /** Asked before the worker is started; false: asked again in a moment. */
  mayOpen(): boolean;
  /** The lane is open and takes jobs. */
  onReady(): void;
  /** A job is done and there is room. */
  onRoom(): void;
  /** The worker ended before it had answered this job. */
  onOrphan(job: KeyJob, error: CountersignError): void;
  /** The worker is gone; `opened` says whether it had been open. The lane starts it again by itself unless the secret was wrong. */
  onDown(error: CountersignError, opened: boolean): void;
}

/** One worker under supervision: started again with a growing pause when it ends, killed when it hangs. */
export interface KeyLane {
  readonly ready: boolean;
  /** Jobs it has been given and not answered. */
  readonly load: number;
  /** How long those may take, in milliseconds, by how long the last ones took. */
  readonly ahead: number;
  /** Puts a job into the batch of this turn. */
  take(job: KeyJob): void;
  /** Sends the batch. */
  flush(): void;
  /** Kills the worker: what it had is rejected with `key_unavailable`. */
  hang(): void;
  /** Ends when the worker has gone. What it had is handed to `onOrphan`. */
  close(): Promise<void>;
}

const LONGEST_PAUSE = 2_000;
const FIRST_PAUSE = 50;
const PATIENCE_AT_CLOSE = 2_000;

/** Milliseconds an operation, until the lane knows better: a signature with RSA-2048. */
const USUAL_PACE = 0.5;
/** Answers after which the pace is looked at anew, also when the lane never comes to rest. */
const PACED = 16;

/** How long an operation takes, as a moving mean over stretches without rest. */
const paceKeeper = () => {
  let pace = USUAL_PACE;
  let since = 0;
  let answered = 0;
  return {
    get pace() {
      return pace;
    },
    /** Work has come to a lane at rest. */
    begin: (): void => {
      since = performance.now();
      answered = 0;
    },
    answered: (atRest: boolean): void => {
      answered += 1;
      if (!atRest && answered < PACED) return;
      const now = performance.now();
      pace += ((now - since) / answered - pace) / 4;
      since = now;
      answered = 0;
    },
  };
};

export const startLane = (options: LaneOptions): KeyLane => {
  const jobs = new Map<number, KeyJob>();
  const pace = paceKeeper();
  let batch: NumberedOperation[] = [];
  let lastId = 0;
  let ready = false;
  let failures = 0;
  let link: KeyLink | undefined;
  let down: ((reason: string, hung?: boolean) => void) | undefined;
  let restart: NodeJS.Timeout | undefined;
  let onClosed: (() => void) | undefined;
  /** Workers that have not gone yet, the killed ones among them. */
  const links = new Set<KeyLink>();

  const open = (): void => {
    if (!options.mayOpen()) {
      restart = setTimeout(open, FIRST_PAUSE);
      return;
    }
    let over = false;
    let opened = false;
    let failure: CountersignError | undefined;
    const mine = options.start({
      answer: (id, answer) => {
        if (over) return;
        const failed = answer instanceof CountersignError;
        if (id === 0) {
          clearTimeout(timer);
          if (failed) {
            failure = answer;
            mine.kill();
            down?.("the key store could not be opened");
          } else if (opened) {
            ready = false;
            if (jobs.size === 0) retire();
          } else {
            opened = true;
            ready = true;
            options.onReady();
          }
          return;
        }
        const job = jobs.get(id);
        if (job === undefined) return;
        jobs.delete(id);
        pace.answered(jobs.size === 0);
        if (failed) {
          job.reject(answer);
        } else {
          failures = 0;
          job.resolve(answer);
        }
        if (ready) options.onRoom();
        else if (jobs.size === 0) retire();
      },
      down: (reason) => {
        if (link === mine) down?.(reason);
        links.delete(mine);
        if (links.size === 0) onClosed?.();
      },
    });
    let timer = setTimeout(() => {
      mine.kill();
      down?.("the key store did not open in time");
    }, options.openDeadline);
    /** The worker has asked for it and has answered everything. */
    const retire = (): void => {
      mine.end();
      timer = setTimeout(() => mine.kill(), PATIENCE_AT_CLOSE);
    };
    link = mine;
    links.add(mine);
    // Called once a link, by whichever comes first: its end, a hang, a failed opening.
    down = (reason, hung = false) => {
      if (over) return;
      over = true;
      clearTimeout(timer);
      ready = false;
      link = undefined;
      const error = failure ?? new CountersignError("key_unavailable", reason, { retryAfter: 1 });
      const orphans = [...jobs.values()];
      jobs.clear();
      batch = [];
      for (const job of orphans) {
        if (hung) job.reject(error);
        else options.onOrphan(job, error);
      }
      if (onClosed !== undefined) return;
      options.logger?.warn({ reason, code: error.code }, "key worker down");
      // A wrong PIN is never tried again by itself: tokens lock.
      if (error.code !== "key_pin_incorrect") {
        restart = setTimeout(open, Math.min(FIRST_PAUSE * 2 ** failures, LONGEST_PAUSE));
        failures += 1;
      }
      options.onDown(error, opened);
    };
    mine.send([{ id: 0, operation: operation("open", { bytes: options.config }) }]);
  };
  open();

  return {
    get ready() {
      return ready;
    },
    get load() {
      return jobs.size;
    },
    get ahead() {
      return jobs.size * pace.pace;
    },
    take: (job) => {
      // Numbers stay in 32 bits and 0 is the opening.
      lastId = (lastId % 0xffff_fffe) + 1;
      if (jobs.size === 0) pace.begin();
      jobs.set(lastId, job);
      batch.push({ id: lastId, operation: job.operation });
    },
    flush: () => {
      if (batch.length === 0) return;
      const sent = batch;
      batch = [];
      link?.send(sent);
    },
    hang: () => {
      link?.kill();
      down?.("a key did not answer in time", true);
    },
    close: () =>
      new Promise((resolve) => {
        clearTimeout(restart);
        const last = link;
        const timer = setTimeout(() => last?.kill(), PATIENCE_AT_CLOSE);
        onClosed = () => {
          clearTimeout(timer);
          resolve();
        };
        down?.("the key store is closed");
        if (links.size === 0) onClosed();
        else last?.end();
      }),
  };
};
