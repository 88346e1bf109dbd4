import type { Command } from "commander";
import { KEY_ALGORITHMS, RSA_SIGNATURES } from "../../../plugin/sdk.ts";
import { addApiCommand } from "../api-command.ts";
import { choiceOption, textOption, versionOption } from "../options.ts";
import { addReading, pathOf } from "./crud.ts";

const COLUMNS = ["id", "authorityId", "successorId", "state", "deadline", "overdue", "devices"];

/** `authority renew`, `usage`, `retire`: in the group of authorities. */
export const addRenewalCommands = (group: Command): void => {
  addApiCommand(group, {
    usage: "renew <id>",
    summary:
      "a new certificate for the same key; under an outside root fetch the csr, then certify",
    options: [
      textOption("--not-after <instant>", "end of its life, 2046-01-31T00:00:00Z"),
      versionOption(),
    ],
    run: async (call) =>
      call.api.ask("POST", pathOf("/authorities", call, "/renew"), {
        body: await call.body(),
        ifVersion: call.ifVersion,
      }),
  });
  addUsage(group, "/authorities", "count the devices that still stand on it");
  addApiCommand(group, {
    usage: "retire <id>",
    summary: "no new certificates; CRL and OCSP go on",
    run: (call) => call.api.ask("POST", pathOf("/authorities", call, "/retire")),
  });
};

/** `usage <id>` of an authority or an RA. */
export const addUsage = (group: Command, collection: string, summary: string): void =>
  addApiCommand(group, {
    usage: "usage <id>",
    summary,
    run: (call) => call.api.ask("GET", pathOf(collection, call, "/usage")),
  });

/** `roll-over …`: new keys of CAs. */
export const addRollOverCommands = (program: Command): void => {
  const group = program.command("roll-over").description("new keys of authorities, with overlap");
  addApiCommand(group, {
    usage: "start <authorityId>",
    summary: "make an authority with a new key that takes over; what is not named is as today",
    from: true,
    options: [
      textOption("--successor-id <id>", "<authorityId>-g2 unless given"),
      textOption(
        "--starts-at <instant>",
        "when it takes over; in 14 days unless the settings differ",
      ),
      textOption("--key-store <name>", "soft or pkcs11: the next key may lie in another store"),
      textOption("--key-ref <ref>", "a key that is there already (countersign keys rotate)"),
      choiceOption("--key-algorithm <name>", "CA key", KEY_ALGORITHMS),
      choiceOption("--signature <way>", "how an RSA key signs", RSA_SIGNATURES),
      textOption("--parent-id <id>", "another CA that issues its certificate"),
      textOption("--subject <dn>", "another name"),
      textOption("--name <name>", "friendly name"),
      textOption("--not-after <instant>", "end of its life"),
    ],
    run: async ({ api, args, body }) =>
      api.ask("POST", `/authorities/${encodeURIComponent(args[0] ?? "")}/roll-over`, {
        body: await body(),
      }),
  });
  addReading(group, "/roll-overs", COLUMNS);
  addApiCommand(group, {
    usage: "cancel <id>",
    summary: "call it off before it has begun",
    run: (call) => call.api.ask("POST", pathOf("/roll-overs", call, "/cancel")),
  });
};
