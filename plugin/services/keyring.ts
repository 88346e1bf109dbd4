import { inject } from "tsyringe";
import { CountersignError } from "../errors.ts";
import type { Decrypter, KeyProvider, KeyRef, KeySpec, Signer } from "../ports/keys.ts";
import { providerOf } from "../ports/keys.ts";
import { KEY_PROVIDERS } from "../tokens.ts";

/** All key stores of the installation behind one door; the first one configured is the default. */
export class Keyring {
  private readonly byName: ReadonlyMap<string, KeyProvider>;

  constructor(@inject(KEY_PROVIDERS) private readonly providers: readonly KeyProvider[]) {
    this.byName = new Map(providers.map((provider) => [provider.name, provider]));
  }

  /** Throws `invalid_input` for a key store that is not configured. */
  generate(store: string | undefined, spec: KeySpec): Promise<KeyRef> {
    return this.named(store).generate(spec);
  }

  /** Takes a PKCS#8 key into a key store. Throws as `KeyProvider.importKey`. */
  importKey(
    store: string | undefined,
    pkcs8: Uint8Array,
    spec: Omit<KeySpec, "algorithm">,
  ): Promise<KeyRef> {
    return this.named(store).importKey(pkcs8, spec);
  }

  signer(ref: KeyRef): Promise<Signer> {
    return this.provider(ref).signer(ref);
  }

  decrypter(ref: KeyRef): Promise<Decrypter> {
    return this.provider(ref).decrypter(ref);
  }

  destroy(ref: KeyRef): Promise<void> {
    return this.provider(ref).destroy(ref);
  }

  private named(store: string | undefined): KeyProvider {
    const provider = store === undefined ? this.providers[0] : this.byName.get(store);
    if (provider === undefined) {
      const known = [...this.byName.keys()].join(", ") || "none";
      throw new CountersignError(
        "invalid_input",
        `no key store ${store ?? "is configured"}; configured: ${known}`,
        {
          issues: [{ path: "keyStore", message: `choose one of: ${known}` }],
        },
      );
    }
    return provider;
  }

  private provider(ref: KeyRef): KeyProvider {
    const provider = this.byName.get(providerOf(ref));
    if (provider === undefined) {
      throw new CountersignError(
        "key_not_found",
        `key ${ref} belongs to a key store that is not configured`,
      );
    }
    return provider;
  }
}
