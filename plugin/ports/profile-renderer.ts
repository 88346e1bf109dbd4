import type { Platform } from "../domain/device.ts";
import type { SubjectAltName } from "../domain/san.ts";
import type { KeyStorage, KeyUsage } from "../domain/template.ts";
import type { KeyAlgorithm } from "../domain/algorithm.ts";
import type { RenderedProfile } from "./mdm-host.ts";

/** All that a device needs to enrol, resolved for one device. */
export interface ProfileInput {
  /** Stable over renewals: payload UUIDs, alias and container name are made from it. */
  readonly profileId: string;
  readonly displayName: string;
  readonly organization: string;
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
  readonly keyStorage: KeyStorage;
  /** DER; root last. Every CA of the chain. */
  readonly chain: readonly Uint8Array[];
}

/** One platform's profile. The same input gives the same bytes. */
export interface ProfileRenderer {
  readonly platform: Platform;
  render(input: ProfileInput): RenderedProfile;
}
