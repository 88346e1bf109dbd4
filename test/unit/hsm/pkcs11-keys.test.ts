import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { renameSync, rmSync } from "node:fs";
import { join } from "node:path";

import { openPkcs11Keys, type Pkcs11KeysOptions } from "../../../hsm/pkcs11-keys.ts";
import { initToken } from "../../../hsm/pkcs11-token.ts";
import { CountersignError, type KeyProvider, type KeyRef } from "../../../plugin/sdk.ts";
import { freshToken, requireSoftHsm, type SoftToken } from "../../support/softhsm.ts";
import { isAlive, keyProcessesOf, until, visibleOf } from "./key-processes.ts";

const DIGEST = createHash("sha256").update("a message").digest();
const REJECTION_SECRET = Buffer.alloc(32, 1);

describe("keys on a token", function () {
  let token: SoftToken;
  const opened: KeyProvider[] = [];
  const open = async (options: Partial<Pkcs11KeysOptions> = {}): Promise<KeyProvider> => {
    const keys = await openPkcs11Keys({ ...token, rejectionSecret: REJECTION_SECRET, ...options });
    opened.push(keys);
    return keys;
  };
  const code =
    (wanted: string, ...words: readonly string[]) =>
    (error: unknown): boolean => {
      assert.ok(error instanceof CountersignError, String(error));
      assert.equal(error.code, wanted, error.detail);
      for (const word of words) assert.ok(error.detail.includes(word), error.detail);
      assert.ok(!error.message.includes(token.pin));
      return true;
    };
  const make = (keys: KeyProvider, usage: "sign" | "sign-and-decrypt" = "sign"): Promise<KeyRef> =>
    keys.generate({ algorithm: "rsa-2048", usage, label: "a key" });
  const signs = async (keys: KeyProvider, ref: KeyRef): Promise<void> => {
    const signature = await (await keys.signer(ref)).sign(DIGEST, "rsa-pkcs1-sha256");
    assert.equal(signature.length, 256);
  };

  before(async function () {
    requireSoftHsm(this);
    token = await freshToken();
  });
  afterEach(() => Promise.all(opened.splice(0).map((keys) => keys.close())));
  after(() => (token as SoftToken | undefined)?.remove());

  it("cannot be taken out of it", async function () {
    const keys = await open();
    const id = (await make(keys, "sign-and-decrypt")).slice("pkcs11:".length);
    const list = execFileSync(
      "pkcs11-tool",
      [
        "--module",
        token.module,
        "--token-label",
        token.tokenLabel,
        "--login",
        "--pin",
        token.pin,
      ].concat(["--list-objects", "--type", "privkey", "--id", id]),
      { env: { ...process.env, ...token.environment }, encoding: "utf8", stdio: "pipe" },
    );
    assert.match(list, /Access: +sensitive, always sensitive, never extractable, local/);
    assert.match(list, /Usage: +decrypt, sign\s*$/m);
  });

  it("need the module", async () => {
    const module = join(token.folder, "no-such-module.so");
    await assert.rejects(open({ module }), code("key_module_missing", module));
    const none = join(token.folder, "softhsm2.conf");
    await assert.rejects(open({ module: none }), code("key_module_missing", none));
  });

  it("need the token, and name the ones that are there", async () => {
    await assert.rejects(
      open({ tokenLabel: "another" }),
      code("key_not_found", '"another"', `"${token.tokenLabel}" in slot`),
    );
    await assert.rejects(open({ slot: 4711 }), code("key_not_found", "4711"));
    const keys = await open();
    const said = (await keys.probe()).map(({ message }) => message).join(" ");
    const slot = Number(/in slot (\d+)/.exec(said)?.[1]);
    for (const choice of [{ slot }, {}]) {
      await (await open({ tokenLabel: undefined, ...choice })).close();
    }
  });

  it("need the PIN", async () => {
    await assert.rejects(
      open({ pin: "wrong-pin" }),
      code("key_pin_incorrect", "CKR_PIN_INCORRECT"),
    );
  });

  it("refuse options that cannot be meant", async () => {
    await assert.rejects(open({ rejectionSecret: Buffer.alloc(31) }), code("invalid_config"));
    await assert.rejects(open({ sessions: 0 }), code("invalid_config"));
    await assert.rejects(open({ processes: 0 }), code("invalid_config"));
    await assert.rejects(open({ inProcess: true }), code("invalid_config"));
  });

  it("leave no process behind, and show the PIN to nobody", async () => {
    const old = keyProcessesOf(process.pid);
    const keys = await open();
    const pids = keyProcessesOf(process.pid).filter((pid) => !old.includes(pid));
    assert.equal(pids.length, 1, "one process for the module");
    const [pid = 0] = pids;
    assert.match(visibleOf(pid), /UV_THREADPOOL_SIZE=\d+/);
    assert.ok(!visibleOf(pid).includes(token.pin));
    await keys.close();
    assert.ok(!isAlive(pid));
  });

  it("are used by several processes, each of which finds what the others make and end", async () => {
    const old = keyProcessesOf(process.pid);
    const keys = await open({ processes: 2, sessions: 1 });
    const pids = keyProcessesOf(process.pid).filter((pid) => !old.includes(pid));
    assert.equal(pids.length, 2);
    const ref = await make(keys);
    await Promise.all(Array.from({ length: 20 }, () => signs(keys, ref)));
    const [first = 0, second = 0] = pids;
    process.kill(first, "SIGKILL");
    await until(() => !isAlive(first));
    await signs(keys, ref);
    assert.ok(isAlive(second));
    await until(() => keyProcessesOf(process.pid).length === old.length + 2, 20_000);
    await keys.destroy(ref);
    for (const signing of Array.from({ length: 20 }, () => signs(keys, ref)))
      await assert.rejects(signing, code("key_not_found"));
    await keys.close();
    assert.deepEqual(keyProcessesOf(process.pid), old);
  });

  it("come back after the process was killed", async () => {
    const old = keyProcessesOf(process.pid);
    const keys = await open();
    const ref = await make(keys);
    await signs(keys, ref);
    const [pid = 0] = keyProcessesOf(process.pid).filter((each) => !old.includes(each));
    process.kill(pid, "SIGKILL");
    await until(() => !isAlive(pid));
    await signs(keys, ref);
  });

  it("are found again when the token was away", async () => {
    const keys = await open();
    const ref = await make(keys);
    await signs(keys, ref);
    const tokens = join(token.folder, "tokens");
    renameSync(tokens, `${tokens}.away`);
    await assert.rejects(signs(keys, ref), CountersignError);
    renameSync(`${tokens}.away`, tokens);
    const end = Date.now() + 8_000;
    for (;;) {
      try {
        await signs(keys, ref);
        break;
      } catch (error) {
        if (Date.now() > end) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  });

  it("are missed when somebody else has destroyed them", async () => {
    const keys = await open();
    const ref = await make(keys);
    await signs(keys, ref);
    const other = await open();
    await other.destroy(ref);
    await assert.rejects(signs(keys, ref), code("key_not_found", ref.slice("pkcs11:".length)));
    await signs(keys, await make(keys));
  });

  it("make tokens once for each label", async () => {
    const { module, environment, soPin, pin, tokenLabel } = token;
    const again = { module, environment, soPin, pin, label: tokenLabel };
    await assert.rejects(initToken(again), code("conflict", tokenLabel));
    await assert.rejects(initToken({ ...again, label: "x".repeat(33) }), code("invalid_config"));
    await initToken({ ...again, label: "x".repeat(32) });
    await (await open({ tokenLabel: "x".repeat(32) })).close();
  });

  it("work inside the host's own process too", async () => {
    const { environment, ...inside } = token;
    // What a host without key processes would have set before it started.
    process.env["SOFTHSM2_CONF"] = environment["SOFTHSM2_CONF"];
    const keys = await openPkcs11Keys({
      ...inside,
      rejectionSecret: REJECTION_SECRET,
      inProcess: true,
    });
    try {
      const ref = await make(keys);
      await Promise.all([1, 2, 3, 4, 5, 6].map(() => signs(keys, ref)));
    } finally {
      await keys.close();
      delete process.env["SOFTHSM2_CONF"];
    }
  });

  it("are gone with their files", async () => {
    const lost = await freshToken("lost");
    const keys = await openPkcs11Keys({ ...lost, rejectionSecret: REJECTION_SECRET });
    try {
      const ref = await make(keys);
      rmSync(join(lost.folder, "tokens"), { recursive: true });
      await assert.rejects(signs(keys, ref), CountersignError);
      await assert.rejects(signs(keys, ref), CountersignError);
      const findings = await keys.probe();
      assert.ok(findings.some(({ level, remedy }) => level === "fault" && remedy !== undefined));
    } finally {
      await keys.close();
      await lost.remove();
    }
  });
});
