import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { BenchResult } from "./bench-result.ts";
import { ROOT } from "./build.ts";

const DOCUMENT = join(ROOT, "docs/benchmarks.md");

/** A Markdown table; the first row is the head. */
export const table = (rows: readonly (readonly string[])[]): string =>
  rows
    .map((row) => `| ${row.join(" | ")} |`)
    .toSpliced(1, 0, `|${"---|".repeat(rows[0]?.length ?? 0)}`)
    .join("\n");

/** Replaces what stands between the marks of a section; the text around it is written by people. */
export const writeSection = async (section: string, text: string): Promise<void> => {
  const begin = `<!-- begin ${section} -->`;
  const end = `<!-- end ${section} -->`;
  const document = await readFile(DOCUMENT, "utf8");
  const from = document.indexOf(begin);
  const to = document.indexOf(end);
  if (from === -1 || to === -1) throw new Error(`docs/benchmarks.md has no section ${section}`);
  await writeFile(
    DOCUMENT,
    `${document.slice(0, from + begin.length)}\n\n${text}\n\n${document.slice(to)}`,
  );
};

const number = (value: number | null, digits = 2): string =>
  value === null ? "none" : value.toFixed(digits);

/** Medians and ratios of one run. */
export const writeBenchmarks = (section: string, result: BenchResult): Promise<void> => {
  const { machine, peer, figures } = result;
  const columns = Object.values(figures);
  const row = (title: string, of: (one: (typeof columns)[number]) => string): string[] => [
    title,
    ...columns.map(of),
  ];
  const text = [
    `Machine: ${machine.cores} cores, ${machine.cpu}; Node ${machine.node}. ${result.connections} connections, ${result.requestsPerBurst} requests a burst, ${result.challenges} challenges. Peer: ${peer.name ?? `none (${peer.reason ?? ""})`}.${result.noisy ? " The machine was busy with other work: too few rounds were clean, so all were taken." : ""}`,
    table([
      ["", ...Object.keys(figures)],
      row("against the peer", (one) => number(one.ratioToPeer)),
      row("share of the RSA limit", (one) => `${number(one.ratioToLimit * 100, 0)} %`),
      row("against soft keys on SQLite", (one) => number(one.ratioToSoft)),
      row("p50, ms", (one) => number(one.p50, 1)),
      row("p99, ms", (one) => number(one.p99, 1)),
      row("p50 / p99 at 80 % of the rate, ms", (one) =>
        one.p50At80 === null
          ? "not measured"
          : `${number(one.p50At80, 1)} / ${number(one.p99At80, 1)}`,
      ),
      row("CPU a request, ms (all our processes)", (one) => number(one.cpuMsPerRequest)),
      row("CPU a request of the peer, ms", (one) => number(one.peerCpuMsPerRequest)),
      row("resident memory of all our processes, MiB", (one) => number(one.memoryMiB, 0)),
      row("longest block of the event loop, ms", (one) => number(one.longestBlockMs, 0)),
      row("rounds kept / run", (one) => `${one.rounds.kept} / ${one.rounds.run}`),
      row("requests without their certificate", (one) => String(one.errors)),
    ]),
  ].join("\n\n");
  return writeSection(section, text);
};
