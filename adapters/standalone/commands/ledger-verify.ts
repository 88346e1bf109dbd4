import { type Command, InvalidArgumentError } from "commander";

interface Options {
  readonly key?: string;
  readonly after?: { readonly sequence: number; readonly hash: string };
}

const checkpointOf = (text: string): Options["after"] => {
  const [, sequence, hash] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text) ?? [];
  if (sequence === undefined || hash === undefined)
    throw new InvalidArgumentError("Write NUMBER:HASH, as ledger verify prints it.");
  return { sequence: Number(sequence), hash };
};
const keyOf = (text: string): string => {
  const hex = text.replaceAll(":", "").toLowerCase();
  if (!/^[0-9a-f]{64}$/.test(hex)) throw new InvalidArgumentError("Write 64 hex digits.");
  return hex;
};

/** `ledger verify`: checks an export without any server. */
export const addLedgerVerifyCommand = (group: Command): void => {
  group
    .command("verify <file>")
    .description("check an export: finds what was changed, removed, inserted or cut off")
    .option("--key <fingerprint>", "SHA-256 of the public key that must have signed it", keyOf)
    .option("--after <checkpoint>", "where an earlier export ended, NUMBER:HASH", checkpointOf)
    .action(async (file: string, { key, after }: Options) => {
      const { verifyLedgerFile } = await import("../../../plugin/index.ts");
      const report = await verifyLedgerFile(file, { key, after });
      const { signed, tenant, entries } = report;
      const unknown: string[] = [];
      if (key === undefined) unknown.push("that the key is yours (--key)");
      if (after === undefined && report.after.sequence > 0)
        unknown.push(`that it goes on after entry ${report.after.sequence} (--after)`);
      process.stdout.write(
        [
          `whole: ${entries} entries of tenant ${tenant}, up to ${signed.sequence}`,
          `signed ${signed.at.toISOString()} with key ${report.key}`,
          `checkpoint ${signed.sequence}:${signed.hash}`,
          ...(unknown.length === 0 ? [] : [`not checked: ${unknown.join("; ")}`]),
          "",
        ].join("\n"),
      );
    });
};
