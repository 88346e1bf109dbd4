import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { listen, type Listening } from "../support/listen.ts";
import { crlSerials } from "../support/openssl.ts";
import { requireSoftHsm } from "../support/softhsm.ts";
import { serving, type Serving } from "../support/standalone.ts";
import { requirePrograms, run, workFolder, type WorkFolder } from "../support/tools.ts";

/** The lines of what the demo printed that begin with a program. */
const linesOf = (text: string, ...programs: readonly string[]): readonly string[] =>
  text
    .split("\n")
    .filter((line) => programs.some((program) => line.startsWith(`  ${program} `)))
    .map((line) => line.trim());

describe("demo", function () {
  this.timeout(120_000);
  let folder: WorkFolder;
  let running: Serving | undefined;
  let blocked: Listening;
  before(function () {
    requirePrograms(this, "pki", "openssl", "curl");
  });
  beforeEach(async () => {
    folder = await workFolder();
    await mkdir(folder.file("a folder"));
    // A port that is taken: the demo must go on with the next that is free.
    blocked = await listen((_request, response) => void response.end());
  });
  afterEach(async () => {
    await running?.stop("SIGKILL");
    await blocked.close();
    await folder.remove();
  });
  const demo = async (...args: readonly string[]): Promise<Serving> =>
    (running = await serving(["demo", ...args], /Ctrl\+C/, { cwd: folder.file("a folder") }));
  const shell = async (lines: readonly string[]): Promise<string> => {
    const { status, stdout, stderr } = await run("sh", ["-ec", lines.join("\n")], {
      cwd: folder.file("a folder"),
      deadline: 60_000,
    });
    assert.equal(status, 0, stderr);
    return stdout.toString();
  };

  /** Everything the demo says to try, in order; answers the serial that the wipe revoked. */
  const tryAll = async (said: string): Promise<string> => {
    const enrolling = linesOf(said, "pki", "openssl");
    assert.equal(enrolling.length, 4);
    assert.match(await shell(enrolling), /: OK/);
    const crlUrl = /curl -s (\S+)/.exec(said)?.[1] ?? "";
    const list = async () => crlSerials(new Uint8Array(await (await fetch(crlUrl)).arrayBuffer()));
    const wipe = linesOf(said, "node").map((line) => line.replace("node", `'${process.execPath}'`));
    const before = await list();
    const serial = /revoked +([0-9a-f]+)/.exec(await shell(wipe))?.[1] ?? "";
    assert.ok(!before.includes(serial));
    assert.ok((await list()).includes(serial));
    assert.match(await shell(linesOf(said, "curl")), new RegExp(serial, "i"));
    return serial;
  };

  it("prints lines that enrol, verify, wipe and show the CRL; a second start goes on with the same data", async () => {
    const first = await demo("--port", "0", "--data", "the data");
    assert.deepEqual(readdirSync(folder.file("a folder/the data/demo/profiles")).sort(), [
      "ipad-anna.mobileconfig",
      "laptop-bruno.xml",
      "phone-chiara.json",
    ]);
    const json = readFileSync(folder.file("a folder/the data/demo/profiles/phone-chiara.json"));
    assert.match(json.toString(), /chiara/);
    assert.match(first.stdout(), /for ipad-anna/);
    await tryAll(first.stdout());
    assert.equal(await first.stop("SIGINT"), 0);

    const second = await demo("--port", "0", "--data", "the data");
    assert.match(second.stdout(), /for laptop-bruno/);
    assert.equal(await second.stop(), 0);
  });

  it("takes the next port when its own is in use, and says so", async () => {
    const asked = demo("--data", "data", "--port", String(blocked.port));
    // A port that was asked for is not exchanged for another.
    await assert.rejects(asked, /another program uses it/);
    assert.deepEqual(readdirSync(folder.file("a folder")), []);
    const first = await demo("--data", "data", "--port", "0");
    assert.equal(await first.stop(), 0);
    // What the folder remembers is only a wish.
    const settings = folder.file("a folder/data/settings.json");
    const stored = JSON.parse(readFileSync(settings, "utf8")) as object;
    await writeFile(settings, JSON.stringify({ ...stored, port: blocked.port }));
    const second = await demo("--data", "data");
    const said = second.stdout();
    assert.match(
      said,
      new RegExp(`^Port ${blocked.port} is in use by another program; \\d+ it is`),
    );
    const port = Number(/admin API +http:\/\/127\.0\.0\.1:(\d+)/.exec(said)?.[1]);
    assert.ok(port > blocked.port);
    assert.match(said, new RegExp(`SCEP URL +http://127\\.0\\.0\\.1:${port}/scep/demo`));
    assert.equal(await second.stop(), 0);
  });

  it("makes a token of its own on SoftHSM, and its keys are there", async function () {
    const module = requireSoftHsm(this);
    const first = await demo("--port", "0", "--data", "data", "--pkcs11", module);
    assert.match(first.stdout(), /keys on a PKCS#11 token/);
    assert.ok(!readdirSync(folder.file("a folder/data")).includes("keys"));
    await tryAll(first.stdout());
    const pin = readFileSync(folder.file("a folder/data/softhsm/pin"), "utf8").trim();
    assert.ok(!`${first.stdout()}${first.stderr()}`.includes(pin));
    assert.equal(await first.stop(), 0);
    // Without the option: the folder knows.
    const second = await demo("--port", "0", "--data", "data");
    assert.match(second.stdout(), /keys on a PKCS#11 token/);
  });
});
