import assert from "node:assert/strict";
import { generateKeyPairSync, sign } from "node:crypto";
import { writeFile } from "node:fs/promises";
import {
  verifyLedgerFile,
  type VerifyLedgerOptions,
} from "../../../plugin/backup/verify-ledger.ts";
import { CHAIN_BEGINNING, type ChainEnd } from "../../../plugin/domain/events.ts";
import { headBytes, nextEnd } from "../../../plugin/services/ledger/ledger-chain.ts";
import { sha256Fingerprint } from "../../../plugin/pki/fingerprint.ts";
import { aLedgerEntry, after as later } from "../../contract/store/samples.ts";
import { workFolder, type WorkFolder } from "../../support/tools.ts";

const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const spki = publicKey.export({ type: "spki", format: "der" });
const CERTIFICATE = Buffer.from("certificate");

/** An export of `count` entries with a head behind each `every`. */
const exported = (count: number, every = count): string[] => {
  let end: ChainEnd = CHAIN_BEGINNING;
  const lines: object[] = [
    { kind: "ledger", version: 1, tenant: "acme", publicKey: spki.toString("base64"), after: end },
  ];
  for (let n = 1; n <= count; n += 1) {
    const entry = aLedgerEntry({
      at: later(n),
      data: { n, fingerprint: sha256Fingerprint(CERTIFICATE) },
    });
    end = nextEnd("acme", end, entry);
    lines.push({ kind: "entry", ...entry, ...end, certificate: CERTIFICATE.toString("base64") });
    if (n % every > 0) continue;
    const head = { tenant: "acme", ...end, at: later(n) };
    const signature = sign("sha256", headBytes(head), privateKey).toString("base64");
    lines.push({ kind: "head", ...end, at: head.at, signature });
  }
  return lines.map((line) => JSON.stringify(line));
};

describe("countersign ledger verify", () => {
  let folder: WorkFolder;
  before(async () => {
    folder = await workFolder();
  });
  after(() => folder.remove());
  const verify = async (lines: readonly string[], options?: VerifyLedgerOptions, end = "\n") => {
    const file = folder.file("ledger.jsonl");
    await writeFile(
      file,
      lines
        .map((line) => `${line}\n`)
        .join("")
        .slice(0, -1) + end,
    );
    return verifyLedgerFile(file, options);
  };
  const finds = (lines: readonly string[], fault: RegExp, options?: VerifyLedgerOptions) =>
    assert.rejects(verify(lines, options), (error: unknown) => {
      assert.match(String(error), /^CountersignError: ledger_broken/);
      assert.match(String(error), fault);
      return true;
    });
  const lines = exported(6);

  it("says what is whole, and up to where", async () => {
    const { entries, tenant, signed, key } = await verify(lines);
    assert.deepEqual([entries, tenant, signed.sequence], [6, "acme", 6]);
    assert.equal(key, sha256Fingerprint(spki));
    assert.equal((await verify(exported(6, 2), { key })).entries, 6);
  });

  it("finds a changed entry, a changed certificate and another key", async () => {
    await finds(lines.with(3, lines[3]!.replace('"n":3', '"n":4')), /entry 3 was changed/);
    const other = Buffer.from("CERTIFICATE").toString("base64");
    const swapped = lines[3]!.replace(CERTIFICATE.toString("base64"), other);
    await finds(lines.with(3, swapped), /certificate of entry 3/);
    await finds(lines, /another key/, { key: "00".repeat(32) });
  });

  it("finds a missing and an inserted entry", async () => {
    await finds(lines.toSpliced(3, 1), /entry 3 is missing/);
    await finds(lines.toSpliced(6, 1), /entry 6 is missing/);
    await finds(lines.toSpliced(4, 0, lines[3]!), /place 3 is taken twice/);
    // Made to fit by somebody without the key: the entry behind it shows it, or the head.
    const end = JSON.parse(lines[6]!) as ChainEnd;
    const forged = aLedgerEntry({ at: later(9), data: {} });
    const line = JSON.stringify({ kind: "entry", ...forged, ...nextEnd("acme", end, forged) });
    await finds(lines.toSpliced(7, 0, line), /place 7 is taken twice/);
  });

  it("finds that the end was cut off, wherever the cut is", async () => {
    for (let length = 1; length < lines.length; length += 1)
      await finds(lines.slice(0, length), /cut off|no signed head/);
    await assert.rejects(verify(lines, {}, ""), /cut off/);
    const heads = exported(6, 2);
    await finds(heads.slice(0, 6), /cut off: no signed head stands behind entry 3|behind entry 4/);
    const torn = await verify(heads.slice(0, 6), { allowTornEnd: true });
    assert.equal(torn.signed.sequence, 2);
    await finds([], /line 1 is no line of a ledger export/);
    await finds(["{}", ...lines.slice(1)], /the first line/);
    await finds(lines.with(2, "{}"), /line 3/);
  });

  it("goes on from a checkpoint, and not from another", async () => {
    const { hash } = JSON.parse(lines[2]!) as ChainEnd;
    const begin = JSON.parse(lines[0]!) as object;
    const rest = [JSON.stringify({ ...begin, after: { sequence: 2, hash } }), ...lines.slice(3)];
    const report = await verify(rest, { after: { sequence: 2, hash } });
    assert.deepEqual([report.entries, report.after.sequence], [4, 2]);
    await finds(rest, /it goes on after entry 2/, {
      after: { sequence: 2, hash: "0".repeat(64) },
    });
    await finds(lines, /it goes on after entry 0/, { after: { sequence: 2, hash } });
  });
});
