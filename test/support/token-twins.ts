import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { SoftToken } from "./softhsm.ts";

/** A copy of a token with its keys, as a vendor's cloning makes one; `label` stays, as it is part of the token. */
export const twinOf = (token: SoftToken): SoftToken => {
  const folder = mkdtempSync(join(tmpdir(), "countersign-twin-"));
  const tokens = join(folder, "tokens");
  cpSync(join(token.folder, "tokens"), tokens, { recursive: true });
  const conf = join(folder, "softhsm2.conf");
  writeFileSync(
    conf,
    `directories.tokendir = ${tokens}\nobjectstore.backend = file\nlog.level = ERROR\n`,
  );
  return {
    ...token,
    folder,
    environment: { SOFTHSM2_CONF: conf },
    remove: () => {
      rmSync(folder, { recursive: true, force: true });
      return Promise.resolve();
    },
  };
};
