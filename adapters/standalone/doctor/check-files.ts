import { stat } from "node:fs/promises";
import type { Finding } from "../../../plugin/index.ts";
import type { DataFolder } from "../data-folder.ts";

const check = "files";

const modeOf = async (path: string): Promise<number | undefined> =>
  stat(path).then(
    ({ mode }) => mode & 0o777,
    () => undefined,
  );

/** Files that hold secrets must be their owner's alone; Windows has no such rights to look at. */
export const checkFiles = async (folder: DataFolder): Promise<readonly Finding[]> => {
  if (process.platform === "win32") return [];
  const findings: Finding[] = [];
  const secrets = [
    folder.serverSecret,
    folder.passphrase,
    folder.settings,
    folder.connection,
    folder.token,
    folder.operatorToken,
  ];
  for (const [path, wanted] of [
    [folder.path, "700"],
    ...secrets.map((file) => [file, "600"] as const),
  ] as const) {
    const mode = await modeOf(path);
    if (mode !== undefined && (mode & 0o077) !== 0)
      findings.push({
        check,
        level: "fault",
        message: `${path} can be used by others (${mode.toString(8).padStart(4, "0")}).`,
        remedy: `Run: chmod ${wanted} '${path}'`,
      });
  }
  return findings.length > 0
    ? findings
    : [{ check, level: "ok", message: "Secrets can be read by their owner only." }];
};
