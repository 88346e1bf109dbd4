/** `npm run bench:first-view`: how long until the console can be used; docs/benchmarks.md says how. */
import "reflect-metadata";
import { cpus, loadavg } from "node:os";
import { Command } from "commander";
import { serve } from "../flows/served.ts";
import { makeDevice, makeSite } from "../flows/site.ts";
import { openBrowser } from "../support/browser.ts";
import { firstView } from "../support/first-view.ts";
import { table, writeSection } from "./benchmarks-document.ts";
import { quantile, round } from "./statistics.ts";

const { times, write } = new Command("bench:first-view")
  .description("How long until the console can be used.")
  .option("--times <n>", "how often it is opened", "20")
  .option("--write", "write the table into docs/benchmarks.md", false)
  .parse()
  .opts<{ readonly times: string; readonly write: boolean }>();

const browser = await openBrowser();
const served = await serve();
try {
  const api = await served.api();
  const site = await makeSite(api);
  const deviceId = await makeDevice(api, "tablet");
  await api.post("/deployments", { deviceId, templateId: site.template });
  const token = await served.countersign.tokens.mint({
    ...{ subject: "bench", tenant: "default", roles: ["owner"] },
    lifetimeSeconds: 3600,
  });
  const views: number[] = [];
  // One to warm up: the files are compressed once.
  for (let turn = 0; turn <= Number(times); turn += 1) {
    const { usable, faults } = await firstView(
      browser,
      served.url,
      token,
      "No certificate is in use yet.",
    );
    if (faults.length > 0) throw new Error(faults.join("\n"));
    if (turn > 0) views.push(usable);
  }
  const size = async (encoding: string): Promise<number> => {
    const headers = { "accept-encoding": encoding };
    const answer = await fetch(`${served.url}/console/console.js`, { method: "HEAD", headers });
    return Number(answer.headers.get("content-length")) / 1000;
  };
  const figures = {
    quickestMs: round(Math.min(...views)),
    p50Ms: round(quantile(views, 0.5)),
    p99Ms: round(quantile(views, 0.99)),
    scriptKbGzip: round(await size("gzip")),
    scriptKbBrotli: round(await size("br")),
  };
  process.stdout.write(`${JSON.stringify(figures, undefined, 2)}\n`);
  if (write)
    await writeSection(
      "first-view",
      [
        `Machine: ${cpus().length} cores, ${cpus()[0]?.model ?? "unknown"}; Node ${process.version}, Chromium ${browser.version()}. Opened ${times} times. Load of the machine over the last minute: ${loadavg()[0]?.toFixed(1) ?? "?"}.`,
        table([
          ["", "figure"],
          ["usable, quickest, ms", String(figures.quickestMs)],
          ["usable, p50, ms", String(figures.p50Ms)],
          ["usable, p99, ms", String(figures.p99Ms)],
          ["script, gzip, kB (asked: under 250)", String(figures.scriptKbGzip)],
          ["script, Brotli, kB", String(figures.scriptKbBrotli)],
        ]),
      ].join("\n\n"),
    );
} finally {
  await browser.close();
  await served.end();
}
