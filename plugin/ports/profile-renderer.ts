import type { Platform } from "../domain/device.ts";
import type { SubjectAltName } from "../domain/san.ts";
import type { KeyStorage, KeyUsage } from "../domain/template.ts";
import type { KeyAlgorithm } from "../domain/algorithm.ts";
import type { RenderedProfile } from "./mdm-host.ts";

/** What every profile says, resolved for one device. */
export interface ProfileBasics {
  /** Stable over renewals: payload UUIDs, alias and container name are made from it. */
  readonly profileId: string;
  readonly displayName: string;
  readonly organization: string;
  readonly keyStorage: KeyStorage;
  /** DER; root last. Every CA of the chain. */
  readonly chain: readonly Uint8Array[];
}

/** All that a device needs to enrol. */
export interface ProfileInput extends ProfileBasics {
  readonly scepUrl: string;
  readonly challenge: string;
  /** RDNs in order, each a list of [OID, value]. */
  readonly subject: readonly (readonly (readonly [oid: string, value: string])[])[];
  readonly sans: readonly SubjectAltName[];
  readonly keyAlgorithm: KeyAlgorithm;
  readonly keyUsages: readonly KeyUsage[];
  readonly extendedKeyUsages: readonly string[];
  /** ISO 8601 duration; advisory to the device. */
  readonly validity: string;
}

/** A key that was made at the CA, with its certificate. Secret: it goes into the profile and nowhere else. */
export interface Pkcs12ProfileInput extends ProfileBasics {
  /** PKCS#12 (PFX), DER: key, certificate, chain. */
  readonly pkcs12: Uint8Array;
  /** Opens it; letters and digits. */
  readonly password: string;
  /** The device's certificate, DER. */
  readonly certificate: Uint8Array;
}

/** One platform's profile. The same input gives the same bytes. */
export interface ProfileRenderer {
  readonly platform: Platform;
  render(input: ProfileInput): RenderedProfile;
  /** The profile that hands over a key made at the CA; where it is missing the platform takes none. */
  renderPkcs12?(input: Pkcs12ProfileInput): RenderedProfile;
}
