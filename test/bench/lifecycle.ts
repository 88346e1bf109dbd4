/** `npm run bench:lifecycle`: what runs by the clock, at a million certificates; docs/benchmarks.md says how. */
import "reflect-metadata";
import { Command } from "commander";

/** One part: prints what it does to standard error, answers its figures, and writes its section with `write`. */
export interface LifecycleBench {
  run(flags: LifecycleFlags): Promise<unknown>;
}
export interface LifecycleFlags {
  readonly quick: boolean;
  readonly write: boolean;
  readonly sqlite: boolean;
  readonly postgres: boolean;
}

const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** The parts by name, each a file of `lifecycle/`; loaded when asked for. */
const PARTS: Readonly<Record<string, () => Promise<LifecycleBench>>> = {
  sweep: async () => (await import("./lifecycle/sweep.ts")).sweepBench,
  crl: async () => {
    const { benchCrl } = await import("./lifecycle/crl.ts");
    return {
      run: ({ quick }) =>
        benchCrl({ entries: quick ? 100_000 : 1_000_000, runs: quick ? 1 : 3, say }),
    };
  },
  ocsp: async () => {
    const { benchOcsp } = await import("./lifecycle/ocsp.ts");
    return {
      run: ({ quick }) => benchOcsp({ seconds: quick ? 1 : 2, rounds: quick ? 3 : 5, say }),
    };
  },
};

const command = new Command("bench:lifecycle")
  .description("What runs by the clock, at a million certificates.")
  .argument("[parts...]", `${Object.keys(PARTS).join(", ")}; all unless named`)
  .option("--quick", "a tenth of the rows and few rounds", false)
  .option("--no-sqlite", "PostgreSQL only")
  .option("--no-postgres", "SQLite only")
  .option("--write", "write the results into docs/benchmarks.md", false)
  .parse();
const flags = command.opts<LifecycleFlags>();
const results: Record<string, unknown> = {};
for (const name of command.args.length > 0 ? command.args : Object.keys(PARTS)) {
  const load = PARTS[name];
  if (load === undefined) throw new Error(`there is no part ${name}`);
  results[name] = await (await load()).run(flags);
}
process.stdout.write(`${JSON.stringify(results, undefined, 2)}\n`);
process.exit();
