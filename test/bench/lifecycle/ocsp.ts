/**
 * `node --import ./test/support/typescript.mjs test/bench/lifecycle/ocsp.ts [--json] [--seconds N] [--rounds N]`: OCSP answers a second, pre-produced and with a nonce, beside `openssl ocsp` in the
 * same rounds. Load comes from another process over keep-alive connections (openssl closes each, so it gets fresh ones).
 */
import { hash } from "node:crypto";
import { pathToFileURL } from "node:url";
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { keyBitsOf } from "../../../plugin/pki/ocsp.ts";
import {
  context,
  integerFromHex,
  NULL,
  octetString,
  oid,
  sequence,
} from "../../../plugin/pki/der-write.ts";
import { encodeExtensions } from "../../../plugin/pki/extensions.ts";
import { OID } from "../../../plugin/pki/oids.ts";
import { parseCertificate } from "../../../plugin/sdk.ts";
import { buildProcesses } from "../build.ts";
import { cpuOf, memoryOf, treeOf } from "../cpu.ts";
import type { LoadQuestions } from "../load.ts";
import { makeClients, openReply, prepareMessage } from "../messages.ts";
import { type ProductServer, startProduct } from "../product-server.ts";
import { median, round } from "../statistics.ts";
import { startWorker } from "../worker.ts";
import type { BareQuestions } from "./bare-responder.ts";
import type { OcspBurst, OcspLoadQuestions } from "./ocsp-load.ts";
import { startOpensslResponder } from "./openssl-responder.ts";

export interface OcspBenchOptions {
  /** Of one burst. */
  readonly seconds: number;
  readonly rounds: number;
  readonly say: (line: string) => void;
}

/** Answers a second: medians over the rounds; ratios are medians of the ratios within a round. */
export interface OcspBenchResult {
  readonly preProduced: number;
  readonly withNonce: number;
  /** Node's HTTP server that answers as many octets and does nothing else: what this machine lets anybody do. */
  readonly bare: number;
  readonly preProducedToBare: number;
  readonly openssl: number;
  readonly opensslVersion: string;
  readonly preProducedToOpenssl: number;
  readonly withNonceToOpenssl: number;
  /** Microseconds of CPU an answer, of all our processes, and of the load generator that shares the cores. */
  readonly cpuMicros: Readonly<
    Record<"preProduced" | "withNonce" | "bare" | "openssl" | "client", number>
  >;
  readonly faults: number;
  /** Longest block of the event loop over all bursts, milliseconds. */
  readonly longestBlockMs: number;
  /** Of all our processes. */
  readonly memoryMiB: number;
}

interface Burst {
  readonly rate: number;
  readonly faults: number;
  readonly cpu: number;
  readonly clientCpu: number;
}

const CERTIFICATES = 100;
const CONNECTIONS = 16;
const NONCE = 16;

/** An OCSPRequest about one certificate; with a nonce its 16 octets are the last. */
const requestOf = (issuer: Uint8Array, serial: string, nonce: boolean): Uint8Array => {
  const { subjectRaw, spki } = parseCertificate(issuer);
  const keyBits = keyBitsOf(parseCertificate(issuer));
  if (spki.length === 0) throw new Error("the issuer has no key");
  const id = sequence(
    sequence(oid(OID.sha1), NULL),
    octetString(hash("sha1", subjectRaw, "buffer")),
    octetString(hash("sha1", keyBits, "buffer")),
    integerFromHex(serial),
  );
  const value = octetString(new Uint8Array(NONCE).fill(7));
  const extensions = encodeExtensions([{ oid: OID.ocspNonce, critical: false, value }]);
  return sequence(sequence(sequence(sequence(id)), ...(nonce ? [context(2, extensions)] : [])));
};

/** Serials of certificates that the product has issued. */
const issued = async (product: ProductServer, build: string): Promise<readonly string[]> => {
  const load = startWorker<LoadQuestions>(build, "load");
  try {
    const [client] = await makeClients(1);
    if (client === undefined) throw new Error("no client");
    const prepared = [];
    for (const admission of await product.admissions(CERTIFICATES))
      prepared.push(await prepareMessage(product, admission, client));
    const { port, path } = product;
    await load.ask(
      "prepare",
      { port, path, connections: 8 },
      prepared.map(({ message }) => message),
    );
    await load.ask("fire");
    const replies = await load.ask("collect");
    return await Promise.all(
      prepared.map((request, at) => openReply(product, request, replies[at])),
    );
  } finally {
    await load.end();
  }
};

/** Runs all rounds. */
export const benchOcsp = async ({
  seconds,
  rounds,
  say,
}: OcspBenchOptions): Promise<OcspBenchResult> => {
  const build = buildProcesses();
  const product = await startProduct({
    build,
    keys: "soft",
    challenges: "dynamic",
    issuerKey: "ec-p256",
  });
  const load = startWorker<OcspLoadQuestions>(build, "lifecycle/ocsp-load");
  const bare = startWorker<BareQuestions>(build, "lifecycle/bare-responder");
  try {
    const serials = await issued(product, build);
    const peer = await startOpensslResponder(serials);
    try {
      const issuer = product.caCertificates[1];
      if (issuer === undefined) throw new Error("the product has no issuing CA");
      const peerIssuer = parsePem(readFileSync(peer.issuer, "utf8"));
      const bodies = (ca: Uint8Array, nonce: boolean): readonly Uint8Array[] =>
        serials.map((serial) => requestOf(ca, serial, nonce));
      const ours = { port: product.port, path: "/ocsp/default/bench", fresh: false };
      const [sample] = bodies(issuer, false);
      const answered = await fetch(`http://127.0.0.1:${product.port}${ours.path}`, {
        method: "POST",
        body: Buffer.from(sample ?? []),
      });
      const same = new Uint8Array(await answered.arrayBuffer());
      const empty = { port: (await bare.ask("start", same)).port, path: "/", fresh: false };
      const theirs = { port: peer.port, path: "/", fresh: true };
      const fire = async (
        to: Pick<OcspBurst, "port" | "path" | "fresh">,
        ca: Uint8Array,
        nonce: boolean,
        duration = seconds,
      ) => {
        await load.ask("prepare", bodies(ca, nonce));
        const pids = to === empty ? [bare.pid] : to.fresh ? [peer.pid] : treeOf(product.pid);
        const before = pids.map(cpuOf).reduce((a, b) => a + b, 0);
        const clientBefore = cpuOf(load.pid);
        const result = await load.ask("fire", {
          ...to,
          ...{ connections: CONNECTIONS, seconds: duration, nonceAt: nonce ? NONCE : undefined },
        });
        const used = (pids: readonly number[]): number =>
          pids.map(cpuOf).reduce((a, b) => a + b, 0);
        const micros = (milliseconds: number): number => (milliseconds * 1000) / result.answers;
        return {
          rate: result.answers / result.seconds,
          faults: result.faults,
          cpu: micros(used(pids) - before),
          clientCpu: micros(cpuOf(load.pid) - clientBefore),
        };
      };
      for (const nonce of [false, true]) await fire(ours, issuer, nonce, 1);
      await fire(theirs, peerIssuer, true, 1);
      await product.worker.ask("reset");
      const seen: Record<string, Burst>[] = [];
      for (let at = 0; at < rounds; at += 1) {
        const order = [
          ["preProduced", () => fire(ours, issuer, false)],
          ["withNonce", () => fire(ours, issuer, true)],
          ["bare", () => fire(empty, issuer, false)],
          ["openssl", () => fire(theirs, peerIssuer, true)],
        ] as const;
        const one: Record<string, Burst> = {};
        for (let turn = 0; turn < order.length; turn += 1) {
          const [name, burst] = order[(turn + at) % order.length] ?? order[0];
          one[name] = await burst();
        }
        seen.push(one);
        say(
          Object.entries(one)
            .map(([name, { rate }]) => `${name} ${rate.toFixed(0)}/s`)
            .join(", "),
        );
      }
      const { max } = await product.worker.ask("eventLoop");
      const values = (name: string, of: "rate" | "cpu" | "clientCpu"): number[] =>
        seen.map((one) => one[name]?.[of] ?? NaN);
      const rates = (name: string): number[] => values(name, "rate");
      const ratios = (name: string, to = "openssl"): number =>
        round(median(seen.map((one) => (one[name]?.rate ?? NaN) / (one[to]?.rate ?? NaN))));
      return {
        preProduced: round(median(rates("preProduced"))),
        withNonce: round(median(rates("withNonce"))),
        bare: round(median(rates("bare"))),
        preProducedToBare: ratios("preProduced", "bare"),
        openssl: round(median(rates("openssl"))),
        opensslVersion: peer.version,
        preProducedToOpenssl: ratios("preProduced"),
        withNonceToOpenssl: ratios("withNonce"),
        cpuMicros: {
          preProduced: round(median(values("preProduced", "cpu"))),
          withNonce: round(median(values("withNonce", "cpu"))),
          bare: round(median(values("bare", "cpu"))),
          openssl: round(median(values("openssl", "cpu"))),
          client: round(median(values("preProduced", "clientCpu"))),
        },
        faults: seen
          .flatMap((one) => ["preProduced", "withNonce"].map((name) => one[name]?.faults ?? 0))
          .reduce((a, b) => a + b, 0),
        longestBlockMs: round(max),
        memoryMiB: round(
          treeOf(product.pid)
            .map(memoryOf)
            .reduce((a, b) => a + b, 0),
        ),
      };
    } finally {
      peer.end();
    }
  } finally {
    await load.end();
    await bare.end();
    await product.end();
  }
};

const parsePem = (pem: string): Uint8Array =>
  Buffer.from(/-----BEGIN CERTIFICATE-----([^-]+)-/.exec(pem)?.[1] ?? "", "base64");

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const { values } = parseArgs({
    options: {
      json: { type: "boolean", default: false },
      seconds: { type: "string", default: "2" },
      rounds: { type: "string", default: "5" },
    },
  });
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const result = await benchOcsp({
    ...{ seconds: Number(values.seconds), rounds: Number(values.rounds), say },
  });
  process.stdout.write(
    `${values.json ? JSON.stringify(result) : JSON.stringify(result, null, 2)}\n`,
  );
}
