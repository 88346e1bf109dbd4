/**
 * `npm run bench:hsm [-- --json] [--seconds N]`: RSA-2048 signatures a second through the key process against the raw ceiling of the same
 * module (a tight loop in C), and soft keys against `openssl speed -multi 2`. Medians of five ratios, each of two runs side by side.
 */
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";

import { openPkcs11Keys } from "../../hsm/pkcs11-keys.ts";
import { openSoftKeys } from "../../hsm/soft-keys.ts";
import type { Signer } from "../../plugin/sdk.ts";
import { findSoftHsm, freshToken } from "../support/softhsm.ts";

const ROUNDS = 5;
const SESSIONS = 4;
const { values } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    seconds: { type: "string", default: "2" },
  },
});
const seconds = Number(values.seconds);
const say = (line: string): void => void process.stderr.write(`${line}\n`);

const median = (numbers: readonly number[]): number =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? NaN;

const output = async (
  command: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<string> => {
  const child = spawn(command, [...args], {
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [out, error] = await Promise.all([text(child.stdout), text(child.stderr)]);
  if (out === "") throw new Error(`${command}: ${error}`);
  return out;
};

/** Signatures a second with so many always in flight, and the 99th percentile of their times in milliseconds. */
const throughput = async (signer: Signer, inFlight: number) => {
  const digest = createHash("sha256").update("a message").digest();
  const times: number[] = [];
  const start = performance.now();
  const until = start + seconds * 1000;
  await Promise.all(
    Array.from({ length: inFlight }, async () => {
      for (let began = performance.now(); began < until; began = performance.now()) {
        await signer.sign(digest, "rsa-pkcs1-sha256");
        times.push(performance.now() - began);
      }
    }),
  );
  const perSecond = times.length / ((performance.now() - start) / 1000);
  const p99 = [...times].sort((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? NaN;
  return { perSecond, p99 };
};

interface Round {
  readonly ours: number;
  readonly ceiling: number;
  readonly p99: number;
}

/** Five rounds in which both run, in turning order. */
const paired = async (
  name: string,
  ours: () => Promise<{ perSecond: number; p99: number }>,
  ceiling: () => Promise<number>,
) => {
  const rounds: Round[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const first = round % 2 === 0 ? await ceiling() : undefined;
    const { perSecond, p99 } = await ours();
    const limit = first ?? (await ceiling());
    rounds.push({ ours: perSecond, ceiling: limit, p99 });
    say(`${name}: ${perSecond.toFixed(0)}/s of ${limit.toFixed(0)}/s, p99 ${p99.toFixed(1)} ms`);
  }
  const of = (value: (round: Round) => number): number =>
    Number(median(rounds.map(value)).toFixed(3));
  return {
    name,
    perSecond: of(({ ours: value }) => value),
    ceiling: of(({ ceiling: value }) => value),
    ratio: of(({ ours: value, ceiling: limit }) => value / limit),
    p99Milliseconds: of(({ p99 }) => p99),
  };
};

const onToken = async () => {
  const token = await freshToken("bench");
  const program = join(token.folder, "ceiling");
  const built = spawnSync("gcc", [
    ...["-O2", "-pthread", "-I", join(import.meta.dirname, "../../node_modules/pkcs11js/includes")],
    ...[join(import.meta.dirname, "hsm-ceiling.c"), "-o", program, "-ldl"],
  ]);
  if (built.status !== 0) throw new Error(`gcc: ${String(built.error ?? built.stderr)}`);
  const keys = await openPkcs11Keys({
    ...token,
    rejectionSecret: Buffer.alloc(32),
    sessions: SESSIONS,
  });
  try {
    const ref = await keys.generate({ algorithm: "rsa-2048", usage: "sign", label: "bench" });
    const signer = await keys.signer(ref);
    const id = ref.slice("pkcs11:".length);
    const args = [token.module, token.tokenLabel, token.pin, id, String(SESSIONS), String(seconds)];
    return await paired(
      "SoftHSM through the key process",
      () => throughput(signer, SESSIONS * 4),
      async () => Number(await output(program, args, token.environment)),
    );
  } finally {
    await keys.close();
    await token.remove();
  }
};

const soft = async () => {
  const folder = mkdtempSync(join(tmpdir(), "countersign-bench-"));
  const keys = await openSoftKeys({ folder, passphrase: "bench", processes: 2 });
  try {
    const ref = await keys.generate({ algorithm: "rsa-2048", usage: "sign", label: "bench" });
    const signer = await keys.signer(ref);
    const args = ["speed", "-multi", "2", "-seconds", String(seconds), "rsa2048"];
    return await paired(
      "soft keys in two processes",
      () => throughput(signer, 32),
      async () => {
        const line = /^rsa 2048 bits .*$/m.exec(await output("openssl", args))?.[0] ?? "";
        return Number(line.trim().split(/\s+/).at(-2));
      },
    );
  } finally {
    await keys.close();
    rmSync(folder, { recursive: true });
  }
};

const results = [];
if (findSoftHsm() === undefined) say("SKIPPED: SoftHSM is missing; run npm run test:deps");
else results.push(await onToken());
results.push(await soft());
if (values.json) {
  process.stdout.write(`${JSON.stringify({ seconds, rounds: ROUNDS, results })}\n`);
} else {
  for (const { name, perSecond, ceiling, ratio, p99Milliseconds } of results) {
    process.stdout.write(
      `${name}: ${(ratio * 100).toFixed(0)} % of the limit (${perSecond.toFixed(0)} of ${ceiling.toFixed(0)} signatures/s), p99 ${p99Milliseconds.toFixed(1)} ms\n`,
    );
  }
}
