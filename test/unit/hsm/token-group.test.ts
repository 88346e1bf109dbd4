import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash, createPublicKey, verify } from "node:crypto";
import { renameSync } from "node:fs";
import { join } from "node:path";

import { openPkcs11Keys, type Pkcs11KeysOptions } from "../../../hsm/pkcs11-keys.ts";
import {
  CountersignError,
  type KeyProvider,
  type KeyRef,
  type Labels,
  type Metrics,
} from "../../../plugin/sdk.ts";
import { buildFaultShim, type Faults, faultsIn } from "../../support/fault-shim.ts";
import { freshToken, requireSoftHsm, type SoftToken } from "../../support/softhsm.ts";
import { twinOf } from "../../support/token-twins.ts";
import { until } from "./key-processes.ts";
import { leftOut } from "../../support/left-out.ts";

const MESSAGE = Buffer.from("a message");
const DIGEST = createHash("sha256").update(MESSAGE).digest();
const rejectionSecret = Buffer.alloc(32, 1);

/** Counts by name and the values of all labels. */
const countingMetrics = () => {
  const counts = new Map<string, number>();
  const add = (name: string, labels: Labels = {}): void => {
    const key = [name, ...Object.values(labels)].join(" ");
    counts.set(key, (counts.get(key) ?? 0) + 1);
  };
  const metrics: Metrics = {
    count: add,
    observe: (name, _, labels) => add(name, labels),
    gauge: (name, value, labels) =>
      counts.set([name, ...Object.values(labels ?? {})].join(" "), value),
    expose: () => Promise.reject(new Error("not here")),
  };
  return { metrics, counts };
};

describe("tokens that hold the same keys", function () {
  this.timeout(120_000);
  let first: SoftToken;
  let second: SoftToken;
  let ref: KeyRef;
  let keys: KeyProvider | undefined;
  const extra: SoftToken[] = [];
  const FIRST = (): string => `"twins" of ${first.module} (1)`;

  const open = async (options: Partial<Pkcs11KeysOptions> = {}): Promise<KeyProvider> => {
    keys = await openPkcs11Keys({
      module: first.module,
      tokens: [first, second],
      rejectionSecret,
      deadlineSeconds: 4,
      ...options,
    });
    return keys;
  };
  const sign = async (provider: KeyProvider, key = ref): Promise<void> => {
    const signer = await provider.signer(key);
    const signature = await signer.sign(DIGEST, "rsa-pkcs1-sha256");
    const spki = createPublicKey({
      key: Buffer.from(signer.publicKey),
      format: "der",
      type: "spki",
    });
    assert.ok(verify("sha256", MESSAGE, spki, signature));
  };
  const refused = (promise: Promise<unknown>, code: string, ...words: readonly string[]) =>
    assert.rejects(promise, (error) => {
      assert.ok(error instanceof CountersignError, String(error));
      assert.equal(error.code, code, error.detail);
      for (const word of words) assert.ok(error.detail.includes(word), error.detail);
      return true;
    });
  const away = (token: SoftToken, gone: boolean): void => {
    const here = join(token.folder, "tokens");
    renameSync(gone ? here : `${here}.away`, gone ? `${here}.away` : here);
  };

  before(async function () {
    requireSoftHsm(this);
    first = await freshToken("twins");
    const maker = await openPkcs11Keys({ ...first, rejectionSecret });
    ref = await maker.generate({ algorithm: "rsa-2048", usage: "sign", label: "CA" });
    await maker.close();
    second = twinOf(first);
  });
  afterEach(async () => {
    await keys?.close();
    keys = undefined;
  });
  after(async () => {
    for (const token of [first, second, ...extra]) await (token as SoftToken | undefined)?.remove();
  });

  it("go on without the one that is taken away, and take it back when it returns", async () => {
    const { metrics, counts } = countingMetrics();
    const provider = await open({ metrics });
    await sign(provider);
    away(first, true);
    for (let time = 0; time < 5; time += 1) await sign(provider);
    assert.equal(counts.get(`countersign_key_circuit_open ${FIRST()}`), 1);
    away(first, false);
    await until(() => counts.get(`countersign_key_circuit_open ${FIRST()}`) === 0, 30_000);
    const before = counts.get(`countersign_key_operation_seconds ${FIRST()} sign ok`);
    await sign(provider);
    const after = counts.get(`countersign_key_operation_seconds ${FIRST()} sign ok`);
    assert.equal(after, (before ?? 0) + 1, "in order, the first one is asked again");
  });

  it("share the work when they are balanced", async () => {
    const { metrics, counts } = countingMetrics();
    const provider = await open({ metrics, mode: "balanced" });
    await Promise.all(Array.from({ length: 20 }, () => sign(provider)));
    const asked = [...counts].filter(([name]) => name.endsWith("sign ok"));
    assert.equal(asked.length, 2);
    for (const [name, count] of asked) assert.ok(count >= 7, `${name}: ${count}`);
  });

  it("may be away at the start as long as one is there", async () => {
    away(second, true);
    try {
      const provider = await open();
      await sign(provider);
      const findings = await provider.probe();
      assert.ok(
        findings.some(({ level, message }) => level === "fault" && message.includes("(2)")),
      );
      away(first, true);
      // A SoftHSM without its folder does not even initialise.
      await assert.rejects(open(), CountersignError);
      await provider.close();
    } finally {
      away(second, false);
      away(first, false);
    }
  });

  it("do what hangs in one of them in the other", async function () {
    const shim = buildFaultShim(first.folder);
    if (shim === undefined) return leftOut(this, "no gcc to build the fault shim");
    const faults: Faults = faultsIn(first.folder, first.module);
    faults.set();
    const provider = await open({
      tokens: [
        { ...first, module: shim, environment: { ...first.environment, ...faults.environment } },
        second,
      ],
      deadlineSeconds: 3,
    });
    await sign(provider);
    faults.set("C_Sign 0 30000");
    await Promise.all([sign(provider), sign(provider), sign(provider)]);
    faults.set("C_SignInit 48 0");
    const start = performance.now();
    await sign(provider);
    assert.ok(performance.now() - start < 2_500, "nothing waits for the one that hangs");
    faults.set();
  });

  it("are refused when a key of one is another key in the other, with both named", async () => {
    const make = (token: SoftToken): unknown =>
      execFileSync(
        "pkcs11-tool",
        [
          ["--module", token.module, "--token-label", token.tokenLabel, "--login"],
          ["--pin", token.pin, "--keypairgen", "--key-type", "EC:prime256v1", "--id", "0102"],
        ].flat(),
        { env: { ...process.env, ...token.environment }, stdio: "pipe" },
      );
    const one = await freshToken("one");
    const other = await freshToken("other");
    extra.push(one, other);
    make(one);
    await open({ tokens: [one, other] });
    const findings = (await keys?.probe()) ?? [];
    assert.ok(
      findings.some(({ level, message }) => level === "warning" && message.includes("0102")),
      "a key that is in one only is said",
    );
    await keys?.close();
    make(other);
    await refused(open({ tokens: [one, other] }), "invalid_config", '"one"', '"other"', "0102");
  });

  it("are refused when what is said of them cannot be meant", async () => {
    await refused(open({ tokens: [] }), "invalid_config");
    await refused(open({ tokens: [first, first] }), "invalid_config", "twice");
    await refused(open({ pin: "1" }), "invalid_config", "each of them");
    await refused(open({ tokens: undefined }), "invalid_config", "PIN");
    await refused(open({ tokens: [first, { ...second, pin: "wrong" }] }), "key_pin_incorrect");
  });
});
