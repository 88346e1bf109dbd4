/** `npm run profile:scep`: what one enrolment costs the main process, stage by stage and function by function. */
import { availableParallelism } from "node:os";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Command } from "commander";
import { table, writeSection } from "./benchmarks-document.ts";
import { buildProcesses, CACHE } from "./build.ts";
import { runBurst } from "./burst.ts";
import { selfTimes } from "./cpu-profile.ts";
import type { LoadQuestions } from "./load.ts";
import { makeClients } from "./messages.ts";
import { startProduct } from "./product-server.ts";
import { startWorker } from "./worker.ts";

interface Flags {
  readonly requests: string;
  readonly connections: string;
  readonly keys: "soft" | "softhsm";
  readonly static?: true;
  readonly write?: true;
  readonly top: string;
}

const flags = new Command("profile:scep")
  .description("Stages, event loop and functions of the main process, for enrolments by SCEP.")
  .option("--requests <n>", "requests of a burst", "1000")
  .option("--connections <n>", "connections of the load generator", "16")
  .option("--keys <kind>", "soft or softhsm", "soft")
  .option("--static", "a static challenge instead of dynamic ones")
  .option("--top <n>", "functions to print", "40")
  .option("--write", "write the stages into docs/benchmarks.md")
  .parse()
  .opts<Flags>();

const requests = Number(flags.requests);
const connections = Number(flags.connections);
const cores = availableParallelism();
const print = (text: string): void => void process.stdout.write(`${text}\n\n`);
const ms = (value: number): string => value.toFixed(3);

const build = buildProcesses();
const load = startWorker<LoadQuestions>(build, "load");
const clients = await makeClients(20);
const common = {
  build,
  keys: flags.keys,
  challenges: flags.static ? "static" : "dynamic",
} as const;

/** CPU of the main process itself, without the profiler and without stage clocks. */
const plain = async (): Promise<string> => {
  const server = await startProduct(common);
  try {
    await runBurst(server, load, clients, { requests, connections }, cores);
    const rows = [
      ["connections", "main process, ms of CPU", "all processes", "loop p50, ms", "loop p99"],
    ];
    for (const count of [1, connections]) {
      await server.worker.ask("reset");
      const { cpuMs, errors, mainCpuMs } = await runBurst(
        server,
        load,
        clients,
        { requests, connections: count },
        cores,
      );
      const loop = await server.worker.ask("eventLoop");
      if (errors.length > 0) throw new Error(errors[0]);
      rows.push([String(count), ms(mainCpuMs), ms(cpuMs), ms(loop.p50), ms(loop.p99)]);
    }
    return table(rows);
  } finally {
    await server.end();
  }
};

const staged = async (): Promise<string> => {
  const server = await startProduct({ ...common, stages: true });
  try {
    await runBurst(server, load, clients, { requests, connections }, cores);
    const tables = [];
    for (const count of [1, connections]) {
      await server.worker.ask("reset");
      await runBurst(server, load, clients, { requests, connections: count }, cores);
      tables.push(await server.worker.ask("stages"));
    }
    const [alone = [], together = []] = tables;
    const total = (rows: typeof alone): number => rows.reduce((sum, { mean }) => sum + mean, 0);
    return table([
      ["stage", "ms alone", `ms at ${connections} connections`],
      ...alone.map(({ stage, mean }, at) => [stage, ms(mean), ms(together[at]?.mean ?? 0)]),
      ["together", ms(total(alone)), ms(total(together))],
    ]);
  } finally {
    await server.end();
  }
};

const profiled = async (): Promise<string> => {
  let self: ReturnType<typeof selfTimes> = [];
  const server = await startProduct(common);
  try {
    await runBurst(server, load, clients, { requests, connections }, cores);
    // Minting the challenges is not to be in the profile, so it runs around the burst only.
    await runBurst(server, load, clients, { requests, connections }, cores, {
      before: () => server.worker.ask("startProfile"),
      after: async () => {
        const profile = await server.worker.ask("stopProfile");
        await mkdir(join(CACHE, "bench"), { recursive: true });
        await writeFile(join(CACHE, "bench/scep.cpuprofile"), JSON.stringify(profile));
        self = selfTimes(profile);
      },
    });
    const all = self.reduce((sum, { self: own }) => sum + own, 0);
    return table([
      ["function", "µs a request", "share"],
      ...self
        .slice(0, Number(flags.top))
        .map(({ name, self: own }) => [
          `\`${name}\``,
          (own / requests).toFixed(1),
          `${((own / all) * 100).toFixed(1)} %`,
        ]),
      ["all", (all / requests).toFixed(1), "100 %"],
    ]);
  } finally {
    await server.end();
  }
};

try {
  const costs = await plain();
  print(costs);
  const stages = await staged();
  print(stages);
  print(await profiled());
  print(
    "The profile is in .cache/bench/scep.cpuprofile; a browser's developer tools show it as a flame graph.",
  );
  if (flags.write) await writeSection("profile", `${costs}\n\n${stages}`);
} finally {
  await load.end();
}
