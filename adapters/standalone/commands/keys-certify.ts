import { readFile, writeFile } from "node:fs/promises";
import { type Command, Option } from "commander";
import { CountersignError, messageOf, RSA_SIGNATURES, toPem } from "../../../plugin/sdk.ts";
import { begin, finish, withToken } from "../ceremony.ts";
import { addKeyOptions, factsOf, type Given, type GivenKey, keyFacts } from "../ceremony-key.ts";
import { type CaOrder, prepareCa } from "../ceremony-certificate.ts";
import { checkHeldKey, findHeldKey, keyChoice } from "../key-choice.ts";
import { choiceOption, integerOption, textOption } from "../options.ts";
import { tokenOf } from "../token-options.ts";
import { sha256Hex } from "../transcript.ts";

interface GivenCertificate {
  readonly subject?: string;
  readonly csr?: string;
  readonly issuer?: string;
  readonly kind: "root" | "intermediate" | "issuing";
  readonly signature?: "pkcs1" | "pss";
  readonly notAfter?: string;
  readonly pathLength?: number;
  readonly crlUrl?: string;
  readonly caUrl?: string;
  readonly out: string;
}

const fileOf = async (
  option: string,
  path: string | undefined,
): Promise<Uint8Array | undefined> => {
  if (path === undefined) return undefined;
  try {
    return await readFile(path);
  } catch (cause) {
    throw new CountersignError(
      "invalid_input",
      `${option} ${path} cannot be read: ${messageOf(cause)}`,
      {
        cause,
      },
    );
  }
};

const endOf = (text: string | undefined): Date | undefined => {
  if (text === undefined) return undefined;
  const end = new Date(text);
  if (!/^\d{4}-\d\d-\d\dT.+(?:Z|[+-]\d\d:\d\d)$/.test(text) || Number.isNaN(end.getTime()))
    throw new CountersignError("invalid_input", "--not-after is written 2046-01-31T00:00:00Z");
  return end;
};

const orderOf = async (given: GivenCertificate): Promise<CaOrder> => ({
  kind: given.kind,
  subject: given.subject,
  csr: await fileOf("--csr", given.csr),
  issuer: await fileOf("--issuer", given.issuer),
  signature: given.signature,
  notAfter: endOf(given.notAfter),
  pathLength: given.pathLength,
  crlUrl: given.crlUrl,
  caUrl: given.caUrl,
});

/** `keys certify`: CA certificates by a key in a token, without a server: a root's own, or one for a request under an offline root. */
export const addKeysCertify = (group: Command): void => {
  addKeyOptions(
    group
      .command("certify")
      .description("make a CA certificate with a key in the token: a root's own, or for a request"),
  )
    .addOption(
      choiceOption("--kind <kind>", "what the certificate is for", [
        "root",
        "intermediate",
        "issuing",
      ]).makeOptionMandatory(),
    )
    .addOption(textOption("--subject <dn>", "name of a root: CN=…,O=…"))
    .addOption(textOption("--csr <file>", "request of an intermediate or issuing CA, PEM or DER"))
    .addOption(textOption("--issuer <file>", "certificate of the token's key, PEM or DER"))
    .addOption(choiceOption("--signature <way>", "how an RSA key signs; pkcs1", RSA_SIGNATURES))
    .addOption(textOption("--not-after <instant>", "end; 20 years for a root, else 10"))
    .addOption(integerOption("--path-length <n>", "CAs below it; not for issuing CAs"))
    .addOption(textOption("--crl-url <url>", "where the issuer's CRL is, plain HTTP"))
    .addOption(textOption("--ca-url <url>", "where the issuer's certificate is, plain HTTP"))
    .addOption(
      new Option("--out <file>", "file to write, PEM; never over one").makeOptionMandatory(),
    )
    .action(async (uri: string | undefined, given: Given & GivenKey & GivenCertificate) => {
      await begin(given);
      const order = await orderOf(given);
      const choice = keyChoice(uri, given.label, given.id);
      const token = await tokenOf(given, choice.uri);
      const result = await withToken(token, async (keys) => {
        const key = await findHeldKey(keys, choice);
        checkHeldKey(key);
        const prepared = prepareCa(order, await keys.signer(key.ref));
        const said = { ...keyFacts(key), ...prepared.facts };
        if (given.dryRun === true) return said;
        const der = await prepared.sign();
        const pem = toPem(der, "CERTIFICATE");
        await writeFile(given.out, pem, { flag: "wx" });
        const written = { certificateSha256: sha256Hex(der), outSha256: sha256Hex(pem) };
        return { ...said, ...written, out: given.out, next: nextOf(given) };
      });
      await finish(given, "certify", await factsOf(given, token), result);
    });
};

const nextOf = ({ kind, out }: GivenCertificate): string =>
  kind === "root"
    ? `countersign authority import-root ID ${out}`
    : `countersign authority certify ID ${out}`;
