import { availableParallelism, cpus } from "node:os";
import type { BenchFigures, BenchResult } from "./bench-result.ts";
import { type BurstResult, runBurst } from "./burst.ts";
import { memoryOf, treeOf } from "./cpu.ts";
import type { LoadQuestions } from "./load.ts";
import { makeClients } from "./messages.ts";
import { opensslLimit } from "./openssl-limit.ts";
import type { EnrolmentServer, ProductServer } from "./product-server.ts";
import { median, quantile, round } from "./statistics.ts";
import type { Worker } from "./worker.ts";

export interface ContestOptions {
  readonly load: Worker<LoadQuestions>;
  /** By the name of their column. */
  readonly ours: ReadonlyMap<string, ProductServer>;
  readonly peer: EnrolmentServer | undefined;
  readonly peerReason: string | null;
  readonly connections: number;
  readonly requests: number;
  readonly clients: number;
  readonly challenges: "dynamic" | "static";
  /** How long rounds are begun. */
  readonly seconds: number;
  /** A burst in which others took a greater share of the CPU does not count. */
  readonly tolerance: number;
  /** How many bursts at an even 80 % of its rate each of ours gets in the end. */
  readonly evenBursts: number;
  readonly say: (line: string) => void;
}

/** All contenders once, each in its burst. */
interface Round {
  readonly bursts: ReadonlyMap<string, BurstResult>;
  /** RSA-2048 signatures a second. */
  readonly limit: number;
}

const PEER = "peer";
const LIMIT = "limit";
/** The column that the others are held against. */
export const SOFT = "soft";
const FEWEST = 3;
const EVEN_SECONDS = 4;
/** Requests of each contender before anything is measured: a compiler that works while the program runs has settled by then. */
const WARM_UP = 5000;

/**
 * Paired rotating bursts (foundations.md 27): every contender is started before and kept warm, each round fires all of them in another order,
 * and only what stands in one round is compared.
 */
export const contest = async (options: ContestOptions): Promise<BenchResult> => {
  const { load, ours, peer, connections, requests, say } = options;
  const cores = availableParallelism();
  const clients = await makeClients(options.clients);
  const servers = new Map<string, EnrolmentServer>([
    ...ours,
    ...(peer === undefined ? [] : [[PEER, peer] as const]),
  ]);
  say("warming up");
  for (const server of servers.values())
    await runBurst(
      server,
      load,
      clients,
      { requests: Math.max(WARM_UP, requests), connections },
      cores,
    );
  for (const { worker } of ours.values()) await worker.ask("reset");

  const blocks = new Map<string, number>();
  const fire = async (order: readonly string[]): Promise<Round> => {
    const bursts = new Map<string, BurstResult>();
    let limit = 0;
    for (const name of order) {
      const server = servers.get(name);
      if (server === undefined) {
        limit = await opensslLimit(cores);
        continue;
      }
      const product = ours.get(name);
      await product?.worker.ask("reset");
      bursts.set(name, await runBurst(server, load, clients, { requests, connections }, cores));
      if (product !== undefined) {
        const { max } = await product.worker.ask("eventLoop");
        blocks.set(name, Math.max(blocks.get(name) ?? 0, max));
      }
    }
    return { bursts, limit };
  };

  const names = [...servers.keys(), LIMIT];
  const rounds: Round[] = [];
  const until = performance.now() + options.seconds * 1000;
  while (rounds.length < FEWEST || performance.now() < until) {
    const turn = rounds.length % names.length;
    const next = await fire([...names.slice(turn), ...names.slice(0, turn)]);
    rounds.push(next);
    say(
      [...next.bursts]
        .map(
          ([name, burst]) =>
            `${name} ${round(burst.rate)}/s (others ${round(burst.disturbed * 100, 2)} %)`,
        )
        .concat(`limit ${round(next.limit / 3)}/s`)
        .join(", "),
    );
  }

  const even = async (server: EnrolmentServer, rate: number): Promise<readonly number[][]> => {
    const bursts: number[][] = [];
    for (let burst = 0; burst < options.evenBursts; burst += 1) {
      const { latencies } = await runBurst(
        server,
        load,
        clients,
        { requests: Math.ceil(rate * EVEN_SECONDS), connections: 64, perSecond: rate * 0.8 },
        cores,
      );
      bursts.push([...latencies]);
    }
    return bursts;
  };

  let noisy = false;
  const figures: Record<string, BenchFigures> = {};
  for (const [name, server] of ours) {
    const clean = rounds.filter(({ bursts }) =>
      [name, PEER].every((one) => (bursts.get(one)?.disturbed ?? 0) <= options.tolerance),
    );
    if (clean.length < FEWEST) noisy = true;
    const kept = clean.length < FEWEST ? rounds : clean;
    figures[name] = figuresOf(name, rounds, kept, {
      memoryMiB: treeOf(server.pid).reduce((sum, pid) => sum + memoryOf(pid), 0),
      longestBlockMs: blocks.get(name) ?? 0,
      even: await even(server, median(kept.map(({ bursts }) => bursts.get(name)?.rate ?? 0))),
    });
  }
  return {
    machine: { cpu: cpus()[0]?.model ?? "", cores, node: process.version },
    connections,
    requestsPerBurst: requests,
    challenges: options.challenges,
    peer: { name: peer?.name ?? null, reason: options.peerReason },
    noisy,
    figures,
  };
};

const figuresOf = (
  name: string,
  all: readonly Round[],
  kept: readonly Round[],
  extra: Pick<BenchFigures, "memoryMiB" | "longestBlockMs"> & {
    readonly even: readonly (readonly number[])[];
  },
): BenchFigures => {
  const mine = kept.flatMap(({ bursts }) => bursts.get(name) ?? []);
  const peers = kept.flatMap(({ bursts }) => bursts.get(PEER) ?? []);
  const errors = all.flatMap(({ bursts }) => bursts.get(name)?.errors ?? []);
  const orNull = (value: number): number | null => (Number.isNaN(value) ? null : round(value));
  const ratio = (of: (round: Round) => number): number => median(kept.map(of));
  const rate = ({ bursts }: Round, who: string): number => bursts.get(who)?.rate ?? Number.NaN;
  return {
    ours: round(median(mine.map((burst) => burst.rate))),
    peer: orNull(median(peers.map((burst) => burst.rate))),
    limit: round(median(kept.map(({ limit }) => limit / 3))),
    ratioToPeer:
      peers.length === 0 ? null : round(ratio((one) => rate(one, name) / rate(one, PEER))),
    ratioToSoft: orNull(ratio((one) => rate(one, name) / rate(one, SOFT))),
    ratioToLimit: round(ratio((one) => rate(one, name) / (one.limit / 3))),
    p50: round(median(mine.map(({ latencies }) => quantile(latencies, 0.5)))),
    p99: round(median(mine.map(({ latencies }) => quantile(latencies, 0.99)))),
    p50At80: orNull(median(extra.even.map((latencies) => quantile(latencies, 0.5)))),
    p99At80: orNull(median(extra.even.map((latencies) => quantile(latencies, 0.99)))),
    cpuMsPerRequest: round(median(mine.map(({ cpuMs }) => cpuMs))),
    peerCpuMsPerRequest: orNull(median(peers.map(({ cpuMs }) => cpuMs))),
    memoryMiB: round(extra.memoryMiB),
    longestBlockMs: round(extra.longestBlockMs),
    rounds: { kept: kept.length, run: all.length },
    errors: errors.length,
    firstErrors: errors.slice(0, 5),
  };
};
