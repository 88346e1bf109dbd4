import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { openSoftKeys } from "../../../hsm/soft-keys.ts";
import { describeKeyProvider } from "../../contract/key-provider.ts";

for (const [name, options] of [
  ["soft keys in two processes", { processes: 2 }],
  ["soft keys in this process", { inProcess: true }],
] as const) {
  const folder = mkdtempSync(join(tmpdir(), "countersign-keys-"));
  after(() => rmSync(folder, { recursive: true }));
  describeKeyProvider(name, () =>
    openSoftKeys({ folder, passphrase: "a passphrase of the tests", ...options }),
  );
}
