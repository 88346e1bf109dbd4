import { cpus, tmpdir } from "node:os";
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import type { DatabasePlace } from "../../../plugin/store/database.ts";
import { RenewalPlans } from "../../../plugin/services/renewal/renewal-plans.ts";
import { RenewalSweep } from "../../../plugin/services/background/renewal-sweep.ts";
import { startPostgres } from "../../support/postgres.ts";
import { nodeOn, ownerOf } from "../../unit/services/renewal-node.ts";
import { table, writeSection } from "../benchmarks-document.ts";
import type { LifecycleBench } from "../lifecycle.ts";
import { median, round } from "../statistics.ts";
import { fleetRows, type FleetRows, TENANT } from "./fleet-rows.ts";

/** The last second of an hour, in which the pace of the cap has let the whole hour's renewals through. */
const NOW = Date.UTC(2027, 5, 1, 11, 59, 59, 900);
const DUE = 2_000;
const SMALL = 100_000;
const LARGE = 1_000_000;

interface SweepFigures {
  /** Milliseconds of one look with `DUE` due, planned and queued; medians. */
  readonly smallMs: number;
  readonly largeMs: number;
  /** Median of the ratios within the rounds. */
  readonly ratio: number;
  readonly rounds: number;
}

const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** The sweep at two sizes of the same fleet, with as many due: its cost must follow the due. */
export const sweepBench: LifecycleBench = {
  run: async ({ quick, write, sqlite, postgres }) => {
    const sizes = quick ? [SMALL / 10, LARGE / 10] : [SMALL, LARGE];
    const rounds = quick ? 3 : 7;
    const figures: Record<string, SweepFigures> = {};
    if (sqlite) figures["SQLite"] = await onSqlite(sizes, rounds);
    if (postgres) figures["PostgreSQL"] = await onPostgres(sizes, rounds);
    if (write) await writeSection("sweep", documentOf(figures, sizes));
    return { due: DUE, sizes, figures };
  },
};

const onSqlite = async (sizes: readonly number[], rounds: number): Promise<SweepFigures> => {
  const folder = await mkdtemp(join(tmpdir(), "countersign-sweep-"));
  try {
    const places = sizes.map((size) => ({
      client: "sqlite3" as const,
      file: join(folder, `${size}.db`),
    }));
    return await measured(places, sizes, rounds);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

const onPostgres = async (sizes: readonly number[], rounds: number): Promise<SweepFigures> => {
  const server = await startPostgres();
  try {
    const places = await Promise.all(
      sizes.map(async () => ({
        client: "pg" as const,
        connection: server.url(await server.create()),
        statementMs: 600_000,
      })),
    );
    return await measured(places, sizes, rounds);
  } finally {
    await server.stop();
  }
};

const measured = async (
  places: readonly DatabasePlace[],
  sizes: readonly number[],
  rounds: number,
): Promise<SweepFigures> => {
  const fleets: FleetRows[] = [];
  try {
    for (const [n, place] of places.entries()) {
      say(`${place.client}: making ${sizes[n] ?? 0} certificates`);
      fleets.push(await fleetRows(place, sizes[n] ?? 0, NOW));
    }
    const times: number[][] = fleets.map(() => []);
    // One more, to warm up, which does not count.
    for (let turn = 0; turn <= rounds; turn += 1) {
      // In rotating order, so that neither always comes first.
      const order = turn % 2 === 0 ? [0, 1] : [1, 0];
      for (const n of order) {
        const fleet = fleets[n];
        if (fleet === undefined) continue;
        const ms = await onceOver(fleet);
        say(`${places[n]?.client ?? ""} ${sizes[n] ?? 0}: ${ms.toFixed(0)} ms`);
        if (turn > 0) times[n]?.push(ms);
      }
    }
    const [small = [], large = []] = times;
    return {
      smallMs: round(median(small)),
      largeMs: round(median(large)),
      ratio: round(median(large.map((ms, n) => ms / (small[n] ?? NaN)))),
      rounds,
    };
  } finally {
    for (const fleet of fleets) await fleet.close();
  }
};

const onceOver = async (fleet: FleetRows): Promise<number> => {
  await fleet.prepare(NOW, DUE);
  const resolve = nodeOn(fleet.database, () => new Date(NOW));
  const plans = resolve(RenewalPlans);
  const owner = ownerOf(TENANT);
  const { rules } = await plans.rulesFor(owner, "wifi-ca");
  // A cap, so that counting is part of it.
  if (rules.perHour !== 100_000) {
    const store = fleet.database.directory.open(TENANT);
    const capped = { perHour: 100_000, perDay: "off", quietHours: undefined } as const;
    const stored = { authorityId: "wifi-ca", rules: capped, version: 1, updatedAt: new Date(NOW) };
    await store.renewalRules.save(stored);
  }
  const sweep = resolve(RenewalSweep);
  const store = fleet.database.directory.open(TENANT);
  const begin = performance.now();
  const report = await sweep.sweepTenant(store);
  const ms = performance.now() - begin;
  if (report?.started !== DUE) throw new Error(`${JSON.stringify(report)} instead of ${DUE}`);
  return ms;
};

const documentOf = (
  figures: Readonly<Record<string, SweepFigures>>,
  [small = 0, large = 0]: readonly number[],
): string => {
  const names = Object.keys(figures);
  const row = (title: string, of: (one: SweepFigures) => string): string[] => [
    title,
    ...Object.values(figures).map(of),
  ];
  const [cpu] = cpus();
  return [
    `Machine: ${cpus().length} cores, ${cpu?.model ?? "unknown"}; Node ${process.version}. ${DUE.toLocaleString("en")} due at a time.`,
    table([
      ["", ...names],
      row(`one look at ${small.toLocaleString("en")} certificates, ms`, (one) =>
        String(one.smallMs),
      ),
      row(`one look at ${large.toLocaleString("en")} certificates, ms`, (one) =>
        String(one.largeMs),
      ),
      row("ratio (aim: at most 1.3)", (one) => String(one.ratio)),
      row("rounds", (one) => String(one.rounds)),
    ]),
  ].join("\n\n");
};
