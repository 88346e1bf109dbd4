import assert from "node:assert/strict";
import { readdirSync, statSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { FRAME_HEAD } from "../../../plugin/backup/archive-format.ts";
import { openArchive } from "../../../plugin/backup/archive-reader.ts";
import { ArchiveWriter } from "../../../plugin/backup/archive-writer.ts";
import { checkBackup } from "../../../plugin/backup/check-backup.ts";
import { readPage, writePage } from "../../../plugin/backup/row-page.ts";
import { CountersignError, type ErrorCode } from "../../../plugin/errors.ts";
import { systemRandom } from "../../../plugin/random.ts";
import { fails } from "../../contract/store/subject.ts";
import { cannotDo } from "../../support/left-out.ts";
import { run, workFolder, type WorkFolder } from "../../support/tools.ts";

const SECRET = new Uint8Array(32).fill(7);
const clock = { now: () => new Date() };
const ROWS = [{ id: "a", n: 1, der: new Uint8Array([0, 1, 255]), none: null }];

describe("the file of a backup", () => {
  let folder: WorkFolder;
  before(async () => {
    folder = await workFolder();
  });
  after(() => folder.remove());

  let count = 0;
  const options = (file = folder.file(`b${++count}`)) => ({
    ...{ file, serverSecret: SECRET, rows: 1, clock, random: systemRandom },
  });
  const made = async (): Promise<string> => {
    const writer = await ArchiveWriter.create(options());
    const { file } = { file: folder.file(`b${count}`) };
    await writer.part("database/t");
    await writer.data(writePage(ROWS));
    await writer.data(writePage(ROWS));
    await writer.part("settings.json");
    await writer.data(Buffer.from("{}"));
    await writer.finish({ schema: ["1"], tables: {}, keys: [], ledgers: [] });
    return file;
  };
  const codeOf = async (octets: Uint8Array): Promise<ErrorCode | undefined> => {
    const file = folder.file("changed");
    await writeFile(file, octets);
    try {
      await checkBackup(file, SECRET);
      return undefined;
    } catch (error) {
      assert.ok(error instanceof CountersignError, String(error));
      return error.code;
    }
  };
  /** Where each frame begins. */
  const framesOf = (octets: Buffer): number[] => {
    const starts: number[] = [];
    let at = octets.indexOf(10, octets.indexOf(10) + 1) + 1;
    for (; at < octets.length; at += FRAME_HEAD + octets.readUInt32BE(at + 1)) starts.push(at);
    return starts;
  };

  it("gives back what was put in, is its owner's alone and says in clear only when it was made", async () => {
    const file = await made();
    assert.equal(statSync(file).mode & 0o777, 0o600);
    const { manifest, extras, archive } = await checkBackup(file, SECRET);
    assert.deepEqual(manifest.schema, ["1"]);
    assert.deepEqual(
      manifest.parts.map(({ name }) => name),
      ["database/t", "settings.json"],
    );
    assert.equal(Buffer.from(extras["settings.json"]!).toString(), "{}");
    const rows = [];
    for await (const item of archive.items())
      if (item.kind === "data" && item.part === "database/t") rows.push(...readPage(item.octets));
    assert.deepEqual(
      rows.map((row) => ({ ...row, der: [...(row["der"] as Uint8Array)] })),
      [ROWS[0], ROWS[0]].map((row) => ({ ...row, der: [0, 1, 255] })),
    );
    const [magic, header] = (await readFile(file, "latin1")).split("\n");
    assert.equal(magic, "countersign-backup 1");
    assert.deepEqual(Object.keys(JSON.parse(header!) as object).sort(), [
      ...["check", "createdAt", "id", "rows", "salt"],
    ]);
    assert.ok(!(await readFile(file, "latin1")).includes("settings.json"));
  });

  it("shows a changed octet, wherever it is", async () => {
    const octets = await readFile(await made());
    // Every head of a frame, and samples of what is between.
    const heads = framesOf(octets).flatMap((at) => [0, 1, 2, 3, 4, 5].map((n) => at + n));
    const places = [...octets.keys()].filter((at) => at % 7 === 0 || heads.includes(at));
    for (const at of places) {
      const changed = Buffer.from(octets);
      changed[at] = (changed[at] ?? 0) ^ 1;
      assert.notEqual(await codeOf(changed), undefined, `octet ${at}`);
    }
  });

  it("shows where it was cut off, and what was added", async () => {
    const octets = await readFile(await made());
    const [first, ...later] = framesOf(octets);
    const lengths = [...octets.keys()].filter((at) => at % 7 === 0 || later.includes(at));
    for (const length of lengths) {
      const code = await codeOf(octets.subarray(0, length));
      assert.notEqual(code, undefined, `length ${length}`);
      if (length >= first!) assert.equal(code, "backup_damaged", `length ${length}`);
    }
    assert.equal(await codeOf(Buffer.concat([octets, Buffer.of(0)])), "backup_damaged");
  });

  it("shows frames that were left out, moved, doubled or taken from another backup", async () => {
    const octets = await readFile(await made());
    const other = await readFile(await made());
    const starts = [...framesOf(octets), octets.length];
    const head = octets.subarray(0, starts[0]);
    const frames = starts.slice(0, -1).map((at, n) => octets.subarray(at, starts[n + 1]));
    const built = (list: readonly Buffer[]) => codeOf(Buffer.concat([head, ...list]));
    assert.equal(await built(frames), undefined);
    for (const n of frames.keys()) {
      assert.equal(await built(frames.filter((_, m) => m !== n)), "backup_damaged");
      assert.equal(await built(frames.toSpliced(n, 0, frames[n]!)), "backup_damaged");
      const theirs = other.subarray(framesOf(other)[n]);
      const stolen = theirs.subarray(0, FRAME_HEAD + theirs.readUInt32BE(1));
      assert.equal(await built(frames.with(n, stolen)), "backup_damaged");
    }
    assert.equal(await built(frames.with(1, frames[2]!).with(2, frames[1]!)), "backup_damaged");
  });

  it("tells a wrong secret, another version and what is no backup apart", async () => {
    const file = await made();
    await fails(checkBackup(file, new Uint8Array(32).fill(8)), "key_pin_incorrect");
    await writeFile(folder.file("other"), "hello\n");
    await assert.rejects(openArchive(folder.file("other"), SECRET), /is no backup of Countersign/);
    await writeFile(folder.file("other"), "countersign-backup 2\n{}\n");
    await assert.rejects(openArchive(folder.file("other"), SECRET), /another version/);
    await fails(openArchive(folder.file("none"), SECRET), "invalid_input");
  });

  it("has its name only when it is whole, and takes no other file's", async () => {
    await mkdir(folder.file("own"));
    const file = folder.file("own/backup");
    const abandoned = await ArchiveWriter.create(options(file));
    await abandoned.data(Buffer.alloc(100_000));
    assert.equal(readdirSync(folder.file("own")).includes("backup"), false);
    await abandoned.abandon();
    assert.deepEqual(readdirSync(folder.file("own")), []);
    const finishing = await ArchiveWriter.create(options(file));
    await writeFile(file, "somebody was faster");
    await fails(finishing.finish({ schema: [], tables: {}, keys: [], ledgers: [] }), "conflict");
    await finishing.abandon();
    assert.deepEqual(readdirSync(folder.file("own")), ["backup"]);
    assert.equal(await readFile(file, "utf8"), "somebody was faster");
  });

  it("says that the disk is full, and leaves nothing on it", async function () {
    await mkdir(folder.file("small"));
    const disk = folder.file("small");
    const mounted = await run("mount", ["-t", "tmpfs", "-o", "size=64k", "none", disk]);
    if (mounted.status !== 0) cannotDo(this, `no small disk can be made here: ${mounted.stderr}`);
    try {
      const writer = await ArchiveWriter.create(options(folder.file("small/backup")));
      await fails(writer.data(systemRandom.bytes(200_000)), "storage_full");
      await writer.abandon();
      assert.deepEqual(readdirSync(disk), []);
    } finally {
      await run("umount", [disk]);
    }
  });
});
