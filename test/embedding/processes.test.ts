import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { builtPackage } from "../support/build.ts";

/** Runs a script in a process of its own that must end by itself; a handle left open runs into the time limit. */
const run = (
  script: string,
  cwd: string,
): Promise<{ code: number | string | null; out: string; err: string }> =>
  new Promise((resolve) => {
    const env = { PATH: process.env["PATH"], COUNTERSIGN_PASSPHRASE: "a passphrase" };
    execFile(process.execPath, [script], { cwd, env, timeout: 15_000 }, (error, out, err) =>
      resolve({ code: error === null ? 0 : (error.code ?? error.signal ?? null), out, err }),
    );
  });

describe("embedding in a process of its own", function () {
  this.timeout(60_000);
  let cwd: string;
  before(() => {
    builtPackage();
  });
  beforeEach(async () => {
    cwd = await mkdtemp(join(tmpdir(), "countersign-"));
    writeFileSync(join(cwd, "server-secret"), randomBytes(32), { mode: 0o600 });
  });
  afterEach(() => rm(cwd, { recursive: true, force: true }));

  it("a CommonJS host requires it, runs it with key processes, closes it, and ends by itself", async () => {
    const { folder, index, preset } = builtPackage();
    const script = join(folder, "host.cjs");
    writeFileSync(
      script,
      `const { createServer } = require("node:http");
       const { builtins } = require(${JSON.stringify(preset)});
       const { createCountersign } = require(${JSON.stringify(index)});
       const config = {
         publicUrl: "http://pki.example",
         database: { file: "./countersign.db" },
         keys: [{ kind: "soft", folder: "./keys", passphrase: { env: "COUNTERSIGN_PASSPHRASE" }, processes: 2 }],
         serverSecret: { file: "./server-secret" },
       };
       (async () => {
         const countersign = createCountersign(config, builtins());
         await countersign.start();
         const server = createServer(countersign.handler).listen(0, "127.0.0.1");
         await new Promise((resolve) => server.on("listening", resolve));
         const response = await fetch("http://127.0.0.1:" + server.address().port + "/readyz", { headers: { connection: "close" } });
         console.log(JSON.stringify(await response.json()));
         await new Promise((resolve) => server.close(resolve));
         await countersign.close();
         await countersign.close();
       })();`,
    );
    const { code, out, err } = await run(script, cwd);
    assert.equal(code, 0, err);
    assert.equal(JSON.parse(out).ready, true);
  });

  it("a host that only imports it ends at once: nothing happens at import or creation", async () => {
    const { folder, index, preset } = builtPackage();
    const script = join(folder, "import-only.mjs");
    writeFileSync(
      script,
      `import { builtins } from ${JSON.stringify(preset)};
       import { createCountersign } from ${JSON.stringify(index)};
       import { readdirSync } from "node:fs";
       createCountersign({
         database: { file: "./countersign.db" },
         keys: [{ kind: "soft", folder: "./keys", passphrase: { env: "NOT_SET" } }],
         serverSecret: { env: "NOT_SET" },
       }, builtins());
       console.log(readdirSync(".").join());`,
    );
    const { code, out, err } = await run(script, cwd);
    assert.equal(code, 0, err);
    assert.equal(out.trim(), "server-secret");
  });

  it("the ten lines of docs/embedding.md run as they stand", async () => {
    const { folder, index, preset } = builtPackage();
    const document = readFileSync(new URL("../../docs/embedding.md", import.meta.url), "utf8");
    const code = /```js\n([\s\S]+?)```/.exec(document)?.[1] ?? "";
    assert.equal(code.split("\n").filter((line) => line.trim() !== "").length, 10);
    const script = join(folder, "ten-lines.mjs");
    const here = code
      .replace('"countersign"', JSON.stringify(index))
      .replace('"countersign/preset"', JSON.stringify(preset))
      .replace(
        /^express\(\)(.*)listen\(8080\);$/m,
        'const server = express()$1listen(0, "127.0.0.1");',
      );
    assert.match(here, /const server = /);
    writeFileSync(
      script,
      `${here}
       await new Promise((resolve) => server.on("listening", resolve));
       const response = await fetch("http://127.0.0.1:" + server.address().port + "/pki/readyz", { headers: { connection: "close" } });
       console.log(response.status);
       server.close();
       await countersign.close();`,
    );
    const result = await run(script, cwd);
    assert.equal(result.code, 0, result.err);
    assert.equal(result.out.trim(), "200");
  });
});
