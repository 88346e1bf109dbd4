import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash, createPublicKey, verify, X509Certificate } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type { HeldKey } from "../../../plugin/sdk.ts";
import { checkHeldKey } from "../../../adapters/standalone/key-choice.ts";
import { failureBlock } from "../../../adapters/standalone/failure.ts";
import { buildProgram } from "../../../adapters/standalone/program.ts";
import { freshTokenFolder, requireSoftHsm } from "../../support/softhsm.ts";
import { assertVerifies, certificateText, openssl } from "../../support/openssl.ts";
import { buildFaultShim, faultsIn } from "../../support/fault-shim.ts";
import { leftOut } from "../../support/left-out.ts";

const sha256 = (text: string | Uint8Array): string =>
  createHash("sha256").update(text).digest("hex");

/** The commands of a key ceremony, on a SoftHSM of its own. */
describe("countersign keys", function () {
  this.timeout(120_000);
  let module: string;
  let folder: string;
  let environment: Readonly<Record<string, string>>;
  let transcript: string;
  let keyRef: string;

  /** The command inside this process: a key process starts with each as it is. */
  const run = async (args: readonly string[], more: Readonly<Record<string, string>> = {}) => {
    const before = { ...process.env };
    Object.assign(process.env, environment, more);
    const write = process.stdout.write.bind(process.stdout);
    let stdout = "";
    let stderr = "";
    process.stdout.write = (text: unknown) => {
      stdout += String(text);
      return true;
    };
    try {
      await buildProgram().parseAsync(["keys", ...args], { from: "user" });
    } catch (failure) {
      stderr = failureBlock(failure);
      process.exitCode = 1;
    } finally {
      process.stdout.write = write;
      process.env = before;
    }
    const status = Number(process.exitCode ?? 0);
    process.exitCode = 0;
    assert.ok(!`${stdout}${stderr}`.includes("12345"), "no PIN is shown");
    return { status, stdout, stderr };
  };
  const json = async (args: readonly string[], more?: Readonly<Record<string, string>>) => {
    const { status, stdout, stderr } = await run([...args, "--json"], more);
    assert.equal(status, 0, stderr);
    return JSON.parse(stdout);
  };
  const refused = async (args: readonly string[], ...words: readonly string[]): Promise<void> => {
    const { status, stderr } = await run(args);
    assert.equal(status, 1, stderr);
    for (const word of words) assert.ok(stderr.includes(word), stderr);
  };
  const token = () => [
    ...["--module", module, "--token-label", "ceremony"],
    ...["--pin-file", join(folder, "pin-a"), "--pin-file", join(folder, "pin-b")],
  ];
  const lines = (): string[] => readFileSync(transcript, "utf8").trimEnd().split("\n");

  before(async function () {
    module = requireSoftHsm(this);
    ({ folder, environment } = await freshTokenFolder());
    for (const [name, text] of [
      ["pin-a", "12345"],
      ["pin-b", "67890\n"],
      ["so-pin", "so-pin-12345"],
    ] as const) {
      writeFileSync(join(folder, name), text, { mode: 0o600 });
    }
    transcript = join(folder, "transcript");
  });

  it("init makes a token by two people's PIN, and a dry run or a PIN that is too short makes none", async () => {
    const args = ["init", ...token(), "--so-pin-file", join(folder, "so-pin")];
    writeFileSync(join(folder, "short"), "123", { mode: 0o600 });
    const short = args.flatMap((word, at) =>
      args[at - 1] === "--pin-file" ? [join(folder, "short")] : [word],
    );
    await refused([...short.slice(0, -4), ...short.slice(-2)], "PINs of 4 to 255 octets");
    const dry = await json([...args, "--dry-run", "--transcript", transcript]);
    assert.equal(dry.dryRun, true);
    assert.ok(!existsSync(transcript));
    await json([...args, "--transcript", transcript]);
    await refused(args, "there is a token", "ceremony");
    await refused(["list", ...token().slice(0, -2)], "key_pin_incorrect");
  });

  it("generate makes a key that cannot leave, with a transcript whose lines follow from one another", async () => {
    const args = ["generate", ...token(), "--key-algorithm", "ec-p256", "--label", "root key"];
    await json([...args, "--dry-run"]);
    assert.deepEqual((await json(["list", ...token()])).keys, []);
    const made = await json([...args, "--transcript", transcript]);
    keyRef = made.keyRef;
    assert.match(keyRef, /^pkcs11:[0-9a-f]{32}$/);
    const [first = "", second = ""] = lines();
    assert.equal(JSON.parse(second).previous, sha256(first));
    assert.equal(made.transcriptSha256, sha256(second));
    assert.equal(JSON.parse(second).publicKeySha256, made.publicKeySha256);
    assert.equal(JSON.parse(second).moduleSha256, sha256(readFileSync(module)));
    assert.equal(JSON.parse(second).pinParts, 2);
    await refused(args, "holds a key", "root key");
    writeFileSync(transcript, `${first.replace("init", "tini")}\n${second}\n`);
    await refused([...args.slice(0, -1), "other", "--transcript", transcript], "line 2");
    writeFileSync(transcript, `${first}\n${second}\n`);
  });

  it("import and export-public find a key by URI, label and id", async () => {
    const id = keyRef.slice("pkcs11:".length);
    const pinFiles = token().slice(4);
    const percent = id.replace(/../g, "%$&");
    const uri = `pkcs11:token=ceremony;object=root%20key;id=${percent};type=private?module-path=${module}`;
    assert.equal((await json(["import", uri, ...pinFiles])).keyRef, keyRef);
    assert.equal((await json(["import", ...token(), "--id", id, "--dry-run"])).keyRef, keyRef);
    const { stdout } = await run(["export-public", ...token(), "--label", "root key"]);
    const spki = createPublicKey(stdout).export({ format: "der", type: "spki" });
    const [listed] = (await json(["list", ...token()])).keys;
    assert.equal(sha256(spki), listed.publicKeySha256);
    await refused(["import", ...token(), "--label", "no key"], "no key fits", "root key");
    await refused(["import", `pkcs11:objekt=x`, ...token()], "objekt");
    await refused(["import", "pkcs11:token=other;object=x", ...token()], "--token-label");
  });

  it("K-04 certify makes an offline root and certifies a request under it, with transcript and dry run", async () => {
    const file = (name: string) => join(folder, name);
    const root = ["certify", ...token(), "--label", "root key", "--kind", "root"];
    const named = [...root, "--subject", "CN=Offline Root,O=Lab", "--out", file("root.pem")];
    const dry = await json([...named, "--dry-run", "--transcript", transcript]);
    assert.deepEqual([dry.dryRun, dry.scheme], [true, "ecdsa-sha256"]);
    assert.ok(!existsSync(file("root.pem")));
    const before = lines().length;
    const made = await json([...named, "--transcript", transcript]);
    assert.equal(lines().length, before + 1);
    const written = JSON.parse(lines().at(-1) ?? "");
    const { raw } = new X509Certificate(readFileSync(file("root.pem")));
    assert.equal(written.certificateSha256, sha256(raw));
    assert.equal(written.action, "certify");
    assert.match(made.next, /import-root/);

    await openssl([
      ...["req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384", "-nodes"],
      ...["-keyout", "/dev/null", "-subj", "/O=Lab/CN=Online", "-out", file("sub.csr")],
    ]);
    const sub = [
      ...["certify", ...token(), "--label", "root key", "--kind", "issuing"],
      ...["--csr", file("sub.csr"), "--crl-url", "http://pki.example/root.crl"],
    ];
    const out = ["--out", file("sub.pem")];
    await json([...sub, "--issuer", file("root.pem"), ...out, "--transcript", transcript]);
    const certificate = new X509Certificate(readFileSync(file("sub.pem")));
    await assertVerifies(certificate.raw, [raw]);
    const text = await certificateText(certificate.raw);
    assert.match(text, /CA:TRUE, pathlen:0/);
    assert.match(text, /URI:http:\/\/pki\.example\/root\.crl/);

    await refused([...sub, "--issuer", file("root.pem"), ...out], "EEXIST");
    assert.equal(lines().length, before + 2);
  });

  it("K-08 rotate makes the next key, and today's key vouches for it", async () => {
    const args = ["rotate", ...token(), "--label", "root key", "--next-label", "root key 2"];
    const dry = await json([...args, "--dry-run"]);
    assert.deepEqual([dry.label, dry.algorithm], ["root key 2", "ec-p256"]);
    const keysNow = async () => (await json(["list", ...token()])).keys.length as number;
    const before = await keysNow();
    const made = await json([...args, "--transcript", transcript]);
    assert.equal(await keysNow(), before + 1);
    assert.equal(made.rotates.keyRef, keyRef);
    const { statement, statementSignature, publicKeySha256 } = made;
    assert.equal(
      statement,
      `countersign key rotation\n${made.rotates.publicKeySha256}\n${publicKeySha256}\n`,
    );
    const { stdout } = await run(["export-public", ...token(), "--label", "root key"]);
    const signature = Buffer.from(statementSignature, "base64");
    assert.ok(verify("sha256", Buffer.from(statement), stdout, signature));
    assert.equal(JSON.parse(lines().at(-1) ?? "").statementSignature, statementSignature);
    assert.match(made.next, new RegExp(`roll-over start ID .*--key-ref ${made.keyRef}`));
    await refused(args, "holds a key", "root key 2");
    const unknown = args.map((word) => (word === "root key" ? "nobody" : word));
    await refused(unknown, "no key fits");
  });

  it("K-07 import refuses a key that was made extractable, and one that cannot sign", async () => {
    const made = spawnSync(
      "pkcs11-tool",
      [
        ...["--module", module, "--token-label", "ceremony", "--login", "--pin", "1234567890"],
        ...["--keypairgen", "--key-type", "rsa:2048", "--label", "loose", "--id", "0a"],
        "--extractable",
      ],
      { env: { ...process.env, ...environment }, encoding: "utf8" },
    );
    assert.equal(made.status, 0, made.stderr);
    await refused(["import", ...token(), "--label", "loose"], "can be taken out");
    const mute: HeldKey = {
      ...{ ref: "pkcs11:0b", label: "mute", fault: undefined, algorithm: undefined },
      ...{ publicKey: new Uint8Array(), signs: false, decrypts: true, extractable: false },
    };
    assert.throws(() => checkHeldKey(mute), /may not sign/);
    assert.throws(() => checkHeldKey({ ...mute, fault: "another kind" }), /another kind/);
  });

  it("probe says what a token can do, and refuses a padding oracle", async function () {
    const good = await json(["probe", ...token(), "--sessions", "2"]);
    assert.equal(good.fit, true);
    assert.deepEqual(good.algorithms, [
      ...["rsa-2048", "rsa-3072", "rsa-4096"],
      ...["ec-p256", "ec-p384", "ec-p521", "ed25519"],
    ]);
    assert.deepEqual(good.decrypt, { raw: true, pkcs1: "tells", oaep: ["sha1"] });
    assert.equal(good.nonExtractable, true);
    assert.deepEqual(
      good.signRate.map(({ sessions }: { sessions: number }) => sessions),
      [1, 2],
    );
    assert.ok(good.signRate.every(({ perSecond }: { perSecond: number }) => perSecond > 10));
    assert.ok(good.mechanisms.some(({ name }: { name: string }) => name === "CKM_RSA_PKCS"));
    const left = (await json(["list", ...token()])).keys.map(
      ({ label }: { label: string }) => label,
    );
    assert.ok(!left.includes("countersign survey"), "nothing stays on the token");

    const shim = buildFaultShim(folder);
    if (shim === undefined) return leftOut(this, "no gcc to build the fault shim");
    const faults = faultsIn(folder, module);
    faults.set("C_GetMechanismList 3 0");
    const args = ["probe", "--module", shim, ...token().slice(2), "--sessions", "1"];
    const bad = await run(args, faults.environment);
    assert.equal(bad.status, 1);
    assert.match(bad.stdout, /padding oracle/);
    assert.match(bad.stdout, /RA keys in another key store/);
    assert.equal((await run([...args, "--for", "ca"], faults.environment)).status, 0);
  });
});
