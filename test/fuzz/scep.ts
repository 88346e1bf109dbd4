import "reflect-metadata";
import { parseArgs } from "node:util";
import { Lab } from "../support/scep/lab.ts";
import { fuzz } from "./run.ts";

const { values } = parseArgs({
  options: { messages: { type: "string", default: "2000" }, seed: { type: "string" } },
});
const messages = Number(values.messages);
const seed = Number(values.seed ?? Date.now() % 1_000_000_000);
console.log(`${messages} messages, --seed ${seed}`);

const lab = await Lab.start();
await lab.api("PATCH", "/endpoints/std", { legacy: true, clientProfile: "ndes-proxy" });
let told = performance.now();
try {
  const result = await fuzz(lab, {
    messages,
    seed,
    progress: (sent) => {
      if (performance.now() - told < 10_000) return;
      told = performance.now();
      console.log(`${sent} sent`);
    },
  });
  for (const { index, what, input, message } of result.findings.slice(0, 20)) {
    console.error(`message ${index}: ${what}\n  ${JSON.stringify(input)}`);
    console.error(`  ${Buffer.from(message).toString("base64")}`);
  }
  const [middle, end] = result.memory.map((octets) => `${(octets / 1e6).toFixed(0)} MB`);
  console.log(
    `${result.sent} messages; answers ${JSON.stringify(result.statuses)}; heap ${middle} in the middle, ${end} at the end; ${result.findings.length} findings`,
  );
  if (result.findings.length > 0) process.exitCode = 1;
} finally {
  await lab.end();
}
