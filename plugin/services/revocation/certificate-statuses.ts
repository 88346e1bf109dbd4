import { inject } from "tsyringe";
import type { Certificate, RevocationReason } from "../../domain/certificate.ts";
import type { CrlScope } from "../../domain/crl-scope.ts";
import { type Principal, requireScope, systemPrincipal } from "../../domain/principal.ts";
import { normalizeSerial } from "../../domain/serial-number.ts";
import { CountersignError, messageOf } from "../../errors.ts";
import type { Clock, Logger } from "../../ports/ambient.ts";
import type { TenantStore } from "../../ports/stores.ts";
import { CLOCK, LOGGER } from "../../tokens.ts";
import { Access, found } from "../access/access.ts";
import { CrlLists } from "../status/crl-lists.ts";
import { scopeOf } from "../status/crl-scope-of.ts";
import { StatusTransactions } from "../certificates/status-transactions.ts";

export const STATUS_ACTIONS = ["revoke", "suspend", "unsuspend"] as const;
export type StatusAction = (typeof STATUS_ACTIONS)[number];

/** One change that an admin asks for. */
export interface StatusChange {
  readonly action: StatusAction;
  /** `unspecified` unless given; `certificateHold` suspends. */
  readonly reason?: RevocationReason | undefined;
  /** Since when the key was not to be trusted. */
  readonly invalidityDate?: Date | undefined;
  /** When a suspension lifts by itself. */
  readonly until?: Date | undefined;
  /** Why, in the admin's words; for the ledger only (C-16). */
  readonly comment?: string | undefined;
}

/** A row of a bulk run: a certificate by its id, or by serial where one authority has issued it. */
export interface StatusRow extends StatusChange {
  readonly id?: string | undefined;
  readonly serial?: string | undefined;
  readonly authorityId?: string | undefined;
}

/** What became of a row. */
export interface StatusRowResult {
  /** From 0, as the rows were given. */
  readonly row: number;
  readonly id: string | undefined;
  readonly serial: string | undefined;
  /** Undefined for a row that was not done. */
  readonly authorityId: string | undefined;
  readonly done: boolean;
  /** Why not. */
  readonly code: string | undefined;
  readonly detail: string | undefined;
}

/** What became of a bulk run. */
export interface BulkResult {
  readonly rows: readonly StatusRowResult[];
  /** Why lists were not signed before the answer although that was asked for; they follow in the background. */
  readonly unpublished: string | undefined;
}

const AT_ONCE = 100;

/** Revocation, suspension and release by hand, one by one or in bulk. */
export class CertificateStatuses {
  constructor(
    @inject(Access) private readonly access: Access,
    @inject(CLOCK) private readonly clock: Clock,
    @inject(StatusTransactions) private readonly statuses: StatusTransactions,
    @inject(CrlLists) private readonly lists: CrlLists,
    @inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * With `publishNow` the CRL is signed before it answers (L-11); when that fails, the error says that the change is made all the same. What is
   * revoked may be revoked again with an earlier `invalidityDate`. Throws `conflict` when its status does not allow it, or nothing would change.
   */
  async change(
    principal: Principal,
    id: string,
    change: StatusChange,
    publishNow = false,
  ): Promise<Certificate> {
    const store = this.access.open(principal, "certificates:change-status");
    const certificate = await this.apply(principal, store, { ...change, id });
    if (!publishNow) return certificate;
    const fault = await this.publish(store, [await scopeOf(store, certificate)]);
    if (fault === undefined) return certificate;
    throw new CountersignError(
      fault.code,
      `certificate ${certificate.serial} is changed, but its list could not be signed now and follows by itself: ${fault.detail}`,
      { cause: fault },
    );
  }

  /** Each row for itself: a bad one is told and keeps no other from it, nor does a list that cannot be signed. The CRL is published once. */
  async bulk(
    principal: Principal,
    rows: readonly (StatusRow | CountersignError)[],
    publishNow = false,
  ): Promise<BulkResult> {
    const store = this.access.open(principal, "certificates:change-status");
    const results: StatusRowResult[] = [];
    const scopes: CrlScope[] = [];
    for (const [row, wanted] of rows.entries()) {
      const refusal = (error: CountersignError): StatusRowResult => ({
        row,
        id: wanted instanceof CountersignError ? undefined : wanted.id,
        serial: wanted instanceof CountersignError ? undefined : wanted.serial,
        ...{ authorityId: undefined, done: false, code: error.code, detail: error.detail },
      });
      if (wanted instanceof CountersignError) {
        results.push(refusal(wanted));
        continue;
      }
      try {
        const changed = await this.apply(principal, store, wanted);
        const { id, serial, authorityId } = changed;
        const how = { done: true, code: undefined, detail: undefined };
        results.push({ row, id, serial, authorityId, ...how });
        if (publishNow) scopes.push(await scopeOf(store, changed));
      } catch (error) {
        results.push(refusal(this.asRefusal(error, { tenant: store.tenant, row })));
      }
    }
    const fault = publishNow ? await this.publish(store, scopes) : undefined;
    return { rows: results, unpublished: fault?.detail };
  }

  /** Lifts the suspensions that have come to their end; one that cannot be lifted keeps no other. */
  async liftEnded(store: TenantStore): Promise<void> {
    const principal = systemPrincipal("suspensions", store.tenant, ["certificates:change-status"]);
    const now = this.clock.now();
    for (const certificate of await store.certificates.holdsEnded(now, AT_ONCE))
      try {
        await this.statuses.run(store, principal, "end", async (tx, changes) => {
          // Of two nodes the second finds it lifted, and an end that was moved meanwhile counts.
          const { hold } = found(
            await tx.certificates.get(certificate.id),
            "certificate",
            certificate.id,
          );
          if (hold?.until !== undefined && hold.until <= now)
            await changes.release(certificate, "admin");
        });
      } catch (error) {
        this.logger.error(
          { tenant: store.tenant, serial: certificate.serial, error: messageOf(error) },
          "a suspension that has ended could not be lifted",
        );
      }
  }

  /** Signs lists; answers what kept it from one of them. */
  private async publish(
    store: TenantStore,
    scopes: readonly CrlScope[],
  ): Promise<CountersignError | undefined> {
    try {
      await this.lists.publishScopes(store, scopes);
      return undefined;
    } catch (error) {
      return this.asRefusal(error, { tenant: store.tenant });
    }
  }

  /** A fault of ours is told by its code alone. */
  private asRefusal(error: unknown, facts: Readonly<Record<string, unknown>>): CountersignError {
    if (error instanceof CountersignError) return error;
    this.logger.error({ ...facts, error: messageOf(error) }, "a change of status failed");
    return new CountersignError("internal", "it failed for a reason of ours; see the log", {
      cause: error,
    });
  }

  private async apply(
    principal: Principal,
    store: TenantStore,
    wanted: StatusRow,
  ): Promise<Certificate> {
    const { id, role, authorityId } = await locate(store, wanted);
    requireScope(principal, authorityId);
    const { action, reason = "unspecified", invalidityDate, until, comment } = wanted;
    const now = this.clock.now();
    if (role === "authority")
      throw new CountersignError(
        "policy_refused",
        "a CA certificate is revoked by retiring its authority",
      );
    if (until !== undefined && until <= now) throw wrong("until", "lies in the past");
    if (invalidityDate !== undefined && invalidityDate > now)
      throw wrong("invalidityDate", "lies in the future");
    const changed = await this.statuses.run(store, principal, "admin", async (tx, changes) => {
      const current = found(await tx.certificates.get(id), "certificate", id);
      const more = comment === undefined ? {} : { comment };
      if (action === "unsuspend")
        return liftAll(current, (cause) => changes.release(current, cause, more));
      if (action === "suspend" || reason === "certificateHold")
        return changes.hold(current, "admin", until, more);
      return (
        (await changes.revoke(current, reason, invalidityDate, more)) ||
        (invalidityDate !== undefined &&
          (await changes.predate(current, reason, invalidityDate, more)))
      );
    });
    const after = found(await store.certificates.get(id), "certificate", id);
    if (!changed) throw new CountersignError("conflict", unchanged(after, wanted));
    return after;
  }
}

/** Why a change changes nothing. */
const unchanged = (
  { serial, hold, status, invalidityDate, revokedAt }: Certificate,
  { action, invalidityDate: told }: StatusChange,
): string => {
  const state = `certificate ${serial} is ${hold === undefined ? status : "suspended"}`;
  if (action === "unsuspend") return state;
  const since = invalidityDate ?? revokedAt;
  return told === undefined || since === undefined
    ? `${state} already`
    : `${state} already, and not to be trusted since ${since.toISOString()}: only an earlier date changes that`;
};

/** Whoever unsuspends by hand means it, whatever it was suspended for. */
const liftAll = async (
  { hold }: Certificate,
  lift: (cause: NonNullable<Certificate["hold"]>["causes"][number]) => Promise<boolean>,
): Promise<boolean> => {
  let lifted = false;
  for (const cause of hold?.causes ?? []) lifted = (await lift(cause)) || lifted;
  return lifted;
};

const locate = async (store: TenantStore, wanted: StatusRow): Promise<Certificate> => {
  if (wanted.id !== undefined)
    return found(await store.certificates.get(wanted.id), "certificate", wanted.id);
  if (wanted.serial === undefined) throw wrong("id", "name the certificate by id or serial");
  const { authorityId } = wanted;
  const { items } = await store.certificates.list(
    { serial: normalizeSerial(wanted.serial) ?? wanted.serial, authorityId },
    { limit: 2 },
  );
  if (items.length > 1)
    throw new CountersignError(
      "conflict",
      `several authorities have issued ${wanted.serial}; name one`,
    );
  return found(items[0], "certificate with serial", wanted.serial);
};

const wrong = (path: string, message: string): CountersignError =>
  new CountersignError("invalid_input", `${path}: ${message}`, { issues: [{ path, message }] });
