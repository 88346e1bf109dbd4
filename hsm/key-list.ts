import type { HeldKey, KeyAlgorithm } from "../plugin/sdk.ts";

/** A key as a worker lists it. */
export interface ListedKey {
  /** Hex. */
  readonly id: string;
  readonly label: string;
  readonly algorithm?: KeyAlgorithm | undefined;
  /** SubjectPublicKeyInfo, DER, base64; empty with a fault. */
  readonly publicKey: string;
  readonly signs: boolean;
  readonly decrypts: boolean;
  readonly extractable: boolean;
  readonly fault?: string | undefined;
}

/** The keys inside the answer to a `list`. */
export const listedKeys = (answer: Uint8Array): readonly ListedKey[] =>
  JSON.parse(Buffer.from(answer).toString()) as ListedKey[];

/** The answer to a `list` as the port has it. */
export const heldKeys = (provider: string, answer: Uint8Array): readonly HeldKey[] =>
  listedKeys(answer).map(({ id, algorithm, fault, publicKey, ...rest }) => ({
    ...rest,
    ref: `${provider}:${id}`,
    algorithm,
    fault,
    publicKey: new Uint8Array(Buffer.from(publicKey, "base64")),
  }));
