/** The product in its own process, as an operator runs it: everything on, keys in key processes or on a token. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { monitorEventLoopDelay } from "node:perf_hooks";

// First: it brings the Reflect polyfill.
import { type Countersign, type CountersignConfig, createCountersign } from "../../plugin/index.ts";
import { builtins } from "../../adapters/preset.ts";
import { keepRequestsYoung } from "../../adapters/standalone/young-objects.ts";
import { cpuProfiler } from "./cpu-profile.ts";
import { ownBlocks } from "./own-block.ts";
import { StageClock } from "./stages.ts";
import { serveWorker } from "./worker.ts";

export interface StartRequest {
  readonly folder: string;
  readonly keys: CountersignConfig["keys"];
  /** Its URL; undefined: SQLite in `folder`. */
  readonly postgres?: string | undefined;
  /** Measure the stages of each request; costs some time itself. */
  readonly stages: boolean;
}

// As `serve` does.
keepRequestsYoung();

const quiet = (): void => undefined;
const loud = (fields: object, text: string): void => {
  process.stderr.write(`${text} ${JSON.stringify(fields)}\n`);
};

let countersign: Countersign | undefined;
let server: Server | undefined;
// Each look wakes the main thread up, as nothing wakes the peer.
const delay = monitorEventLoopDelay({ resolution: 4 });
const profiler = cpuProfiler();
const clock = new StageClock();
const blocks = ownBlocks();

const answers = {
  start: async ({ folder, keys, postgres, stages }: StartRequest) => {
    const setup = builtins({ logger: { debug: quiet, info: quiet, warn: loud, error: loud } });
    countersign = createCountersign(
      {
        publicUrl: "http://pki.example",
        database:
          postgres === undefined
            ? { file: `${folder}/countersign.db` }
            : { client: "pg", connection: { url: () => postgres } },
        keys,
        serverSecret: new Uint8Array(32).fill(7),
        limits: { sourcePerMinute: 1_000_000_000 },
      },
      stages ? clock.watch(setup) : setup,
    );
    await countersign.start();
    server = createServer(countersign.handler);
    await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
    delay.enable();
    const token = await countersign.tokens.mint({
      subject: "bench",
      tenant: "default",
      roles: ["owner"],
      lifetimeSeconds: 86_400,
    });
    return { port: (server.address() as AddressInfo).port, token };
  },
  /** Forgets what was measured so far. */
  reset: (): void => {
    delay.reset();
    clock.reset();
  },
  /** Milliseconds. */
  eventLoop: () => ({
    p50: delay.percentile(50) / 1e6,
    p99: delay.percentile(99) / 1e6,
    max: delay.max / 1e6,
  }),
  watchOwnBlocks: (): void => blocks.start(),
  /** Milliseconds of the main thread's own CPU. */
  longestOwnBlock: () => blocks.stop(),
  stages: () => clock.table(),
  startProfile: () => profiler.start(),
  stopProfile: () => profiler.stop(),
};
export type ProductQuestions = typeof answers;

serveWorker(answers, async () => {
  server?.closeAllConnections();
  server?.close();
  await countersign?.close();
});
