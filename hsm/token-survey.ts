import type { Hash, KeyAlgorithm, KeyFinding } from "../plugin/sdk.ts";

/** What a token answers to a key transport by PKCS #1 v1.5 that is malformed: an error tells an attacker, pseudorandom octets do not. */
export type Pkcs1Answer = "absent" | "tells" | "silent";

/** What one token can do, found out by doing it with keys that are gone afterwards. */
export interface TokenSurvey {
  readonly module: {
    readonly path: string;
    readonly description: string;
    readonly version: string;
    /** Of PKCS #11. */
    readonly cryptoki: string;
  };
  readonly token: {
    readonly label: string;
    readonly slot: number;
    readonly manufacturer: string;
    readonly model: string;
    readonly serial: string;
  };
  /** Key sizes in bits. */
  readonly mechanisms: readonly {
    readonly name: string;
    readonly number: number;
    readonly minKeySize: number;
    readonly maxKeySize: number;
    readonly sign: boolean;
    readonly decrypt: boolean;
    readonly generatesKeyPair: boolean;
  }[];
  /** Kinds of key that it makes, and signs with. */
  readonly algorithms: readonly KeyAlgorithm[];
  readonly pss: boolean;
  readonly decrypt: {
    readonly raw: boolean;
    readonly pkcs1: Pkcs1Answer;
    readonly oaep: readonly Hash[];
  };
  /** Whether keys that were asked to be so are sensitive and cannot be extracted; undefined when none could be made. */
  readonly nonExtractable: boolean | undefined;
  /** RSA-2048 signatures a second with so many sessions at work. */
  readonly signRate: readonly { readonly sessions: number; readonly perSecond: number }[];
  /** What the module itself gives reason for. */
  readonly findings: readonly KeyFinding[];
}
