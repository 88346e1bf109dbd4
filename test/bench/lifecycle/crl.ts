/**
 * `node --import ./test/support/typescript.mjs test/bench/lifecycle/crl.ts [--json] [--entries N] [--runs N]`: publishes a CRL of a million entries over the admin API of the compiled product, on SQLite and
 * soft keys, while `/healthz` is asked all the time. What is told: seconds until it is signed and stored, the longest block of the event loop, and memory.
 */
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import sqlite3 from "sqlite3";
import { run } from "../../support/tools.ts";
import { buildProcesses } from "../build.ts";
import { cpuOf, memoryOf } from "../cpu.ts";
import type { ProductQuestions } from "../product.ts";
import { median, quantile, round } from "../statistics.ts";
import { startWorker } from "../worker.ts";

export interface CrlBenchOptions {
  readonly entries: number;
  readonly runs: number;
  readonly say: (line: string) => void;
}

export interface CrlBenchResult {
  readonly entries: number;
  /** Octets of the list. */
  readonly size: number;
  /** From the request to the answer: read, encoded, hashed, signed and stored. Median. */
  readonly seconds: number;
  /** CPU of the process meanwhile: its threads, and the answers to `/healthz`. */
  readonly cpuSeconds: number;
  /** Longest that the main thread ran without a turn of its loop, over all runs, milliseconds of its own CPU. */
  readonly longestBlockMs: number;
  /** The same with what others ran meanwhile. */
  readonly longestDelayMs: number;
  readonly p99DelayMs: number;
  /** Answers of `/healthz` meanwhile, milliseconds. */
  readonly p99AnswerMs: number;
  /** Highest resident memory of the main process, and that before the first list, MiB. */
  readonly peakMiB: number;
  readonly restMiB: number;
  /** What `openssl crl` says of the list it fetched. */
  readonly verified: boolean;
}

const AUTHORITY = "bench";

/** Peak resident memory of a process, MiB. */
const peakOf = (pid: number): number =>
  Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1] ?? 0) / 1024;

/** Rows as a million revocations would have left them. */
const fill = async (file: string, entries: number): Promise<void> => {
  const db = new sqlite3.Database(file);
  const all = (sql: string): Promise<void> =>
    new Promise((resolve, reject) => {
      db.exec(sql, (error) => (error === null ? resolve() : reject(error)));
    });
  const now = Date.now();
  await all("pragma synchronous = off");
  await all(`with recursive n(i) as (select 1 union all select i + 1 from n where i < ${entries})
    insert into countersign_certificates (tenant, id, authority_id, role, status, serial, subject, sans, not_before, not_after,
      created_at, issued_at, revoked_at, revocation_reason, status_changed_at)
    select 'default', 'bench-' || i, '${AUTHORITY}', 'subscriber', 'revoked',
      lower(printf('%02x', 1 + (random() & 63)) || hex(randomblob(15))), 'CN=device', '[]', ${now}, ${now + 31_536_000_000},
      ${now}, ${now}, ${now} - i * 977, 'cessationOfOperation', ${now} from n`);
  await new Promise<void>((resolve, reject) => {
    db.close((error) => (error === null ? resolve() : reject(error)));
  });
};

/** Runs it. */
export const benchCrl = async ({
  entries,
  runs,
  say,
}: CrlBenchOptions): Promise<CrlBenchResult> => {
  const build = buildProcesses();
  const folder = await mkdtemp(join(tmpdir(), "countersign-bench-crl-"));
  await writeFile(join(folder, "passphrase"), "a passphrase", { mode: 0o600 });
  const keys = [
    {
      kind: "soft",
      folder: join(folder, "keys"),
      passphrase: { file: join(folder, "passphrase") },
    },
  ];
  const open = async () => {
    const worker = startWorker<ProductQuestions>(build, "product");
    const { port, token } = await worker.ask("start", { folder, keys, stages: false });
    const call = async (method: string, path: string, body?: object): Promise<Response> => {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
      return answer;
    };
    return { worker, call };
  };
  try {
    const first = await open();
    await first.call("POST", "/api/v1/hierarchies", { id: AUTHORITY, keyAlgorithm: "rsa-2048" });
    await first.worker.end();
    say(`filling ${entries} rows`);
    await fill(join(folder, "countersign.db"), entries);
    const { worker, call } = await open();
    try {
      await new Promise((resolve) => setTimeout(resolve, 2000));
      const restMiB = memoryOf(worker.pid);
      await worker.ask("reset");
      await worker.ask("watchOwnBlocks");
      const answers: number[] = [];
      const times: number[] = [];
      const cpu: number[] = [];
      let size = 0;
      for (let at = 0; at < runs; at += 1) {
        let busy = true;
        const asking = (async () => {
          while (busy) {
            const from = performance.now();
            await call("GET", "/healthz");
            answers.push(performance.now() - from);
            await new Promise((resolve) => setTimeout(resolve, 5));
          }
        })();
        const from = performance.now();
        const cpuBefore = cpuOf(worker.pid);
        const published = (await (
          await call("POST", `/api/v1/authorities/${AUTHORITY}/crl`)
        ).json()) as {
          readonly items: readonly { readonly size: number; readonly entries: number }[];
        };
        times.push((performance.now() - from) / 1000);
        cpu.push((cpuOf(worker.pid) - cpuBefore) / 1000);
        busy = false;
        await asking;
        const [list] = published.items;
        if (list === undefined || list.entries < entries) throw new Error("the list is not whole");
        size = list.size;
        say(`${list.entries} entries in ${(times.at(-1) ?? NaN).toFixed(1)} s`);
      }
      const loop = await worker.ask("eventLoop");
      const own = await worker.ask("longestOwnBlock");
      const peakMiB = peakOf(worker.pid);
      const authority = (await (await call("GET", `/api/v1/authorities/${AUTHORITY}`)).json()) as {
        readonly urls: { readonly crl: string };
      };
      const { pathname } = new URL(authority.urls.crl);
      const list = join(folder, "list.crl");
      const issuer = join(folder, "issuer.pem");
      await writeFile(list, Buffer.from(await (await call("GET", pathname)).arrayBuffer()));
      await writeFile(
        issuer,
        await (await call("GET", `/api/v1/authorities/${AUTHORITY}/certificate?format=pem`)).text(),
      );
      const ran = await run(
        "openssl",
        ["crl", "-inform", "DER", "-in", list, "-noout", "-CAfile", issuer],
        { deadline: 300_000 },
      );
      return {
        ...{ entries, size },
        seconds: round(median(times)),
        cpuSeconds: round(median(cpu)),
        longestBlockMs: round(own),
        longestDelayMs: round(loop.max),
        p99DelayMs: round(loop.p99),
        p99AnswerMs: round(quantile(answers, 0.99)),
        peakMiB: round(peakMiB),
        restMiB: round(restMiB),
        verified: ran.stderr.includes("verify OK"),
      };
    } finally {
      await worker.end();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const { values } = parseArgs({
    options: {
      json: { type: "boolean", default: false },
      entries: { type: "string", default: "1000000" },
      runs: { type: "string", default: "3" },
    },
  });
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const result = await benchCrl({
    entries: Number(values.entries),
    runs: Number(values.runs),
    say,
  });
  process.stdout.write(
    `${values.json ? JSON.stringify(result) : JSON.stringify(result, null, 2)}\n`,
  );
}
