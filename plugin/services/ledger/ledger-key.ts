import { inject } from "tsyringe";
import { schemeOfKey } from "../../domain/algorithm.ts";
import type { SignedHead } from "../../domain/events.ts";
import { CountersignError } from "../../errors.ts";
import { signMessage } from "../../pki/signing.ts";
import type { KeyRef, Signer } from "../../ports/keys.ts";
import type { Directory } from "../../ports/stores.ts";
import { DIRECTORY } from "../../tokens.ts";
import { Keyring } from "../signing/keyring.ts";
import { headBytes } from "./ledger-chain.ts";

const SETTING = "ledger-key";

/**
 * The installation's key that vouches for ledgers: made in the first key store when a chain is signed for the first time, P-256 (ES256), or RSA
 * where the store has no such curves. A signature and not a keyed hash, so that an outsider can check it without being able to make one.
 */
export class LedgerKey {
  private kept: Promise<Signer> | undefined;

  constructor(
    @inject(DIRECTORY) private readonly directory: Directory,
    @inject(Keyring) private readonly keyring: Keyring,
  ) {}

  /** SubjectPublicKeyInfo, DER. Throws `key_*`. */
  async publicKey(): Promise<Uint8Array> {
    return (await this.signer()).publicKey;
  }

  /** Throws `key_*`. */
  async sign(head: Omit<SignedHead, "signature">): Promise<SignedHead> {
    const signer = await this.signer();
    const scheme = schemeOfKey(signer.algorithm);
    return { ...head, signature: await signMessage(signer, scheme, headBytes(head)) };
  }

  /** Where it is; it is made where there is none. Throws `key_*`. */
  async reference(): Promise<KeyRef> {
    const made: KeyRef[] = [];
    const stored = await this.directory.setting(SETTING, async () => {
      const ref = await this.generate();
      made.push(ref);
      return Buffer.from(ref, "utf8");
    });
    const ref = Buffer.from(stored).toString("utf8");
    // Another node was first: its key is the one.
    for (const other of made) if (other !== ref) await this.keyring.destroy(other);
    return ref;
  }

  private signer(): Promise<Signer> {
    this.kept ??= this.open().catch((error: unknown) => {
      this.kept = undefined;
      throw error;
    });
    return this.kept;
  }

  private async open(): Promise<Signer> {
    return this.keyring.signer(await this.reference());
  }

  private async generate(): Promise<KeyRef> {
    const spec = { usage: "sign", label: "Countersign ledger" } as const;
    try {
      return await this.keyring.generate(undefined, { ...spec, algorithm: "ec-p256" });
    } catch (error) {
      if (!(error instanceof CountersignError) || error.code !== "key_unsupported") throw error;
      return this.keyring.generate(undefined, { ...spec, algorithm: "rsa-2048" });
    }
  }
}
