import { inject } from "tsyringe";
import type { Certificate, RevocationReason } from "../domain/certificate.ts";
import type { CrlScope } from "../domain/crl-scope.ts";
import { type Principal, requireScope, systemPrincipal } from "../domain/principal.ts";
import { normalizeSerial } from "../domain/serial-number.ts";
import { CountersignError } from "../errors.ts";
import type { Clock } from "../ports/ambient.ts";
import type { TenantStore } from "../ports/stores.ts";
import { CLOCK } from "../tokens.ts";
import { Access, found } from "./access.ts";
import { CrlLists } from "./crl-lists.ts";
import { scopeOf } from "./crl-scope-of.ts";
import { StatusTransactions } from "./status-transactions.ts";

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
  readonly done: boolean;
  /** Why not. */
  readonly code: string | undefined;
  readonly detail: string | undefined;
}

const AT_ONCE = 100;

/** Revocation, suspension and release by hand, one by one or in bulk. */
export class CertificateStatuses {
  constructor(
    @inject(Access) private readonly access: Access,
    @inject(CLOCK) private readonly clock: Clock,
    @inject(StatusTransactions) private readonly statuses: StatusTransactions,
    @inject(CrlLists) private readonly lists: CrlLists,
  ) {}

  /** With `publishNow` the CRL is signed before it answers (L-11). Throws `conflict` when its status does not allow it. */
  async change(
    principal: Principal,
    id: string,
    change: StatusChange,
    publishNow = false,
  ): Promise<Certificate> {
    const store = this.access.open(principal, "certificates:change-status");
    const certificate = await this.apply(principal, store, { ...change, id });
    if (publishNow) await this.lists.publishScopes(store, [await scopeOf(store, certificate)]);
    return certificate;
  }

  /** Each row for itself: a bad one is told and keeps no other from it. The CRL is published once. */
  async bulk(
    principal: Principal,
    rows: readonly (StatusRow | CountersignError)[],
    publishNow = false,
  ): Promise<readonly StatusRowResult[]> {
    const store = this.access.open(principal, "certificates:change-status");
    const results: StatusRowResult[] = [];
    const scopes: CrlScope[] = [];
    for (const [row, wanted] of rows.entries()) {
      const refusal = (error: CountersignError): StatusRowResult => ({
        row,
        id: wanted instanceof CountersignError ? undefined : wanted.id,
        serial: wanted instanceof CountersignError ? undefined : wanted.serial,
        ...{ done: false, code: error.code, detail: error.detail },
      });
      if (wanted instanceof CountersignError) {
        results.push(refusal(wanted));
        continue;
      }
      try {
        const changed = await this.apply(principal, store, wanted);
        const { id, serial } = changed;
        results.push({ row, id, serial, done: true, code: undefined, detail: undefined });
        if (publishNow) scopes.push(await scopeOf(store, changed));
      } catch (error) {
        if (!(error instanceof CountersignError)) throw error;
        results.push(refusal(error));
      }
    }
    if (publishNow) await this.lists.publishScopes(store, scopes);
    return results;
  }

  /** Lifts the suspensions that have come to their end. */
  async liftEnded(store: TenantStore): Promise<void> {
    const principal = systemPrincipal("suspensions", store.tenant, ["certificates:change-status"]);
    const now = this.clock.now();
    for (const certificate of await store.certificates.holdsEnded(now, AT_ONCE))
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
  }

  private async apply(
    principal: Principal,
    store: TenantStore,
    wanted: StatusRow,
  ): Promise<Certificate> {
    const { id, serial, role, authorityId } = await locate(store, wanted);
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
      return changes.revoke(current, reason, invalidityDate, more);
    });
    const after = found(await store.certificates.get(id), "certificate", id);
    if (!changed)
      throw new CountersignError(
        "conflict",
        `certificate ${serial} is ${after.hold === undefined ? after.status : "suspended"}${action === "unsuspend" ? "" : " already"}`,
      );
    return after;
  }
}

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
