/** `npm run bench:lists`: every list and filter of the admin API at a million certificates; docs/benchmarks.md says how. */
import "reflect-metadata";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import type { DatabasePlace } from "../../plugin/store/database.ts";
import { type Served, serve } from "../flows/served.ts";
import { startPostgres } from "../support/postgres.ts";
import { table, writeSection } from "./benchmarks-document.ts";
import { fillLists } from "./lists/fill-lists.ts";
import { questionsOf } from "./lists/questions.ts";
import { quantile, round } from "./statistics.ts";

interface Flags {
  readonly certificates: string;
  readonly rounds: string;
  readonly only?: string;
  readonly sqlite: boolean;
  readonly postgres: boolean;
  readonly write: boolean;
}
interface Timed {
  readonly p50: number;
  readonly p99: number;
}
type Figures = Readonly<Record<string, Timed>>;

const LIMIT = 100;

/** How often somebody has stopped this process and let it go on: what was asked meanwhile is asked again. */
let stops = 0;
process.on("SIGCONT", () => (stops += 1));
const say = (line: string): void => void process.stderr.write(`${line}\n`);

const { certificates, rounds, only, sqlite, postgres, write } = new Command("bench:lists")
  .description("Every list and filter of the admin API at a million certificates.")
  .option("--certificates <n>", "how many", "1000000")
  .option("--rounds <n>", "how often each question is asked", "40")
  .option("--only <text>", "only questions whose title has this")
  .option("--no-sqlite", "PostgreSQL only")
  .option("--no-postgres", "SQLite only")
  .option("--write", "write the table into docs/benchmarks.md", false)
  .parse()
  .opts<Flags>();

/** Over HTTP on the loopback, one after the other, the client in the server's own process: what an admin's page waits for. */
const ask = async (served: Served, place: DatabasePlace): Promise<Figures> => {
  const filled = await fillLists(place, Number(certificates), Date.now(), say);
  const token = await served.countersign.tokens.mint({
    ...{ subject: "bench", tenant: "default", roles: ["owner"] },
    lifetimeSeconds: 86_400,
  });
  const get = async (path: string): Promise<string> => {
    const response = await fetch(`${served.url}/api/v1${path}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
    return text;
  };
  const figures: Record<string, Timed> = {};
  for (const { title, path, finds } of questionsOf(filled)) {
    if (only !== undefined && !title.includes(only)) continue;
    const times: number[] = [];
    for (let turn = 0; times.length < Number(rounds); turn += 1) {
      const before = stops;
      const begin = performance.now();
      const text = await get(path(turn));
      const took = performance.now() - begin;
      if (stops === before) times.push(took);
      if (finds && text.startsWith('{"items":[]')) {
        process.exitCode = 1;
        say(`${path(turn)} FINDS NOTHING`);
      }
    }
    const timed = { p50: round(quantile(times, 0.5)), p99: round(quantile(times, 0.99)) };
    figures[title] = timed;
    say(`${timed.p50 > LIMIT ? "SLOW " : ""}${title}: ${timed.p50} / ${timed.p99} ms`);
  }
  return figures;
};

const onSqlite = async (): Promise<Figures> => {
  const served = await serve();
  try {
    await served
      .api()
      .then((api) => api.post("/hierarchies", { id: "lab", keyAlgorithm: "ec-p256" }));
    return await ask(served, { client: "sqlite3", file: join(served.folder, "countersign.db") });
  } finally {
    await served.end();
  }
};

const onPostgres = async (): Promise<Figures> => {
  const server = await startPostgres();
  try {
    const name = await server.create();
    const served = await serve({
      database: { client: "pg", connection: { url: () => server.url(name) } },
    });
    try {
      await served
        .api()
        .then((api) => api.post("/hierarchies", { id: "lab", keyAlgorithm: "ec-p256" }));
      return await ask(served, { client: "pg", connection: server.url(name) });
    } finally {
      await served.end();
    }
  } finally {
    await server.stop();
  }
};

const results: Record<string, Figures> = {};
const noise: string[] = [];
for (const [name, wanted, run] of [
  ["SQLite", sqlite, onSqlite],
  ["PostgreSQL", postgres, onPostgres],
] as const) {
  if (!wanted) continue;
  say(name);
  results[name] = await run();
  noise.push(`${name} ${loadavg()[1]?.toFixed(1) ?? "?"}`);
}
process.stdout.write(`${JSON.stringify(results, undefined, 2)}\n`);
if (write) {
  const [cpu] = cpus();
  const titles = Object.keys(Object.values(results)[0] ?? {});
  const cells = (title: string): string[] =>
    Object.values(results).flatMap((figures) => [
      String(figures[title]?.p50 ?? "none"),
      String(figures[title]?.p99 ?? "none"),
    ]);
  await writeSection(
    "lists",
    [
      `Machine: ${cpus().length} cores, ${cpu?.model ?? "unknown"}; Node ${process.version}. ${Number(certificates).toLocaleString("en")} certificates, each question ${rounds} times; milliseconds. Load of the machine over the last five minutes of each run: ${noise.join(", ")}.`,
      table([
        ["", ...Object.keys(results).flatMap((name) => [`${name} p50`, "p99"])],
        ...titles.map((title) => [title, ...cells(title)]),
      ]),
    ].join("\n\n"),
  );
}
process.exit();
