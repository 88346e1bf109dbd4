import type { Authority } from "../../domain/authority.ts";
import {
  type Certificate,
  type HoldCause,
  isCompromise,
  type RevocationReason,
} from "../../domain/certificate.ts";
import { type CrlScope, shardOf } from "../../domain/crl-scope.ts";
import type { LedgerEvent } from "../../domain/events.ts";
import type { Principal } from "../../domain/principal.ts";
import type { TenantStore } from "../../ports/stores.ts";

type Change = "revoked" | "predated" | "suspended" | "released";

const EVENTS: Readonly<Record<Change, LedgerEvent>> = {
  revoked: "certificate.revoked",
  predated: "certificate.revoked",
  suspended: "certificate.suspended",
  released: "certificate.released",
};

/** Changes of the status of certificates inside one transaction, each with all that goes with it: ledger row, CRL marked, an outside CA told through the outbox. */
export class StatusChanges {
  private readonly touched = new Map<string, CrlScope>();
  private readonly made = new Map<Change, number>();
  private readonly authorities = new Map<string, Authority | undefined>();

  constructor(
    private readonly tx: TenantStore,
    private readonly principal: Pick<Principal, "id">,
    private readonly times: { readonly asked: Date; readonly at: Date },
    private readonly because: string,
    private readonly isOutside: (authority: Authority) => boolean,
  ) {}

  /** False when it was revoked for good already, or never issued. `more` goes into the ledger row. */
  async revoke(
    certificate: Certificate,
    reason: RevocationReason,
    invalidityDate: Date | undefined,
    more: Readonly<Record<string, unknown>> = {},
  ): Promise<boolean> {
    if (!(await this.tx.certificates.revoke(certificate.id, this.times.at, reason, invalidityDate)))
      return false;
    const since = invalidityDate === undefined ? {} : { invalidityDate };
    await this.record(certificate, "revoked", reason, { reason, ...since, ...more }, since);
    return true;
  }

  /**
   * What is revoked already was not to be trusted even before: `invalidityDate` is moved back, never forward, and a compromise becomes the
   * reason, since whoever reads the list must not take for good what was signed by a key in other hands (RFC 5280 section 5.3.2). False when
   * nothing changed.
   */
  async predate(
    certificate: Certificate,
    reason: RevocationReason,
    invalidityDate: Date,
    more: Readonly<Record<string, unknown>> = {},
  ): Promise<boolean> {
    const worse = isCompromise(reason) ? reason : undefined;
    const { id, revocationReason = "unspecified", revokedAt } = certificate;
    if (!(await this.tx.certificates.predate(id, this.times.at, invalidityDate, worse)))
      return false;
    const shown = worse ?? revocationReason;
    const before = certificate.invalidityDate ?? revokedAt;
    const data = { reason: shown, invalidityDate, already: true, before, ...more };
    await this.record(certificate, "predated", shown, data, { invalidityDate });
    return true;
  }

  /** False when nothing changed; a further cause of what is on hold already changes neither CRL nor OCSP. */
  async hold(
    certificate: Certificate,
    cause: HoldCause,
    until: Date | undefined,
    more: Readonly<Record<string, unknown>> = {},
  ): Promise<boolean> {
    const done = await this.tx.certificates.hold(certificate.id, this.times.at, cause, until);
    if (done === false) return false;
    const data = { cause, ...(until === undefined ? {} : { until }), ...more };
    if (done === "held") await this.record(certificate, "suspended", "certificateHold", data);
    else await this.write(certificate, "suspended", { ...data, already: true });
    return true;
  }

  /** False when it was not on hold for this cause; true also while another cause still holds it. */
  async release(
    certificate: Certificate,
    cause: HoldCause,
    more: Readonly<Record<string, unknown>> = {},
  ): Promise<boolean> {
    const done = await this.tx.certificates.release(certificate.id, this.times.at, cause);
    if (done === false) return false;
    if (done === "released")
      await this.record(certificate, "released", "release", { cause, ...more });
    else await this.write(certificate, "released", { cause, ...more, stillHeld: true });
    return true;
  }

  /** The lists that say something else now. */
  scopes(): readonly CrlScope[] {
    return [...this.touched.values()];
  }

  counts(): Iterable<readonly [Change, number]> {
    return this.made;
  }

  private async record(
    certificate: Certificate,
    change: Change,
    outside: RevocationReason | "release",
    data: Readonly<Record<string, unknown>>,
    since: { readonly invalidityDate?: Date } = {},
  ): Promise<void> {
    const { authorityId, serial } = certificate;
    const authority = await this.authority(authorityId);
    const scope = { authorityId, shard: shardOf(serial, authority?.crlShards ?? 1) };
    await this.tx.crls.markDirty(scope, this.times.asked);
    this.touched.set(`${authorityId}/${scope.shard}`, scope);
    this.made.set(change, (this.made.get(change) ?? 0) + 1);
    if (authority !== undefined && this.isOutside(authority))
      await this.tx.outbox.add(
        { kind: "revoke-outside", authorityId, serial, reason: outside, ...since },
        this.times.at,
      );
    await this.write(certificate, change, data);
  }

  private async write(
    { id, serial, deviceId }: Certificate,
    change: Change,
    data: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    await this.tx.ledger.append({
      event: EVENTS[change],
      principal: this.principal.id,
      at: this.times.at,
      subjectId: id,
      data: { serial, ...data, device: deviceId, because: this.because },
    });
  }

  private async authority(id: string): Promise<Authority | undefined> {
    if (!this.authorities.has(id)) this.authorities.set(id, await this.tx.authorities.get(id));
    return this.authorities.get(id);
  }
}
