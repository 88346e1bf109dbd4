// usage: pair.tmp.ts "NICE=0" "NICE=4" ...   (env per contender; BUILD=… allowed; PEER=1 for step-ca)
import { availableParallelism } from "node:os";
import { buildProcesses } from "./build.ts";
import { runBurst } from "./burst.ts";
import type { LoadQuestions } from "./load.ts";
import { makeClients } from "./messages.ts";
import { startProduct } from "./product-server.ts";
import { startStepCa } from "./step-ca.ts";
import { startWorker } from "./worker.ts";
import { median } from "./statistics.ts";
const build = buildProcesses();
const load = startWorker<LoadQuestions>(build, "load");
const clients = await makeClients(20);
const cores = availableParallelism();
const servers = [];
const R = Number(process.env["ROUNDS"] ?? 7), Q = Number(process.env["Q"] ?? 1000), W = Number(process.env["WARM"] ?? 3000);
for (const spec of process.argv.slice(2)) {
  const env = Object.fromEntries(spec.split(",").filter(Boolean).map((kv) => kv.split("=") as [string, string]));
  if (env["PEER"]) { servers.push({ spec, server: await startStepCa() as never as Awaited<ReturnType<typeof startProduct>> }); continue; }
  Object.assign(process.env, env);
  const server = await startProduct({ build: env["BUILD"] ?? build, keys: (env["KEYS"] ?? "soft") as "soft", challenges: "dynamic", lanes: env["LANES"] ? Number(env["LANES"]) : undefined });
  for (const k of Object.keys(env)) delete process.env[k];
  servers.push({ spec, server });
}
for (const { server, spec } of servers) for (let d = 0; d < W; d += 1500) await runBurst(server, load, clients, { requests: spec.startsWith("PEER") ? 500 : 1500, connections: Number(process.env["CONN"] ?? 16) }, cores);
const rates = new Map<string, number[]>(), cpu = new Map<string, number[]>(), main = new Map<string, number[]>();
for (let r = 0; r < R; r++) {
  const order = [...servers.slice(r % servers.length), ...servers.slice(0, r % servers.length)];
  for (const { server, spec } of order) {
    const b = await runBurst(server, load, clients, { requests: Q, connections: Number(process.env["CONN"] ?? 16) }, cores);
    if (b.errors.length) console.log(spec, b.errors[0]);
    for (const [m, v] of [[rates, b.rate], [cpu, b.cpuMs], [main, b.mainCpuMs]] as const) m.set(spec, [...(m.get(spec) ?? []), v]);
  }
}
const base = servers[0]!.spec;
for (const { spec } of servers) {
  const ratio = median(rates.get(spec)!.map((v, i) => v / rates.get(base)![i]!));
  console.log(spec.padEnd(30), "rate", median(rates.get(spec)!).toFixed(0), "cpu", median(cpu.get(spec)!).toFixed(2), "main", median(main.get(spec)!).toFixed(2), "ratio", ratio.toFixed(3), rates.get(spec)!.map((v) => v.toFixed(0)).join(" "));
}
for (const { server, spec } of servers) {
  const { readdirSync, readFileSync } = await import("node:fs");
  const snap = () => new Map(readdirSync(`/proc/${server.pid}/task`).map((t) => { const x = readFileSync(`/proc/${server.pid}/task/${t}/stat`, "utf8"); const f = x.slice(x.lastIndexOf(")") + 2).split(" "); return [t, [Number(f[11]) * 10, Number(f[12]) * 10, x.slice(x.indexOf("("), x.lastIndexOf(")") + 1)] as const]; }));
  let a: ReturnType<typeof snap> = new Map(), z = a;
  await runBurst(server, load, clients, { requests: 2000, connections: Number(process.env["CONN"] ?? 16) }, cores, { before: async () => { a = snap(); }, after: async () => { z = snap(); } });
  console.log(spec, [...z].map(([t, [u, k, n]]) => { const o = a.get(t) ?? [0, 0]; return [t === String(server.pid) ? "MAIN" : n, (u - o[0]) / 2000, (k - o[1]) / 2000] as const; }).filter(([, u, k]) => u + k > 0.005).map(([n, u, k]) => `${n} u${u.toFixed(3)} k${k.toFixed(3)}`).join("  "));
}
for (const { server } of servers) await server.end();
await load.end();
