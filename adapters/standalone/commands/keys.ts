import { createPublicKey } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { type Command, Option } from "commander";
import { initToken } from "../../../hsm/pkcs11-token.ts";
import { CountersignError, TOKEN_KEY_ALGORITHMS, type KeyAlgorithm } from "../../../plugin/sdk.ts";
import { addStepOptions, begin, finish, publicKeyHash, withToken } from "../ceremony.ts";
import {
  addKeyOptions,
  factsOf,
  type Given,
  type GivenKey,
  keyFacts,
  makeHeldKey,
  refuseTakenLabel,
  trySignature,
} from "../ceremony-key.ts";
import { checkHeldKey, findHeldKey, keyChoice } from "../key-choice.ts";
import { choiceOption, listOption } from "../options.ts";
import { cell, table } from "../table.ts";
import { sha256Hex } from "../transcript.ts";
import {
  addTokenOptions,
  type GivenToken,
  modulePath,
  readPin,
  tokenOf,
} from "../token-options.ts";
import { addKeysCertify } from "./keys-certify.ts";
import { addKeysProbe } from "./keys-probe.ts";
import { addKeysRotate } from "./keys-rotate.ts";

const addInit = (group: Command): void => {
  addStepOptions(
    group.command("init").description("make a blank token usable: label, SO PIN and user PIN"),
  )
    .addOption(listOption("--so-pin-file <file>", "file with the SO PIN; again for its next part"))
    .action(async (given: Given & { soPinFile?: readonly string[] }) => {
      await begin(given);
      const module = modulePath(given.module);
      const label = given.tokenLabel ?? "";
      const soPin = await readPin("so-pin", given.soPinFile ?? []);
      const pin = await readPin("pin", given.pinFile ?? [], given.pinEnv);
      await initToken({ module, label, soPin, pin, dryRun: given.dryRun });
      const facts = await factsOf(given, { module, tokenLabel: label });
      await finish(given, "init", facts, { label, soPinParts: given.soPinFile?.length });
    });
};

const addGenerate = (group: Command): void => {
  addStepOptions(
    group.command("generate").description("make a key pair in the token that can never leave it"),
  )
    .addOption(
      choiceOption(
        "--key-algorithm <name>",
        "kind of key",
        TOKEN_KEY_ALGORITHMS,
      ).makeOptionMandatory(),
    )
    .addOption(
      new Option("--label <label>", "its label; no other key may have it").makeOptionMandatory(),
    )
    .option("--decrypt", "it may open SCEP envelopes too (RA keys; RSA only)")
    .action(
      async (given: Given & { keyAlgorithm: KeyAlgorithm; label: string; decrypt?: boolean }) => {
        await begin(given);
        const token = await tokenOf(given);
        const { keyAlgorithm: algorithm, label } = given;
        const usage = given.decrypt === true ? "sign-and-decrypt" : "sign";
        const result = await withToken(token, async (keys) => {
          await refuseTakenLabel(keys, label);
          if (given.dryRun === true) return { label, algorithm, usage };
          return { ...keyFacts(await makeHeldKey(keys, { algorithm, usage, label })), usage };
        });
        await finish(given, "generate", await factsOf(given, token), result);
      },
    );
};

const addList = (group: Command): void => {
  addTokenOptions(group.command("list").description("list the key pairs of a token"))
    .option("--json", "print them as JSON")
    .action(async (given: GivenToken & { json?: boolean }) => {
      const held = await withToken(
        await tokenOf(given),
        async (keys) => (await keys.list?.()) ?? [],
      );
      const rows = held.map((key) => ({
        keyRef: key.ref,
        label: key.label,
        algorithm: key.algorithm,
        signs: key.signs,
        decrypts: key.decrypts,
        extractable: key.extractable,
        publicKeySha256: key.fault === undefined ? publicKeyHash(key.publicKey) : undefined,
        fault: key.fault,
      }));
      const headings = [
        "keyRef",
        "label",
        "algorithm",
        "signs",
        "decrypts",
        "extractable",
        "fault",
      ];
      process.stdout.write(
        given.json === true
          ? `${JSON.stringify({ keys: rows })}\n`
          : table(
              headings,
              rows.map((row) => headings.map((name) => cell(row[name as keyof typeof row]))),
            ),
      );
    });
};

const addExportPublic = (group: Command): void => {
  addKeyOptions(group.command("export-public").description("write the public half of a key, PEM"))
    .option("--out <file>", "file to write; standard output unless given")
    .action(async (uri: string | undefined, given: Given & GivenKey & { out?: string }) => {
      await begin(given);
      const choice = keyChoice(uri, given.label, given.id);
      const token = await tokenOf(given, choice.uri);
      const key = await withToken(token, (keys) => findHeldKey(keys, choice));
      if (key.fault !== undefined) throw new CountersignError("key_unsupported", key.fault);
      const spki = createPublicKey({
        key: Buffer.from(key.publicKey),
        format: "der",
        type: "spki",
      });
      const pem = spki.export({ format: "pem", type: "spki" }).toString();
      if (given.dryRun !== true && given.out !== undefined)
        await writeFile(given.out, pem, { flag: "wx" });
      if (given.out === undefined && given.json !== true) process.stdout.write(pem);
      const written = given.out === undefined ? {} : { out: given.out, outSha256: sha256Hex(pem) };
      await finish(
        given,
        "export-public",
        await factsOf(given, token),
        { ...keyFacts(key), ...written, ...(given.json === true ? { pem } : {}) },
        given.out === undefined && given.json !== true ? process.stderr : process.stdout,
      );
    });
};

const addImport = (group: Command): void => {
  addKeyOptions(
    group
      .command("import")
      .description("take up a key that is in the token already: check it and say its reference"),
  ).action(async (uri: string | undefined, given: Given & GivenKey) => {
    await begin(given);
    const choice = keyChoice(uri, given.label, given.id);
    const token = await tokenOf(given, choice.uri);
    const key = await withToken(token, async (keys) => {
      const found = await findHeldKey(keys, choice);
      checkHeldKey(found);
      if (given.dryRun !== true) await trySignature(keys, found.ref);
      return found;
    });
    await finish(given, "import", await factsOf(given, token), {
      ...keyFacts(key),
      next: `countersign authority create ID --key-ref ${key.ref}`,
    });
  });
};

/** `keys …`: tokens and the keys in them, without a server; each opens the module in a process that is gone afterwards. */
export const addKeysCommands = (program: Command): void => {
  const group = program.command("keys").description("tokens (PKCS#11) and the keys in them");
  addKeysProbe(group);
  addInit(group);
  addGenerate(group);
  addList(group);
  addExportPublic(group);
  addImport(group);
  addKeysCertify(group);
  addKeysRotate(group);
};
