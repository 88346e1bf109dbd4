import { type Command, Option } from "commander";
import { CountersignError, TOKEN_KEY_ALGORITHMS, type KeyAlgorithm } from "../../../plugin/sdk.ts";
import { begin, finish, publicKeyHash, withToken } from "../ceremony.ts";
import {
  addKeyOptions,
  factsOf,
  type Given,
  type GivenKey,
  keyFacts,
  makeHeldKey,
  refuseTakenLabel,
  signedBy,
} from "../ceremony-key.ts";
import { checkHeldKey, findHeldKey, keyChoice } from "../key-choice.ts";
import { choiceOption } from "../options.ts";
import { tokenOf } from "../token-options.ts";

type GivenRotation = Given &
  GivenKey & { readonly nextLabel: string; readonly keyAlgorithm?: KeyAlgorithm };

/** What today's key signs to say which key follows it; three lines of ASCII. */
export const rotationStatement = (today: Uint8Array, next: Uint8Array): string =>
  `countersign key rotation\n${publicKeyHash(today)}\n${publicKeyHash(next)}\n`;

/** `keys rotate`: the next key of an authority beside today's, which vouches for it. */
export const addKeysRotate = (group: Command): void => {
  addKeyOptions(
    group
      .command("rotate")
      .description("make the key that follows another one; the old key vouches for it"),
  )
    .addOption(
      new Option(
        "--next-label <label>",
        "label of the new key; no other may have it",
      ).makeOptionMandatory(),
    )
    .addOption(
      choiceOption(
        "--key-algorithm <name>",
        "kind of the new key; as today's",
        TOKEN_KEY_ALGORITHMS,
      ),
    )
    .action(async (uri: string | undefined, given: GivenRotation) => {
      await begin(given);
      const choice = keyChoice(uri, given.label, given.id);
      const token = await tokenOf(given, choice.uri);
      const result = await withToken(token, async (keys) => {
        const today = await findHeldKey(keys, choice);
        checkHeldKey(today);
        await refuseTakenLabel(keys, given.nextLabel);
        const algorithm = given.keyAlgorithm ?? today.algorithm;
        if (algorithm === undefined)
          throw new CountersignError("key_unsupported", "name the --key-algorithm");
        const usage = today.decrypts ? ("sign-and-decrypt" as const) : ("sign" as const);
        const rotates = { ...keyFacts(today) };
        if (given.dryRun === true) return { rotates, label: given.nextLabel, algorithm, usage };
        const next = await makeHeldKey(keys, { algorithm, usage, label: given.nextLabel });
        const statement = rotationStatement(today.publicKey, next.publicKey);
        const signature = await signedBy(keys, today.ref, Buffer.from(statement));
        return {
          ...keyFacts(next),
          usage,
          rotates,
          statement,
          statementSignature: Buffer.from(signature).toString("base64"),
          next: `countersign roll-over start ID --key-algorithm ${algorithm} --key-ref ${next.ref}`,
        };
      });
      await finish(given, "rotate", await factsOf(given, token), result);
    });
};
