import { inject } from "tsyringe";
import { CountersignError } from "../../errors.ts";
import type { Decrypter, HeldKey, KeyProvider, KeyRef, KeySpec, Signer } from "../../ports/keys.ts";
import { providerOf } from "../../ports/keys.ts";
import { KEY_PROVIDERS } from "../../tokens.ts";

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

  /**
   * A key that was made elsewhere, for an authority to take up. Throws `key_not_found`, or `key_unsupported` for one that could be taken out of
   * its store, may not sign, or whose store cannot say.
   */
  async adopt(ref: KeyRef): Promise<HeldKey> {
    const provider = this.provider(ref);
    const refuse = (why: string): never => {
      throw new CountersignError("key_unsupported", `the key ${ref} ${why}`, {
        issues: [{ path: "keyRef", message: why }],
      });
    };
    if (provider.list === undefined) return refuse("is in a store that cannot list its keys");
    const key = (await provider.list()).find((held) => held.ref === ref);
    if (key === undefined) throw new CountersignError("key_not_found", `there is no key ${ref}`);
    if (key.fault !== undefined) return refuse(`cannot be used: ${key.fault}`);
    if (!key.signs) return refuse("may not sign");
    if (key.extractable) return refuse("can be taken out of its store: make another one");
    return key;
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
