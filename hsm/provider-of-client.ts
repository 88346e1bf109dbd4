import {
  CountersignError,
  type Decrypter,
  hashOfScheme,
  isPure,
  isRsa,
  type KeyAlgorithm,
  type KeyFinding,
  type KeyProvider,
  type KeyRef,
  providerOf,
  type Signer,
} from "../plugin/sdk.ts";
import type { KeyClient } from "./key-client.ts";
import { heldKeys } from "./key-list.ts";
import { asKeyError, operation } from "./key-operation.ts";
import { algorithmOf } from "./public-key.ts";
import { HASH_SIZE } from "./rsa-encode.ts";

interface PublicHalf {
  readonly algorithm: KeyAlgorithm;
  readonly publicKey: Uint8Array;
}

export interface ProviderOptions {
  /** The prefix of the references. */
  readonly name: string;
  readonly client: KeyClient;
  /** Whether a signer of this kind of key takes the digest. */
  readonly takesDigest: (algorithm: KeyAlgorithm) => boolean;
}

/** The port on top of a client: references, public halves (asked once and kept) and the checks that need no private key. */
export const providerOfClient = ({ name, client, takesDigest }: ProviderOptions): KeyProvider => {
  const known = new Map<string, Promise<PublicHalf>>();

  const idOf = (ref: KeyRef): Buffer => {
    const id = ref.slice(name.length + 1);
    if (providerOf(ref) !== name || !/^(?:[0-9a-f]{2}){1,255}$/.test(id)) {
      throw new CountersignError("key_not_found", `${ref} is not a reference to a ${name} key`);
    }
    return Buffer.from(id, "hex");
  };

  const publicHalf = (ref: KeyRef, use: "sign" | "decrypt"): Promise<PublicHalf> => {
    const slot = `${use} ${ref}`;
    const asked =
      known.get(slot) ??
      (async () => {
        const publicKey = await client.run(
          operation("public-key", { key: idOf(ref), scheme: use }),
        );
        return { algorithm: algorithmOf(publicKey), publicKey };
      })();
    known.set(slot, asked);
    // Only what is found is remembered.
    asked.catch(() => known.delete(slot));
    return asked;
  };

  return {
    name,
    generate: async (spec) => {
      if (spec.usage === "sign-and-decrypt" && !isRsa(spec.algorithm)) {
        throw new CountersignError("key_unsupported", "only RSA keys can decrypt");
      }
      const { algorithm, usage, label } = spec;
      const bytes = Buffer.from(JSON.stringify({ algorithm, usage, label }));
      const id = await client.run(operation("generate", { scheme: algorithm, bytes }));
      return `${name}:${Buffer.from(id).toString("hex")}`;
    },
    importKey: async (pkcs8, { usage, label }) => {
      const key = Buffer.from(pkcs8).toString("base64");
      const bytes = Buffer.from(JSON.stringify({ usage, label, key }));
      const id = await client.run(operation("import", { bytes }));
      return `${name}:${Buffer.from(id).toString("hex")}`;
    },
    signer: async (ref): Promise<Signer> => {
      const { algorithm, publicKey } = await publicHalf(ref, "sign");
      const key = idOf(ref);
      const takes = takesDigest(algorithm) ? "digest" : "message";
      const family = isPure(algorithm) ? algorithm : isRsa(algorithm) ? "rsa-" : "ecdsa-";
      return {
        algorithm,
        publicKey,
        takes,
        sign: async (input, scheme) => {
          if (!scheme.startsWith(family)) {
            throw new CountersignError("key_unsupported", `a key of ${algorithm} has no ${scheme}`);
          }
          if (takes === "digest" && input.length !== HASH_SIZE[hashOfScheme(scheme)]) {
            throw new CountersignError("invalid_input", `${scheme} takes the digest itself`);
          }
          return client.run(operation("sign", { key, scheme, bytes: input }));
        },
      };
    },
    decrypter: async (ref): Promise<Decrypter> => {
      const { publicKey } = await publicHalf(ref, "decrypt");
      const key = idOf(ref);
      return {
        publicKey,
        unwrap: (bytes, scheme, length) =>
          client.run(operation("unwrap", { key, scheme, length, bytes })),
      };
    },
    list: async () => {
      const answer = await client.run(operation("list"));
      return heldKeys(name, answer);
    },
    destroy: async (ref) => {
      await client.runEverywhere(operation("destroy", { key: idOf(ref) }));
      known.delete(`sign ${ref}`);
      known.delete(`decrypt ${ref}`);
    },
    probe: async () => {
      try {
        const answer = await client.run(operation("probe"));
        return JSON.parse(Buffer.from(answer).toString()) as KeyFinding[];
      } catch (thrown) {
        const error = asKeyError(thrown);
        return [{ level: "fault", message: error.detail, remedy: error.facts.nextStep }];
      }
    },
    close: () => client.close(),
  };
};
