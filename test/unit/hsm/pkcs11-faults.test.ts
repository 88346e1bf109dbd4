import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { openPkcs11Keys, type Pkcs11KeysOptions } from "../../../hsm/pkcs11-keys.ts";
import { CountersignError, type KeyProvider, type KeyRef } from "../../../plugin/sdk.ts";
import { buildFaultShim } from "../../support/fault-shim.ts";
import { freshToken, requireSoftHsm, type SoftToken } from "../../support/softhsm.ts";
import { keyProcessesOf, until } from "./key-processes.ts";
import { leftOut } from "../../support/left-out.ts";

const DIGEST = createHash("sha256").update("a message").digest();

/** Faults that no soft module produces by itself, injected between the agent and SoftHSM. */
describe("a token that fails", function () {
  let token: SoftToken;
  let options: Pkcs11KeysOptions;
  let keys: KeyProvider;
  let ref: KeyRef;
  let faults: string;
  let log: string;

  const logins = (): number =>
    existsSync(log) ? readFileSync(log, "utf8").split("\n").length - 1 : 0;
  const sign = async (): Promise<Uint8Array> =>
    (await keys.signer(ref)).sign(DIGEST, "rsa-pkcs1-sha256");
  /** As a caller who was told to come again does: on a busy machine a new process takes longer than an operation waits. */
  const signAgain = async (): Promise<void> => {
    const end = Date.now() + 20_000;
    for (;;) {
      try {
        await sign();
        return;
      } catch (error) {
        if (!(error instanceof CountersignError) || Date.now() > end) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  const failsWith = (promise: Promise<unknown>, code: string, word: string): Promise<void> =>
    assert.rejects(promise, (error) => {
      assert.ok(error instanceof CountersignError, String(error));
      assert.equal(error.code, code, error.detail);
      assert.ok(error.detail.includes(word), error.detail);
      return true;
    });
  const processOf = (): number | undefined => keyProcessesOf(process.pid)[0];

  before(async function () {
    const real = requireSoftHsm(this);
    token = await freshToken();
    const shim = buildFaultShim(token.folder);
    if (shim === undefined) return leftOut(this, "no gcc to build the fault shim");
    faults = join(token.folder, "faults");
    log = join(token.folder, "log");
    options = {
      ...token,
      module: shim,
      rejectionSecret: Buffer.alloc(32, 1),
      environment: {
        ...token.environment,
        SHIM_MODULE: real,
        SHIM_FAULTS: faults,
        SHIM_LOG: log,
      },
      deadlineSeconds: 2,
    };
  });
  beforeEach(async () => {
    rmSync(faults, { force: true });
    rmSync(log, { force: true });
    keys = await openPkcs11Keys(options);
    ref = await keys.generate({ algorithm: "rsa-2048", usage: "sign-and-decrypt", label: "" });
    await sign();
  });
  afterEach(() => (keys as KeyProvider | undefined)?.close());
  after(() => (token as SoftToken | undefined)?.remove());

  it("has the module started afresh when the device is gone", async () => {
    const before = processOf();
    for (const [rv, name] of [
      [48, "CKR_DEVICE_ERROR"],
      [50, "CKR_DEVICE_REMOVED"],
    ] as const) {
      writeFileSync(faults, `C_Sign ${rv} 0\n`);
      await failsWith(sign(), "key_unavailable", name);
      rmSync(faults);
      await signAgain();
    }
    assert.notEqual(processOf(), before);
    assert.equal(logins(), 3);
  });

  it("has the module started afresh when it fails for no stated reason again and again", async () => {
    const before = processOf();
    writeFileSync(faults, "C_Sign 5 0\n");
    await failsWith(sign(), "key_unavailable", "CKR_GENERAL_ERROR");
    rmSync(faults);
    await sign();
    assert.equal(processOf(), before, "once is no reason");
    writeFileSync(faults, "C_Sign 5 0\n");
    for (let time = 0; time < 3; time += 1) {
      await failsWith(sign(), "key_unavailable", "CKR_GENERAL_ERROR");
    }
    rmSync(faults);
    await signAgain();
    assert.notEqual(processOf(), before);
  });

  it("is asked once more when the session was the trouble", async () => {
    for (const [rv, name] of [
      [130, "CKR_OBJECT_HANDLE_INVALID"],
      [144, "CKR_OPERATION_ACTIVE"],
      [179, "CKR_SESSION_HANDLE_INVALID"],
      [257, "CKR_USER_NOT_LOGGED_IN"],
    ] as const) {
      writeFileSync(faults, `C_SignInit ${rv} 150\n`);
      // Gone before the second try.
      setTimeout(() => rmSync(faults), 75);
      await sign();
      writeFileSync(faults, `C_SignInit ${rv} 0\n`);
      await failsWith(sign(), "key_unavailable", name);
      rmSync(faults);
      await sign();
    }
    assert.equal(logins(), 1, "nobody had logged out");
  });

  it("is asked once more for a key when it fails for no stated reason", async () => {
    const make = () => keys.generate({ algorithm: "ec-p256", usage: "sign", label: "" });
    const count = async (): Promise<number> => (await keys.list?.())?.length ?? 0;
    const before = await count();
    writeFileSync(faults, "C_GenerateKeyPair 5 150\n");
    // Gone before the second try.
    setTimeout(() => rmSync(faults), 75);
    await make();
    assert.equal(await count(), before + 1);
    writeFileSync(faults, "C_GenerateKeyPair 5 0\n");
    await failsWith(make(), "key_unavailable", "C_GenerateKeyPair: CKR_GENERAL_ERROR");
    rmSync(faults);
    assert.equal(await count(), before + 1);
  });

  it("is killed when it hangs, with the operations that hang with it", async () => {
    const before = processOf();
    writeFileSync(faults, "C_Sign 0 5000\n");
    const start = Date.now();
    const hung = await Promise.allSettled([sign(), sign(), sign(), sign(), sign(), sign()]);
    assert.ok(Date.now() - start < 4_500);
    assert.ok(hung.every(({ status }) => status === "rejected"));
    rmSync(faults);
    await signAgain();
    assert.notEqual(processOf(), before);
  });

  it("lets a hanging module go at once when it is closed", async () => {
    writeFileSync(faults, "C_Sign 0 5000\n");
    const hung = sign();
    hung.catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const start = Date.now();
    await keys.close();
    assert.ok(Date.now() - start < 1_500);
    await assert.rejects(hung, CountersignError);
    assert.equal(processOf(), undefined);
  });

  for (const processes of [1, 3])
    it(`is given a wrong PIN once, with ${processes} key processes`, async () => {
      await keys.close();
      rmSync(log);
      await failsWith(
        openPkcs11Keys({ ...options, processes, pin: "wrong-pin" }),
        "key_pin_incorrect",
        "CKR_PIN_INCORRECT",
      );
      assert.equal(logins(), 1);
    });

  it("is given a PIN that it has come to refuse once, though several key processes have ended", async () => {
    await keys.close();
    rmSync(log);
    keys = await openPkcs11Keys({ ...options, processes: 3 });
    assert.equal(logins(), 3);
    writeFileSync(faults, "C_Login 160 0\n");
    for (const pid of keyProcessesOf(process.pid)) process.kill(pid, "SIGKILL");
    await until(() => logins() === 4, 15_000);
    await failsWith(sign(), "key_pin_incorrect", "CKR_PIN_INCORRECT");
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert.equal(logins(), 4);
  });

  it("is not given a PIN again that it has come to refuse", async () => {
    writeFileSync(faults, "C_Login 160 0\nC_Sign 48 0\n");
    await failsWith(sign(), "key_unavailable", "CKR_DEVICE_ERROR");
    // The new process may take longer to start than an operation waits.
    await until(() => logins() === 2, 15_000);
    for (let time = 0; time < 3; time += 1) {
      await failsWith(sign(), "key_pin_incorrect", "CKR_PIN_INCORRECT");
    }
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.equal(logins(), 2);
    const [finding] = await keys.probe();
    assert.equal(finding?.level, "fault");
    assert.ok(finding.remedy !== undefined);
  });

  it("is left alone when its PIN is locked or has one try left", async () => {
    await keys.close();
    rmSync(log);
    for (const [flag, words] of [
      [0x20000, "one try is left"],
      [0x40000, "locked"],
    ] as const) {
      writeFileSync(faults, `C_GetTokenInfo ${flag} 0\n`);
      await failsWith(openPkcs11Keys(options), "key_pin_incorrect", words);
    }
    assert.equal(logins(), 0);
    writeFileSync(faults, "C_Login 164 0\n");
    await failsWith(openPkcs11Keys(options), "key_pin_incorrect", "locked");
  });

  it("does not open envelopes without the raw RSA operation", async () => {
    await keys.close();
    writeFileSync(faults, "C_GetMechanismList 3 0\n");
    keys = await openPkcs11Keys(options);
    await failsWith(keys.decrypter(ref), "key_unsupported", "CKM_RSA_X_509");
    await sign();
    const findings = await keys.probe();
    assert.ok(
      findings.some(
        ({ level, message }) => level === "warning" && message.includes("CKM_RSA_X_509"),
      ),
    );
  });
});
