/** A certificate as a host saw it on a device: the certificate itself, or at least its serial. */
export interface HeldCertificate {
  /** DER; everything else is then read from it. */
  readonly der?: Uint8Array | undefined;
  /** Hex in any spelling. */
  readonly serial?: string | undefined;
  /** RFC 4514 text. */
  readonly issuer?: string | undefined;
  readonly subject?: string | undefined;
  readonly notAfter?: Date | undefined;
  /** Hex in any spelling, over the DER. */
  readonly fingerprintSha256?: string | undefined;
}

/**
 * What a certificate on a device is to us. `current`: its deployment's; `held`: of ours, without a deployment; `duplicate`: a second live one of the
 * same template; `expired`, `revoked`: of ours, and still there; `other-device`: of ours, issued to another device; `authority`: a CA of ours;
 * `unassigned`: of an outside authority of ours, and no deployment fits it; `unknown`: signed with a key of ours, and nobody here has issued it;
 * `stranger`: none of ours.
 */
export const INVENTORY_VERDICTS = [
  "current",
  "held",
  "duplicate",
  "expired",
  "revoked",
  "other-device",
  "authority",
  "unassigned",
  "unknown",
  "stranger",
] as const;
export type InventoryVerdict = (typeof INVENTORY_VERDICTS)[number];

/** One certificate that a device holds, as it was reported last. */
export interface InventoryItem {
  /** The fingerprint where it is known, else `serial/issuer`; unique on its device. */
  readonly key: string;
  /** Lower-case hex without leading zero octets. */
  readonly serial: string;
  readonly issuer: string | undefined;
  readonly subject: string | undefined;
  readonly notAfter: Date | undefined;
  readonly fingerprintSha256: string | undefined;
  readonly verdict: InventoryVerdict;
  /** The row of ours it is. */
  readonly certificateId: string | undefined;
  readonly firstSeenAt: Date;
  readonly lastSeenAt: Date;
}

/** What a device holds. */
export interface Inventory {
  readonly deviceId: string;
  /** When the last report was true; undefined: there was none. */
  readonly reportedAt: Date | undefined;
  /** When the host was asked last. */
  readonly askedAt: Date | undefined;
  readonly items: readonly InventoryItem[];
}

/** An item with its device, for lists over the fleet. */
export interface InventoryFinding extends InventoryItem {
  readonly deviceId: string;
}

/** Hex in any spelling (colons, spaces, `0x`, capitals, leading zeros) as serials are kept; undefined for what is no hex. */
export const serialOf = (text: string): string | undefined => {
  const hex = text
    .toLowerCase()
    .replace(/^0x/, "")
    .replace(/[\s:-]/g, "");
  if (!/^[0-9a-f]{1,80}$/.test(hex)) return undefined;
  return hex.padStart(hex.length + (hex.length % 2), "0").replace(/^(?:00)+(?=..)/, "");
};
