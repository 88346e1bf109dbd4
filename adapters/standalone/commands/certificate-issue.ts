import { writeFile } from "node:fs/promises";
import type { Command } from "commander";
import { CountersignError, DEVICE_KEY_ALGORITHMS, PKCS12_ENCODINGS } from "../../../plugin/sdk.ts";
import { addApiCommand, type Invocation } from "../api-command.ts";
import { certificateOf } from "../certificate-input.ts";
import { extensionOption, typedExtension } from "../extension-option.ts";
import { handedOverFile } from "../handed-over-file.ts";
import { choiceOption, flagOption, outOption, textOption } from "../options.ts";
import { sanOption, typedSan } from "../san-option.ts";
import { readSecretInput } from "../secret-input.ts";
import { fields } from "../table.ts";

interface Issued {
  readonly certificate?: { readonly id: string };
  readonly details: object;
  readonly pem?: string;
}

const names = () => [
  textOption("--authority-id <id>", "the issuing CA").makeOptionMandatory(),
  textOption("--profile-id <id>", "the certificate profile").makeOptionMandatory(),
  sanOption(),
  extensionOption(),
  textOption("--validity <duration>", "P90D; the profile's unless given"),
];

/** The body of a request for a certificate; the password's file is read here, never sent. */
const bodyOf = async ({ body }: Invocation): Promise<Record<string, unknown>> => {
  const { san, extension, passwordFile, ...rest } = await body();
  return {
    ...rest,
    ...(Array.isArray(extension)
      ? { extensions: (extension as string[]).map(typedExtension) }
      : {}),
    ...(Array.isArray(san) ? { sans: (san as string[]).map(typedSan) } : {}),
    ...(typeof passwordFile === "string" ? { password: await readSecretInput(passwordFile) } : {}),
  };
};

/** Every detail; what a certificate does not say reads as a dash. */
const detailsOf = (value: unknown): string => {
  const { certificate, details } = value as Issued;
  return fields({ ...(certificate === undefined ? {} : { id: certificate.id }), ...details });
};

const fromCsr = async (call: Invocation) => {
  const csr = await certificateOf(call.args[0] ?? "");
  const answer = await call.api.ask("POST", "/certificates", {
    body: { csr, ...(await bodyOf(call)) },
  });
  const { pem } = answer.value as Issued;
  if (call.out !== undefined && pem !== undefined) await writeFile(call.out, pem);
  return answer;
};

const asPkcs12 = async (call: Invocation) => {
  const body = { subject: call.args[0], ...(await bodyOf(call)) };
  if ("dryRun" in body && body.dryRun === true)
    return call.api.ask("POST", "/certificates/pkcs12", { body });
  if (call.out === undefined)
    throw new CountersignError("invalid_input", "--out FILE says where the PKCS#12 file goes");
  return handedOverFile(call.out, async () => {
    const answer = await call.api.ask("POST", "/certificates/pkcs12", { body });
    const { pkcs12 } = answer.value as { readonly pkcs12: string };
    return { content: new Uint8Array(Buffer.from(pkcs12, "base64")), answer };
  });
};

/** `certificate request`, `issue` and `pkcs12`: by hand, for what has no MDM. */
export const addIssueCommands = (group: Command): void => {
  addApiCommand(group, {
    usage: "request <csr>",
    summary: "show what a request asks for, a PEM or DER file, once its signature is checked",
    run: async ({ api, args }) =>
      api.ask("POST", "/certificates/request", {
        body: { csr: await certificateOf(args[0] ?? "") },
      }),
  });
  addApiCommand(group, {
    usage: "issue <csr>",
    summary: "issue from a request, a PEM or DER file; with --dry-run it is only shown",
    options: [
      ...names(),
      textOption("--subject <dn>", "CN=…,O=…; the request's unless given"),
      flagOption("dry-run", "show the exact certificate, and issue nothing"),
      outOption(),
    ],
    text: (value) => `${detailsOf(value)}${(value as Issued).pem ?? ""}`,
    run: fromCsr,
  });
  addApiCommand(group, {
    usage: "pkcs12 <subject>",
    summary:
      "make a key, certify it, and write both with the chain as PKCS#12; with --dry-run it is only shown",
    options: [
      ...names(),
      choiceOption("--key-algorithm <algorithm>", "rsa-2048 unless given", DEVICE_KEY_ALGORITHMS),
      choiceOption("--encoding <encoding>", "strong unless given", PKCS12_ENCODINGS),
      textOption("--friendly-name <name>", "how the file calls the key"),
      textOption(
        "--password-file <file>",
        "file with the password of the PKCS#12 file; - is standard input",
      ),
      flagOption("dry-run", "show the certificate, and issue nothing; needs no password, no file"),
      outOption(),
    ],
    text: detailsOf,
    run: asPkcs12,
  });
};
