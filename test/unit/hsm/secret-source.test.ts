import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { readSecret } from "../../../hsm/secret-source.ts";
import { CountersignError } from "../../../plugin/sdk.ts";

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();
const refused = (error: unknown): boolean =>
  error instanceof CountersignError &&
  error.code === "invalid_config" &&
  !error.message.includes("1234");

describe("a secret", () => {
  let folder: string;
  let count = 0;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "countersign-secret-"));
  });
  after(() => rmSync(folder, { recursive: true }));
  const file = (content: string, mode = 0o600): { file: string } => {
    const path = join(folder, `secret-${(count += 1)}`);
    writeFileSync(path, content);
    chmodSync(path, mode);
    return { file: path };
  };

  it("comes from a file without its one line end", async () => {
    assert.equal(text(await readSecret(file("1234\n"), {})), "1234");
    assert.equal(text(await readSecret(file("1234\r\n"), {})), "1234");
    assert.equal(text(await readSecret(file(" 12 34 "), {})), " 12 34 ");
    assert.equal(text(await readSecret(file("1234\n\n"), {})), "1234\n");
    assert.equal(text(await readSecret(file("1234\r"), {})), "1234\r");
  });

  it("does not come from a file that others can read", async () => {
    for (const mode of [0o640, 0o604, 0o620, 0o644]) {
      await assert.rejects(readSecret(file("1234", mode), {}), refused);
    }
  });

  it("comes from the environment that the host passes", async () => {
    assert.equal(text(await readSecret({ env: "PIN" }, { PIN: "1234\n" })), "1234");
    await assert.rejects(readSecret({ env: "PIN" }, {}), refused);
  });

  it("comes from a function as it is", async () => {
    assert.equal(text(await readSecret(() => "1234\n", {})), "1234\n");
    assert.deepEqual(await readSecret(async () => Uint8Array.of(0, 10), {}), Uint8Array.of(0, 10));
  });

  it("is never empty or missing", async () => {
    await assert.rejects(readSecret(file("\n"), {}), refused);
    await assert.rejects(readSecret({ file: join(folder, "none") }, {}), refused);
    await assert.rejects(
      readSecret(() => "", {}),
      refused,
    );
  });
});
