/** `npm run bench:scep`: certificates a second against a peer and against the RSA limit; docs/benchmarks.md says how. */
import { resolve } from "node:path";
import { Command } from "commander";
import { buildProcesses } from "./build.ts";
import type { BenchResult } from "./bench-result.ts";
import { writeBenchmarks } from "./benchmarks-document.ts";
import { contest, SOFT } from "./contest.ts";
import type { LoadQuestions } from "./load.ts";
import { type EnrolmentServer, type ProductServer, startProduct } from "./product-server.ts";
import { startScepserver } from "./scepserver.ts";
import { startStepCa } from "./step-ca.ts";
import { startWorker } from "./worker.ts";
import { startPostgres } from "../support/postgres.ts";
import { findSoftHsm } from "../support/softhsm.ts";

interface Flags {
  readonly json?: true;
  readonly quick?: true;
  readonly static?: true;
  readonly write?: true;
  readonly p256?: true;
  readonly against?: string;
  readonly peer: boolean;
  readonly softhsm: boolean;
  readonly connections: string;
  readonly requests?: string;
  readonly seconds?: string;
  readonly tolerance: string;
  readonly postgres?: boolean;
  readonly stored?: string;
  readonly processes?: string;
  readonly sessions?: string;
}

const flags = new Command("bench:scep")
  .description("Certificates a second by SCEP against a peer and against the RSA limit.")
  .option("--json", "print the result as JSON")
  .option("--quick", "few and short bursts")
  .option("--connections <n>", "connections of the load generator", "16")
  .option("--requests <n>", "requests of one burst (default 400, quick 100)")
  .option("--seconds <n>", "begin rounds for so long (default 90, quick 10)")
  .option("--tolerance <share>", "drop bursts in which others used more of the CPU", "0.1")
  .option("--static", "a static challenge instead of dynamic ones minted beforehand")
  .option("--p256", "also with a P-256 issuing CA (and an RSA RA)")
  .option("--postgres", "also on PostgreSQL, every commit on the disk")
  .option("--stored <n>", "also with so many certificates stored beforehand")
  .option("--processes <n>", "key processes of the soft keys")
  .option("--sessions <n>", "sessions on the token")
  .option("--against <folder>", "also another version: a copy of .cache/bench/build")
  .option("--no-peer", "without a peer")
  .option("--no-softhsm", "without SoftHSM")
  .option("--write", "write the result into docs/benchmarks.md")
  .parse()
  .opts<Flags>();

const say = (line: string): void => void process.stderr.write(`${line}\n`);
const count = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : Number(text);

/** step-ca, or scepserver at one connection; why there is none otherwise. */
const startPeer = async (): Promise<{
  peer: EnrolmentServer | undefined;
  reason: string | null;
  connections: number;
}> => {
  const connections = Number(flags.connections);
  if (!flags.peer) return { peer: undefined, reason: "not wanted", connections };
  try {
    return { peer: await startStepCa(), reason: null, connections };
  } catch (failure) {
    const reason = `step-ca: ${String(failure)}`;
    say(reason);
    try {
      const peer = await startScepserver();
      return { peer, reason: `${reason}; hence one connection`, connections: 1 };
    } catch (second) {
      return { peer: undefined, reason: `${reason}; scepserver: ${String(second)}`, connections };
    }
  }
};

const run = async (): Promise<BenchResult> => {
  const closers: (() => Promise<void>)[] = [];
  const kept = <T extends { end(): Promise<void> }>(opened: T): T => {
    closers.unshift(() => opened.end());
    return opened;
  };
  try {
    say("compiling");
    const build = buildProcesses();
    const load = kept(startWorker<LoadQuestions>(build, "load"));
    const challenges = flags.static ? "static" : "dynamic";
    const { peer, reason, connections } = await startPeer();
    if (peer !== undefined) kept(peer);
    const common = { build, challenges } as const;
    const soft = { ...common, keys: "soft", lanes: count(flags.processes) } as const;
    const ours = new Map<string, ProductServer>([[SOFT, kept(await startProduct(soft))]]);
    if (flags.against !== undefined) {
      const other = resolve(flags.against, "test/bench");
      ours.set("other", kept(await startProduct({ ...soft, build: other })));
    }
    if (flags.p256) {
      const p256 = await startProduct({ ...soft, issuerKey: "ec-p256" });
      ours.set("softP256", kept(p256));
    }
    if (flags.postgres) {
      const server = await startPostgres({ durable: true });
      closers.unshift(() => server.stop());
      ours.set("PostgreSQL", kept(await startProduct({ ...soft, postgres: server })));
    }
    if (flags.stored !== undefined) {
      say(`storing ${flags.stored} certificates`);
      const stored = Number(flags.stored);
      ours.set(`${stored} stored`, kept(await startProduct({ ...soft, stored })));
    }
    if (flags.softhsm && findSoftHsm() === undefined)
      say("SoftHSM is missing: run npm run test:deps");
    else if (flags.softhsm) {
      const lanes = count(flags.sessions);
      ours.set("softhsm", kept(await startProduct({ ...common, keys: "softhsm", lanes })));
      ours.set("softhsmCa", kept(await startProduct({ ...common, keys: "softhsm-ca", lanes })));
    }
    return await contest({
      load,
      ours,
      peer,
      peerReason: reason,
      connections,
      challenges,
      requests: count(flags.requests) ?? (flags.quick ? 100 : 400),
      clients: flags.quick ? 20 : 60,
      seconds: count(flags.seconds) ?? (flags.quick ? 10 : 90),
      tolerance: Number(flags.tolerance),
      evenBursts: flags.quick ? 1 : 5,
      say,
    });
  } finally {
    for (const close of closers) await close();
  }
};

const result = await run();
if (flags.write) await writeBenchmarks("scep", result);
if (flags.json) process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
else console.table(result.figures);
process.exitCode = Object.values(result.figures).some(({ errors }) => errors > 0) ? 1 : 0;
