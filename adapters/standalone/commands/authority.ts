import type { Command } from "commander";
import {
  AUTHORITY_KINDS,
  KEY_ALGORITHMS,
  listSizeText,
  OCSP_KEY_ALGORITHMS,
  RSA_SIGNATURES,
} from "../../../plugin/sdk.ts";
import { addApiCommand, type Invocation } from "../api-command.ts";
import { certificateOf } from "../certificate-input.ts";
import {
  choiceOption,
  flagOption,
  integerOption,
  outOption,
  textOption,
  versionOption,
} from "../options.ts";
import { stepBar } from "../step-bar.ts";
import { addAuthorityCaps } from "./cap.ts";
import { addAuthorityRemoval } from "./authority-removal.ts";
import { addReading, pathOf } from "./crud.ts";
import { addOutsideAuthorityCommands } from "./outside-authority.ts";
import { addRenewalCommands } from "./rotation.ts";

const COLUMNS = ["id", "kind", "status", "parentId", "keyAlgorithm", "notAfter", "subject"];
const LISTS = ["shard", "kind", "number", "entries", "size", "nextUpdate", "behind", "url"];
const keyAlgorithm = () => choiceOption("--key-algorithm <name>", "CA key", KEY_ALGORITHMS);
const keyStore = () => textOption("--key-store <name>", "soft or pkcs11; the first unless given");

/** What is expected of the lists, where their number is chosen (L-12). */
const listsExpected = (): string => {
  const sizes = [1, 4, 16, 64].map((shards) => `${shards}: ${listSizeText(shards)}`);
  return `lists its certificates are spread over: 1, 2, 4 … 256, never changed again; each list with a million revoked, by their number: ${sizes.join("; ")}`;
};

const statusOptions = () => [
  integerOption("--crl-shards <n>", listsExpected()),
  flagOption("delta-crl", "publish delta lists too"),
  choiceOption("--ocsp-key-algorithm <name>", "ec-p256 unless given", OCSP_KEY_ALGORITHMS),
];

const make = async ({ api, args, body }: Invocation) =>
  api.ask("POST", "/authorities", { body: { id: args[0], ...(await body()) } });

/** One line of progress a step; the last line holds the result. */
const makeHierarchy = async ({ api, args, body }: Invocation) => {
  const bar = stepBar(process.stderr);
  let result: unknown;
  try {
    await api.lines("/hierarchies", { id: args[0], ...(await body()) }, (line) => {
      if (line["result"] === undefined)
        bar.step(Number(line["step"]), Number(line["of"]), String(line["message"]));
      else result = line["result"];
    });
  } finally {
    bar.stop();
  }
  return { text: JSON.stringify(result), value: result };
};

/** `authority …`: CAs. */
export const addAuthorityCommands = (program: Command): void => {
  const group = program.command("authority").description("certificate authorities");
  addApiCommand(group, {
    usage: "hierarchy <id>",
    summary: "make a root, an issuing CA and an RA certificate in one step",
    from: true,
    options: [
      textOption("--root-id <id>", "identifier of the root; <id>-root unless given"),
      textOption("--name <name>", "friendly name"),
      textOption("--organization <name>", "O of the subjects"),
      keyAlgorithm(),
      keyStore(),
      ...statusOptions(),
    ],
    run: makeHierarchy,
  });
  addApiCommand(group, {
    usage: "create <id>",
    summary: "make one CA; without a parent here an issuing CA waits for its certificate",
    from: true,
    options: [
      textOption("--name <name>", "friendly name"),
      choiceOption(
        "--kind <kind>",
        "what it is",
        AUTHORITY_KINDS.filter((kind) => kind !== "external" && kind !== "outside"),
      ),
      textOption("--parent-id <id>", "the CA that issues its certificate"),
      textOption("--subject <dn>", "CN=…,O=…"),
      keyAlgorithm(),
      keyStore(),
      textOption("--key-ref <ref>", "a key that is in a key store already (countersign keys)"),
      choiceOption("--signature <way>", "how an RSA key signs; pkcs1 unless given", RSA_SIGNATURES),
      textOption("--not-after <instant>", "end of its life, 2036-01-31T00:00:00Z"),
      integerOption("--path-length <n>", "CAs below it; intermediates only"),
      flagOption("crl-enabled", "publish a CRL"),
      flagOption("ocsp-enabled", "answer OCSP"),
      ...statusOptions(),
      flagOption("single", "its own key opens SCEP envelopes too; RSA only"),
    ],
    run: make,
  });
  addApiCommand(group, {
    usage: "import-root <id> <certificate>",
    summary: "take a root whose key is elsewhere, from a PEM or DER file",
    options: [textOption("--name <name>", "friendly name")],
    run: async ({ api, args, body }) =>
      api.ask("POST", "/authorities/import-root", {
        body: { id: args[0], certificate: await certificateOf(args[1] ?? ""), ...(await body()) },
      }),
  });
  addOutsideAuthorityCommands(group);
  addReading(group, "/authorities", COLUMNS);
  addApiCommand(group, {
    usage: "rename <id> <name>",
    summary: "give it another friendly name",
    options: [versionOption()],
    run: (call) =>
      call.api.ask("PATCH", pathOf("/authorities", call), {
        body: { name: call.args[1] },
        ifVersion: call.ifVersion,
      }),
  });
  addApiCommand(group, {
    usage: "enable-ocsp <id>",
    summary: "switch OCSP on: what it issues from now on names the responder; there is no way back",
    options: [versionOption()],
    run: (call) =>
      call.api.ask("PATCH", pathOf("/authorities", call), {
        body: { ocspEnabled: true },
        ifVersion: call.ifVersion,
      }),
  });
  addApiCommand(group, {
    usage: "crl <id>",
    summary: "show its lists: number, dates, entries, size, and how far each is behind",
    columns: LISTS,
    run: (call) => call.api.ask("GET", pathOf("/authorities", call, "/crl")),
  });
  addApiCommand(group, {
    usage: "publish-crl <id>",
    summary: "sign and publish all its lists now",
    columns: LISTS,
    run: (call) => call.api.ask("POST", pathOf("/authorities", call, "/crl")),
  });
  addApiCommand(group, {
    usage: "check <id>",
    summary: "fetch its lists, OCSP, CA certificate and SCEP from their public URLs, and compare",
    columns: ["level", "check", "url", "message", "remedy"],
    run: (call) => call.api.ask("POST", pathOf("/authorities", call, "/check")),
  });
  addApiCommand(group, {
    usage: "csr <id>",
    summary: "download the request of an authority that waits for its certificate, PEM",
    options: [outOption()],
    run: (call) => call.api.bytes("GET", pathOf("/authorities", call, "/csr")),
  });
  addApiCommand(group, {
    usage: "certify <id> <certificate>",
    summary: "bring the certificate that an outside CA made, from a PEM or DER file",
    run: async (call) =>
      call.api.ask("POST", pathOf("/authorities", call, "/certificate"), {
        body: { certificate: await certificateOf(call.args[1] ?? "") },
      }),
  });
  addRenewalCommands(group);
  addAuthorityCaps(group);
  addAuthorityRemoval(group);
  addApiCommand(group, {
    usage: "certificate <id>",
    summary: "download the CA certificate",
    options: [choiceOption("--format <format>", "pem unless given", ["pem", "der"]), outOption()],
    run: (call) =>
      call.api.bytes("GET", pathOf("/authorities", call, "/certificate"), {
        query: { format: call.options["format"] as string | undefined },
      }),
  });
  addApiCommand(group, {
    usage: "chain <id>",
    summary: "download the chain, PEM: this CA first and the root last",
    options: [outOption()],
    run: (call) => call.api.bytes("GET", pathOf("/authorities", call, "/chain")),
  });
};
