import type { RevocationReason } from "../domain/certificate.ts";
import type { CrlScope, SerialRange } from "../domain/crl-scope.ts";

/** A page of a complete list as one text, in the form of `PackedEntries` in pki/crl-entries.ts. */
export interface RevokedPack {
  readonly entries: number;
  /** The highest serial in it; undefined when there is none. */
  readonly last: string | undefined;
  readonly text: string;
}

/** One entry of a delta list: a certificate that is good again comes with `removeFromCRL`. */
export interface ChangedEntry {
  readonly serial: string;
  readonly revokedAt: Date;
  readonly invalidityDate: Date | undefined;
  readonly reason: RevocationReason | "removeFromCRL";
}

/** Certificates of one authority, of a range of serials. */
export interface RevocationScope extends SerialRange {
  readonly authorityId: string;
}

/** All revoked certificates of a scope, or what has changed since a complete list (RFC 5280 section 5.2.4). */
export type CrlKind = "complete" | "delta";

/** A published list, without its octets. */
export interface CrlRecord extends CrlScope {
  readonly kind: CrlKind;
  /** CRL number (foundations.md 14); both kinds of a scope share one sequence. */
  readonly number: bigint;
  /** The complete list that a delta adds to. */
  readonly baseNumber: bigint | undefined;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  readonly entries: number;
  /** Octets of the DER. */
  readonly size: number;
  /** Of the DER, hex. */
  readonly sha256: string;
}

/** A list that was just signed; its DER is the parts one after the other. */
export interface SignedCrl extends CrlRecord {
  readonly parts: readonly Uint8Array[];
}

/** How far the lists of a scope are behind. */
export interface CrlRevisions {
  /** How often `markDirty` was called, and the count that the latest list covers. */
  readonly dirty: number;
  readonly published: number;
  /** Time of the first change that the latest list does not cover. */
  readonly dirtySince: Date | undefined;
  /** The complete list that deltas add to. */
  readonly base: { readonly number: bigint; readonly at: Date } | undefined;
}

/** The lists of one tenant; a new list replaces the one before. */
export interface CrlStore {
  latest(scope: CrlScope, kind?: CrlKind): Promise<CrlRecord | undefined>;
  /** The DER of a list in order; throws `not_found` when another has replaced it for so long that it is gone. */
  parts(list: CrlRecord): AsyncIterable<Uint8Array>;
  /** Stores the octets of a list that is too long for one row; to be called before `insert`, outside `run`. */
  stage(list: SignedCrl): Promise<void>;
  /** False when a complete list with this number or a higher one is there already. A delta goes in with the complete list that was made with it. */
  insert(complete: SignedCrl, delta?: SignedCrl): Promise<boolean>;
  /** Set in the transaction of a revocation; a counter that only grows. */
  markDirty(scope: CrlScope, at: Date): Promise<void>;
  revisions(scope: CrlScope): Promise<CrlRevisions>;
  /** The latest list covers `dirty`; it was begun at `begun`. */
  markPublished(scope: CrlScope, dirty: number, begun: Date): Promise<void>;
  /** Deltas add to the list with this number from now on. */
  setBase(scope: CrlScope, base: { readonly number: bigint; readonly at: Date }): Promise<void>;
}
