import type { Command } from "commander";
import { DEVICE_KEY_ALGORITHMS } from "../../../plugin/sdk.ts";
import { addApiCommand, type Invocation } from "../api-command.ts";
import { choiceOption, textOption } from "../options.ts";
import { readSecretInput } from "../secret-input.ts";
import { certificateOf } from "../certificate-input.ts";
import { addReading, pathOf } from "./crud.ts";
import { addUsage } from "./rotation.ts";

const COLUMNS = ["id", "authorityId", "origin", "notAfter", "subject"];
const rsa = DEVICE_KEY_ALGORITHMS.filter((name) => name.startsWith("rsa-"));

/** `ra …`: registration authorities, which open SCEP envelopes. */
export const addRaCommands = (program: Command): void => {
  const group = program.command("ra").description("registration authorities of SCEP endpoints");
  addReading(group, "/ras", COLUMNS);
  const make = (usage: string, summary: string, origin: "issued" | "csr"): void =>
    addApiCommand(group, {
      usage,
      summary,
      options: [
        choiceOption("--key-algorithm <name>", "rsa-2048 unless given", rsa),
        textOption("--key-store <name>", "soft or pkcs11; the first unless given"),
      ],
      run: async ({ api, args, body }: Invocation) =>
        api.ask("POST", "/ras", { body: { authorityId: args[0], origin, ...(await body()) } }),
    });
  addUsage(group, "/ras", "count the devices that enrolled last by it");
  make("issue <authorityId>", "make a key, and its certificate from an authority here", "issued");
  make("request <authorityId>", "make a key, and a request for an outside CA", "csr");
  addApiCommand(group, {
    usage: "import <authorityId> <certificate> <keyFile>",
    summary: "take a certificate, PEM or DER, and its unencrypted private key, PEM, from elsewhere",
    options: [textOption("--key-store <name>", "a soft one; the first unless given")],
    run: async ({ api, args, body }) =>
      api.ask("POST", "/ras/import", {
        body: {
          authorityId: args[0],
          certificate: await certificateOf(args[1] ?? ""),
          privateKey: await readSecretInput(args[2] ?? ""),
          ...(await body()),
        },
      }),
  });
  addApiCommand(group, {
    usage: "certify <id> <certificate>",
    summary: "bring the certificate that an outside CA made, from a PEM or DER file",
    run: async (call) =>
      call.api.ask("POST", pathOf("/ras", call, "/certificate"), {
        body: { certificate: await certificateOf(call.args[1] ?? "") },
      }),
  });
};
