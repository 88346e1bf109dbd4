import type {
  Certificate,
  CertificateRole,
  CertificateStatus,
  HoldCause,
  RevocationReason,
} from "../domain/certificate.ts";
import type { ChangedEntry, RevocationScope, RevokedPack } from "./crl-store.ts";
import type { Page, PageRequest } from "./paging.ts";

export interface CertificateFilter {
  /** `suspended`: those of `revoked` that are on hold. */
  readonly status?: CertificateStatus | "suspended" | undefined;
  readonly role?: CertificateRole | undefined;
  readonly authorityId?: string | undefined;
  readonly templateId?: string | undefined;
  readonly deviceId?: string | undefined;
  /** Asked for there. */
  readonly endpointId?: string | undefined;
  /** Any spelling is normalised by the caller: lower-case hex without leading zero octets. */
  readonly serial?: string | undefined;
  /** Words: each must begin a word of subject, alternative names, serial or fingerprint. */
  readonly text?: readonly string[] | undefined;
  /** Only the installation's own (true), or all others (false). */
  readonly internal?: boolean | undefined;
  /** The lists with an end are ordered by notAfter, soonest first; all others newest first. */
  readonly expiresBefore?: Date | undefined;
  readonly expiresAfter?: Date | undefined;
}

/** A place in the order in which certificates were made; ids decide among those of one time. */
export interface TermPlace {
  readonly createdAt: Date;
  readonly id: string;
}

/** Words that certificates are found by (foundations.md 39); written behind the issuing path. */
export interface TermStore {
  /** All certificates made until then were walked past once; undefined before the first time. */
  mark(): Promise<Date | undefined>;
  /** Moves the mark; it never goes back. */
  moveMark(to: Date): Promise<void>;
  /** Looks at the next `limit` certificates behind a place: those without words yet, and where it came to; `next` is undefined at the end. */
  walk(
    behind: TermPlace,
    limit: number,
  ): Promise<{ readonly missing: readonly string[]; readonly next: TermPlace | undefined }>;
  /** Writes the words of these certificates, in one transaction; ids that are unknown or done are passed over. */
  take(ids: readonly string[]): Promise<void>;
}

export interface CertificateStore {
  /** For certificates that were signed elsewhere: stored as issued. Those of outside authorities may be known without their DER. */
  insert(certificate: Certificate, der: Uint8Array | undefined): Promise<void>;
  /**
   * For certificates of the installation's own, before they are signed: a row with the status `reserved`. One that nobody settles fails when
   * its lease has run out. Throws `conflict` for a taken id or serial.
   */
  reserve(certificate: Certificate, tbsDigest: Uint8Array, leaseUntil: Date): Promise<void>;
  /** From reserved to issued, with its octets; false when it was no longer reserved. */
  settle(id: string, der: Uint8Array, fingerprintSha256: string, at: Date): Promise<boolean>;
  /** From reserved to failed; nothing happens to a row in another state. */
  fail(id: string): Promise<void>;
  /**
   * How many devices stand on an authority or on an RA: those whose newest live certificate of a template is of this authority, or was
   * asked for through this RA.
   */
  devicesOn(
    where: { readonly authorityId: string } | { readonly raId: string },
    now: Date,
  ): Promise<number>;
  get(id: string): Promise<Certificate | undefined>;
  bySerial(authorityId: string, serial: string): Promise<Certificate | undefined>;
  der(id: string): Promise<Uint8Array | undefined>;
  /** Those of `ids` that are there; at most 500. */
  ders(ids: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>>;
  /** Newest first; where the filter names an end, the soonest end first. */
  list(filter: CertificateFilter, page: PageRequest): Promise<Page<Certificate>>;
  /** When the last certificate of an authority ends, whatever became of it; undefined when it has none. */
  lastEnd(authorityId: string): Promise<Date | undefined>;
  /** The same of what anybody asks the authority about: without its OCSP responders' and the certificates with `ownSerials`, a root's own. */
  lastRelied(authorityId: string, ownSerials: readonly string[]): Promise<Date | undefined>;
  /** Issued, reserved or on hold, and not expired, of one device. */
  liveOfDevice(deviceId: string, now: Date): Promise<readonly Certificate[]>;
  /** From issued, reserved or on hold to revoked (a signature in flight then loses); false when it was in none of these states. */
  revoke(
    id: string,
    at: Date,
    reason: RevocationReason,
    invalidityDate: Date | undefined,
  ): Promise<boolean>;
  /**
   * Moves back since when a certificate that is revoked for good is not to be trusted, and gives it `reason` where one is given; when it was
   * revoked stays (RFC 5280 section 5.3.2). False unless `invalidityDate` lies before what is known: its invalidityDate, or when it was revoked.
   */
  predate(
    id: string,
    at: Date,
    invalidityDate: Date,
    reason: RevocationReason | undefined,
  ): Promise<boolean>;
  /**
   * Suspends it for a cause, `admin` with an end if `until` is given. `false`: neither issued, reserved nor on hold, or on hold for that cause already;
   * `"added"`: on hold for another cause before. Inside `run` only.
   */
  hold(
    id: string,
    at: Date,
    cause: HoldCause,
    until: Date | undefined,
  ): Promise<"held" | "added" | false>;
  /** Takes a cause away; `"released"`: it was the last one, and it is good again. `false`: not on hold for it. Inside `run` only. */
  release(id: string, at: Date, cause: HoldCause): Promise<"released" | "taken" | false>;
  /** Certificates whose suspension has come to its end. */
  holdsEnded(now: Date, limit: number): Promise<readonly Certificate[]>;
  /** Up to `limit` revoked entries of a scope, the lowest serials behind `afterSerial`; those that expired before `notExpiredAt` are left out. */
  revokedPack(
    scope: RevocationScope,
    notExpiredAt: Date,
    afterSerial: string | undefined,
    limit: number,
  ): Promise<RevokedPack>;
  /** What was revoked, suspended or released at `since` or later, ordered by serial; a released one comes with the reason `removeFromCRL`. */
  changedPage(
    scope: RevocationScope,
    since: Date,
    afterSerial: string | undefined,
    limit: number,
  ): Promise<readonly ChangedEntry[]>;
}
