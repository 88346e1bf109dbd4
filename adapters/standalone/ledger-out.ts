import { createReadStream } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { CountersignError, messageOf } from "../../plugin/sdk.ts";
import type { LedgerStretch } from "./ledger-source.ts";

/** Where a ledger goes, as JSON lines. */
export interface LedgerOut {
  /** The last entry that is there already. */
  readonly after: number;
  write(stretch: LedgerStretch): Promise<void>;
  close(): Promise<void>;
}

/** Lines of an export; `begin`: with the one that says whose it is. */
export const linesOf = (stretch: LedgerStretch, begin: boolean): string => {
  const { tenant, publicKey, after, items, head } = stretch;
  const lines: object[] = begin ? [{ kind: "ledger", version: 1, tenant, publicKey, after }] : [];
  for (const item of items) lines.push({ kind: "entry", ...item });
  if (head !== undefined)
    lines.push({
      ...{ kind: "head", sequence: head.sequence, hash: head.hash },
      ...{ at: head.at, signature: head.signature },
    });
  return lines.map((line) => `${JSON.stringify(line)}\n`).join("");
};

export const ledgerToStream = (stream: NodeJS.WritableStream, after: number): LedgerOut => {
  let begun = false;
  return {
    after,
    write: (stretch) =>
      new Promise((resolve, reject) => {
        stream.write(linesOf(stretch, !begun), (failure) => {
          if (failure === undefined || failure === null) resolve();
          else reject(failure);
        });
        begun = true;
      }),
    close: () => Promise.resolve(),
  };
};

/**
 * A new file (0600), or one that an earlier export wrote, which is verified first and goes on behind its last signed head. Durable with each
 * stretch. Throws `ledger_broken` for a file that was changed, `storage_full`.
 */
export const ledgerToFile = async (path: string, after: number): Promise<LedgerOut> => {
  const file = await opened(path);
  let [at, begun] = [after, false];
  try {
    if ((await file.stat()).size > 0) {
      const { end } = await lastHead(path);
      const { verifyLedgerFile } = await import("../../plugin/index.ts");
      const { signed } = await verifyLedgerFile(path, { allowTornEnd: true });
      await file.truncate(end);
      [at, begun] = [signed.sequence, true];
    }
  } catch (failure) {
    await file.close();
    throw failure;
  }
  return {
    after: at,
    write: async (stretch) => {
      if (begun && stretch.items.length === 0) return;
      try {
        await file.appendFile(linesOf(stretch, !begun));
        await file.datasync();
        begun = true;
      } catch (cause) {
        throw unwritable(path, cause);
      }
    },
    close: () => file.close(),
  };
};

const opened = async (path: string): Promise<FileHandle> => {
  try {
    return await open(path, "a+", 0o600);
  } catch (cause) {
    throw unwritable(path, cause);
  }
};

/** The octet behind the last whole line with a head. */
const lastHead = async (path: string): Promise<{ readonly end: number }> => {
  let [end, at] = [0, 0];
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (let cut = rest.indexOf(10); cut !== -1; cut = rest.indexOf(10)) {
      at += cut + 1;
      if (rest.subarray(0, 14).toString("latin1") === '{"kind":"head"') end = at;
      rest = rest.subarray(cut + 1);
    }
  }
  return { end };
};

const unwritable = (path: string, cause: unknown): CountersignError => {
  const full = cause instanceof Error && "code" in cause && cause.code === "ENOSPC";
  return new CountersignError(
    full ? "storage_full" : "invalid_input",
    `${path} cannot be written: ${messageOf(cause)}`,
    { cause },
  );
};
