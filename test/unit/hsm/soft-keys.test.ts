import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { openKeyClient } from "../../../hsm/key-client.ts";
import { operation } from "../../../hsm/key-operation.ts";
import { openSoftKeys, type SoftKeysOptions } from "../../../hsm/soft-keys.ts";
import { CountersignError, type KeyProvider } from "../../../plugin/sdk.ts";
import { cpuOf, isAlive, keyProcessesOf, until, visibleOf } from "./key-processes.ts";
import { cannotDo } from "../../support/left-out.ts";

const PASSPHRASE = "correct horse battery staple";
const SPEC = { algorithm: "ec-p256", usage: "sign", label: "a key" } as const;
const MESSAGE = Buffer.from("a message");

const code =
  (wanted: string) =>
  (error: unknown): boolean => {
    assert.ok(error instanceof CountersignError, String(error));
    assert.equal(error.code, wanted, error.detail);
    assert.ok(!error.message.includes(PASSPHRASE));
    return true;
  };

describe("soft keys", () => {
  let root: string;
  let folder: string;
  let count = 0;
  const opened: KeyProvider[] = [];
  const open = async (options: Partial<SoftKeysOptions> = {}): Promise<KeyProvider> => {
    const keys = await openSoftKeys({ folder, passphrase: PASSPHRASE, processes: 1, ...options });
    opened.push(keys);
    return keys;
  };
  before(() => {
    root = mkdtempSync(join(tmpdir(), "countersign-soft-"));
  });
  beforeEach(() => {
    count += 1;
    folder = join(root, String(count));
  });
  afterEach(() => Promise.all(opened.splice(0).map((keys) => keys.close())));
  after(() => rmSync(root, { recursive: true }));

  describe("in files", () => {
    it("are for their owner only, and hold no private key in the open", async () => {
      const keys = await open({ inProcess: true });
      await keys.generate(SPEC);
      assert.equal(statSync(folder).mode & 0o777, 0o700);
      const names = readdirSync(folder);
      assert.equal(names.length, 2, "the header and one key, no draft left");
      for (const name of names) {
        assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600);
        const text = readFileSync(join(folder, name), "latin1");
        assert.ok(!text.includes(PASSPHRASE));
        // A PKCS #8 of P-256 in base64 begins with these.
        assert.ok(!text.includes("MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0"));
      }
    });

    it("are warned about when others can read them", async () => {
      const keys = await open({ inProcess: true });
      await keys.generate(SPEC);
      assert.ok(!(await keys.probe()).some(({ message }) => message.includes("read by others")));
      const name = readdirSync(folder).find((file) => file.endsWith(".key.json")) ?? "";
      writeFileSync(join(folder, "stray"), "", { mode: 0o644 });
      const findings = await keys.probe();
      assert.ok(findings.some(({ message }) => message.includes("stray")));
      writeFileSync(join(folder, name), "{}");
      assert.ok((await keys.probe()).some(({ level }) => level === "fault"));
    });

    it("are refused when anything of them was altered", async () => {
      const keys = await open({ inProcess: true });
      const path = join(folder, `${(await keys.generate(SPEC)).slice("soft:".length)}.key.json`);
      const ref = `soft:${/([0-9a-f]{32})\.key/.exec(path)?.[1] ?? ""}`;
      const file = JSON.parse(readFileSync(path, "utf8"));
      for (const change of [
        { usage: "sign-and-decrypt" },
        { label: "another" },
        { publicKey: "AAAA" },
        { sealed: `AAAA${String(file.sealed).slice(4)}` },
        { tag: Buffer.alloc(16).toString("base64") },
        { tag: Buffer.alloc(4).toString("base64") },
      ]) {
        writeFileSync(path, JSON.stringify({ ...file, ...change }));
        await assert.rejects(keys.signer(ref), code("key_unavailable"), JSON.stringify(change));
      }
      writeFileSync(path, JSON.stringify(file));
      await keys.signer(ref);
    });

    it("need the passphrase", async () => {
      await (await open()).close();
      const before = readFileSync(join(folder, "store.json"), "utf8");
      await assert.rejects(open({ passphrase: "wrong" }), code("key_pin_incorrect"));
      await assert.rejects(open({ passphrase: "" }), code("key_pin_incorrect"));
      await assert.rejects(
        open({ passphrase: "wrong", inProcess: true }),
        code("key_pin_incorrect"),
      );
      assert.equal(readFileSync(join(folder, "store.json"), "utf8"), before);
      await open({ passphrase: Buffer.from(PASSPHRASE) });
    });

    it("have a header that cannot be made cheap or lost", async () => {
      const keys = await open({ inProcess: true });
      await keys.generate(SPEC);
      const path = join(folder, "store.json");
      const header = JSON.parse(readFileSync(path, "utf8"));
      writeFileSync(path, JSON.stringify({ ...header, N: 2 }));
      await assert.rejects(open({ inProcess: true }), code("invalid_config"));
      rmSync(path);
      await assert.rejects(open({ inProcess: true }), code("invalid_config"));
    });

    it("are made once when many processes open an empty folder", async () => {
      const all = await Promise.all([1, 2, 3].map(() => open({ inProcess: true })));
      const ref = await all[0]!.generate(SPEC);
      for (const keys of all) await keys.signer(ref);
    });
  });

  describe("in key processes", function () {
    before(function () {
      if (process.platform !== "linux")
        cannotDo(this, "processes are found by /proc, which only Linux has");
    });

    const keyProcesses = (): Set<number> => new Set(keyProcessesOf(process.pid));
    const startedSince = (old: Set<number>): number[] =>
      keyProcessesOf(process.pid).filter((pid) => !old.has(pid));

    it("leave no process behind, and show the passphrase to nobody", async () => {
      const old = keyProcesses();
      const keys = await open({ processes: 2 });
      const pids = startedSince(old);
      assert.equal(pids.length, 2);
      for (const pid of pids) {
        assert.ok(visibleOf(pid).includes("key-process"));
        assert.ok(!visibleOf(pid).includes(PASSPHRASE));
        assert.ok(!visibleOf(pid).includes(Buffer.from(PASSPHRASE).toString("base64")));
      }
      await keys.close();
      assert.deepEqual(pids.filter(isAlive), []);
    });

    it("leave no process behind when they cannot be opened", async () => {
      await (await open()).close();
      const old = keyProcesses();
      await assert.rejects(open({ passphrase: "wrong", processes: 2 }), code("key_pin_incorrect"));
      assert.deepEqual(startedSince(old), []);
    });

    it("come back after a crash in the middle of an operation", async () => {
      const old = keyProcesses();
      const keys = await open();
      const signer = await keys.signer(await keys.generate(SPEC));
      const [pid = 0] = startedSince(old);
      process.kill(pid, "SIGSTOP");
      const running = [1, 2, 3].map(() => signer.sign(MESSAGE, "ecdsa-sha256"));
      const making = keys.generate(SPEC);
      setTimeout(() => process.kill(pid, "SIGKILL"), 50);
      await assert.rejects(making, code("key_unavailable"), "perhaps it was made: not made twice");
      await Promise.all(running);
      await signer.sign(MESSAGE, "ecdsa-sha256");
      assert.ok(!startedSince(old).includes(pid));
    });

    it("do not take an operation to a third process", async () => {
      const old = keyProcesses();
      const keys = await open();
      const signer = await keys.signer(await keys.generate(SPEC));
      let alive = true;
      const kill = (async () => {
        while (alive) {
          for (const pid of startedSince(old)) process.kill(pid, "SIGKILL");
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      })();
      const signing = signer.sign(MESSAGE, "ecdsa-sha256");
      await assert.rejects(signing, code("key_unavailable"));
      alive = false;
      await kill;
      await signer.sign(MESSAGE, "ecdsa-sha256");
    });

    it("are killed and started again when they hang", async () => {
      const old = keyProcesses();
      const keys = await open({ deadlineSeconds: 1 });
      const signer = await keys.signer(await keys.generate(SPEC));
      const [pid = 0] = startedSince(old);
      process.kill(pid, "SIGSTOP");
      await assert.rejects(signer.sign(MESSAGE, "ecdsa-sha256"), code("key_unavailable"));
      await until(() => !isAlive(pid));
      // On a busy machine its successor takes longer to start than an operation waits here.
      let signed: Uint8Array | undefined;
      for (let tries = 0; signed === undefined && tries < 20; tries += 1)
        signed = await signer.sign(MESSAGE, "ecdsa-sha256").catch((error: unknown) => {
          code("busy")(error);
          return undefined;
        });
      assert.ok(signed !== undefined);
    });

    it("stay when the terminal sends signals to the whole group", async () => {
      const old = keyProcesses();
      const keys = await open();
      const signer = await keys.signer(await keys.generate(SPEC));
      const [pid = 0] = startedSince(old);
      for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.kill(pid, signal);
      await signer.sign(MESSAGE, "ecdsa-sha256");
      assert.deepEqual(startedSince(old), [pid]);
    });

    it("say that they are busy when too much waits, and when they do not come to it", async () => {
      const old = keyProcesses();
      const passphrase = Buffer.from(PASSPHRASE).toString("base64");
      const client = await openKeyClient({
        config: { kind: "soft", folder, passphrase },
        inFlight: 1,
        queue: 2,
        deadline: 400,
      });
      const [pid = 0] = startedSince(old);
      const key = randomBytes(16);
      const ask = () => client.run(operation("public-key", { key, scheme: "sign" }));
      process.kill(pid, "SIGSTOP");
      const first = ask();
      await new Promise((resolve) => setImmediate(resolve));
      const waiting = [ask(), ask()];
      await assert.rejects(ask(), (error: CountersignError) => error.retryAfter === 1);
      await assert.rejects(ask(), code("busy"));
      await assert.rejects(first, code("key_unavailable"));
      for (const result of await Promise.allSettled(waiting))
        assert.equal(result.status, "rejected");
      await client.close();
      assert.deepEqual(startedSince(old), []);
    });

    const shares = async (
      algorithm: "rsa-2048" | "rsa-4096",
      alone: number,
      together: number,
    ): Promise<readonly number[]> => {
      const before = keyProcesses();
      const keys = await open({ processes: 2 });
      const pids = startedSince(before);
      const signer = await keys.signer(
        await keys.generate({ algorithm, usage: "sign", label: "shared" }),
      );
      const digest = createHash("sha256").update(MESSAGE).digest();
      const sign = () => signer.sign(digest, "rsa-pkcs1-sha256");
      for (let at = 0; at < alone; at += 1) await sign();
      const start = pids.map(cpuOf);
      await Promise.all(Array.from({ length: together }, sign));
      return pids.map((pid, at) => cpuOf(pid) - (start[at] ?? 0));
    };

    it("share the work among all of them", async () => {
      const spent = await shares("rsa-2048", 0, 300);
      assert.ok(Math.min(...spent) > 10, `milliseconds: ${spent.join(", ")}`);
    });

    it("do few operations side by side where each takes long", async () => {
      const spent = await shares("rsa-4096", 12, 4);
      assert.ok(Math.min(...spent) > Math.max(...spent) / 10, `milliseconds: ${spent.join(", ")}`);
    });

    const host = (then: "close" | "stay") =>
      spawn(
        process.execPath,
        [
          "--import",
          "./test/support/typescript.mjs",
          join(import.meta.dirname, "small-host.ts"),
          folder,
          then,
        ],
        { stdio: ["ignore", "pipe", "inherit"] },
      );

    it("let the host end by itself once it has closed them", async () => {
      const child = host("close");
      const [status] = (await once(child, "exit")) as [number | null];
      assert.equal(status, 0);
    });

    it("end with a host that was killed", async () => {
      const child = host("stay");
      await once(child.stdout, "data");
      const pids = keyProcessesOf(child.pid ?? 0);
      assert.equal(pids.length, 2);
      child.kill("SIGKILL");
      await until(() => !pids.some(isAlive));
    });
  });
});
