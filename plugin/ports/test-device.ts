import type { DistinguishedName } from "../domain/distinguished-name.ts";
import type { SubjectAltName } from "../domain/san.ts";

/** What a test enrolment does, in this order. */
export const TEST_STEPS = [
  "device",
  "capabilities",
  "ca-certificates",
  "key",
  "request",
  "chain",
  "crl",
  "revoked",
] as const;
export type TestStep = (typeof TEST_STEPS)[number];

/** What a throw-away device asks for. */
export interface TestWish {
  /** The endpoint's public SCEP address. */
  readonly url: string;
  readonly subject: DistinguishedName;
  readonly sans: readonly SubjectAltName[];
  readonly challenge: string;
  readonly now: Date;
}

/** DER. */
export interface TestEnrolment {
  readonly certificate: Uint8Array;
  /** The issuer first. */
  readonly chain: readonly Uint8Array[];
}

/** A device that is none: it makes a key and enrols over the network as a real one does. */
export interface TestDevice {
  /**
   * `begin` is called as each step begins and `end` as it ends well, with what was found. Throws a CountersignError for the step that
   * fails; `challenge_refused` where the server refused, whatever its reason.
   */
  enrol(
    wish: TestWish,
    begin: (step: TestStep) => void,
    end: (found: string) => void,
  ): Promise<TestEnrolment>;
  /** Fetches a CRL and says which of its entries the serial has. Throws `bad_message` for what is no current CRL. */
  lookUp(
    crlUrl: string,
    serial: string,
    now: Date,
  ): Promise<{ readonly listed: boolean; readonly number: string; readonly size: number }>;
}
