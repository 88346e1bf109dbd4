import { builtins } from "../../../adapters/preset.ts";
import type { KeyStoreDefinition } from "../../../plugin/define.ts";
import { CountersignError } from "../../../plugin/errors.ts";
import { silentLogger } from "../installation.ts";
import { wrappedKeyStore } from "../wrapped-keys.ts";

/** What the keys of an installation did, and whether they are at hand. */
export interface KeyWatch {
  unwraps: number;
  signatures: number;
  /** While true every operation fails as on a token that was pulled. */
  down: boolean;
  /** While true none is taken on, as when too many wait. */
  full?: boolean;
  /** Keys that fail alone: SubjectPublicKeyInfo in hex. */
  readonly lost: Set<string>;
}

/** The shipped key stores, each operation counted. */
export const watchedKeyStores = (watch: KeyWatch): readonly KeyStoreDefinition[] => {
  const needed = ({ publicKey }: { readonly publicKey: Uint8Array }): void => {
    if (watch.full === true)
      throw new CountersignError("busy", "too many operations wait", { retryAfter: 1 });
    if (watch.down || watch.lost.has(Buffer.from(publicKey).toString("hex")))
      throw new CountersignError("key_unavailable", "the lab pulled the token");
  };
  return builtins({ logger: silentLogger }).keyStores.map((store) =>
    wrappedKeyStore(store, {
      sign: async (go, signer) => {
        needed(signer);
        watch.signatures++;
        return go();
      },
      unwrap: async (go, decrypter) => {
        needed(decrypter);
        watch.unwraps++;
        return go();
      },
    }),
  );
};
