import { inject } from "tsyringe";
import { authorize, type Principal, type Right } from "../../domain/principal.ts";
import type { LedgerEntry, LedgerEvent } from "../../domain/events.ts";
import { CountersignError } from "../../errors.ts";
import type { Clock } from "../../ports/ambient.ts";
import type { Directory, TenantStore } from "../../ports/stores.ts";
import { CLOCK, DIRECTORY } from "../../tokens.ts";

/** Opens a principal's own tenant after checking one right; nothing else hands a service a store for a person. */
export class Access {
  constructor(
    @inject(DIRECTORY) private readonly directory: Directory,
    @inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Throws `forbidden`. */
  open(principal: Principal, right: Right): TenantStore {
    authorize(principal, right, principal.tenant);
    if (principal.tenant === undefined)
      throw new CountersignError("forbidden", `${principal.id} belongs to no tenant`);
    return this.directory.open(principal.tenant);
  }

  /** A ledger row of this principal, now. */
  entry(
    principal: Principal,
    event: LedgerEvent,
    subjectId: string | undefined,
    data: LedgerEntry["data"] = {},
  ): LedgerEntry {
    return { event, principal: principal.id, at: this.clock.now(), subjectId, data };
  }
}

/** Throws `not_found` for undefined. */
export const found = <T>(value: T | undefined, kind: string, id: string): T => {
  if (value === undefined) throw new CountersignError("not_found", `no ${kind} ${id}`);
  return value;
};

/** Throws `precondition_failed` when the caller saw another version than is stored. */
export const sameVersion = (stored: number, seen: number | undefined): void => {
  if (seen !== undefined && seen !== stored) {
    throw new CountersignError(
      "precondition_failed",
      `version ${seen} was changed to ${stored} meanwhile`,
    );
  }
};
