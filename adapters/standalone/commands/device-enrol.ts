import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Command } from "commander";
import {
  CountersignError,
  normalizeSan,
  parseCertificate,
  parseDn,
  toPem,
} from "../../../plugin/sdk.ts";
import { machineClock } from "../clock.ts";
import { createPrivateFile } from "../private-file.ts";
import { enrol, type EnrolResult } from "../../scep-client/scep-client.ts";
import { sanOption, typedSan } from "../san-option.ts";
import { readSecretInput } from "../secret-input.ts";
import { fields } from "../table.ts";

interface EnrolOptions {
  readonly url: string;
  readonly subject: string;
  readonly san?: readonly string[];
  readonly challenge?: string;
  readonly challengeFile?: string;
  readonly caFingerprint?: string;
  readonly out?: string;
  readonly json?: boolean;
}

const run = async (options: EnrolOptions): Promise<void> => {
  const { url, challengeFile, caFingerprint, out = ".", json } = options;
  const challenge =
    challengeFile === undefined ? options.challenge : await readSecretInput(challengeFile);
  const result = await enrol({
    url,
    subject: parseDn(options.subject),
    sans: (options.san ?? []).map((text) => normalizeSan(typedSan(text))),
    now: machineClock.now(),
    ...(challenge === undefined ? {} : { challenge }),
    ...(caFingerprint === undefined ? {} : { caFingerprint }),
  });
  const { certificate, chain, privateKey } = issued(result);
  await mkdir(out, { recursive: true });
  const at = (name: string): string => join(out, name);
  await createPrivateFile(at("key.pem"), privateKey).catch((cause: unknown) => {
    throw new CountersignError(
      "conflict",
      `${at("key.pem")} cannot be made: is there one already?`,
      {
        cause,
      },
    );
  });
  const issuer = chain.slice(0, -1);
  const root = chain.slice(-1);
  await writeFile(at("cert.pem"), pem([certificate]));
  await writeFile(at("chain.pem"), pem(issuer));
  await writeFile(at("root.pem"), pem(root));
  const { serial, notAfter } = parseCertificate(certificate);
  const shown = {
    serial,
    notAfter: notAfter.toISOString(),
    key: at("key.pem"),
    certificate: at("cert.pem"),
    chain: at("chain.pem"),
    root: at("root.pem"),
  };
  process.stdout.write(json === true ? `${JSON.stringify(shown)}\n` : fields(shown));
};

const issued = (result: EnrolResult): Extract<EnrolResult, { status: "issued" }> => {
  if (result.status === "issued") return result;
  throw new CountersignError(
    "challenge_refused",
    result.status === "pending"
      ? "the server wants somebody to approve it first"
      : `the server refused: ${result.failInfo}${result.text === undefined ? "" : `, ${result.text}`}`,
  );
};

const pem = (ders: readonly Uint8Array[]): string =>
  ders.map((der) => toPem(der, "CERTIFICATE")).join("");

/** `device enrol`: a simulated device that makes a key and really speaks SCEP; it needs no token of ours. */
export const addEnrolCommand = (group: Command): void => {
  group
    .command("enrol")
    .description("be a device: make a key and enrol it by SCEP")
    .requiredOption("--url <url>", "SCEP URL of an endpoint")
    .requiredOption("--subject <dn>", "subject of the request, CN=…")
    .addOption(sanOption())
    .option("--challenge <challenge>", "one-time challenge")
    .option("--challenge-file <file>", "file with the challenge; - is standard input")
    .option("--ca-fingerprint <sha256>", "believe this CA only, hex")
    .option("--out <dir>", "where key.pem, cert.pem, chain.pem and root.pem go", ".")
    .option("--json", "print what was written as JSON")
    .action((options: EnrolOptions) => run(options));
};
