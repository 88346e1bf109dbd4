import { inject } from "tsyringe";
import { statusAt } from "../../domain/authority.ts";
import { addDays } from "../../domain/duration.ts";
import type { Endpoint } from "../../domain/endpoint.ts";
import type { Principal } from "../../domain/principal.ts";
import { isLiveRa } from "../../domain/ra.ts";
import { reignAt, settledAt } from "../../domain/roll-over.ts";
import { CountersignError } from "../../errors.ts";
import type { Clock } from "../../ports/ambient.ts";
import type { Settings } from "../../ports/settings.ts";
import { CLOCK, SETTINGS } from "../../tokens.ts";
import { Access, found } from "../access/access.ts";
import { bindingIssues } from "../endpoints/endpoint-check.ts";
import { EndpointRuntimes } from "../endpoints/endpoint-runtimes.ts";
import { Ras } from "../endpoints/ras.ts";

export interface RollOverRequest {
  /** The authority that takes over; today's unless given (then only the RA rolls). */
  readonly authorityId?: string | undefined;
  /** A new RA is issued unless one is given. */
  readonly raId?: string | undefined;
  /** When it takes over; announced by GetNextCACert until then. */
  readonly from: Date;
}

/** Schedules who serves an endpoint next (RFC 8894 section 2.6). The old RA opens envelopes for the overlap of the settings more. */
export class RollOvers {
  constructor(
    @inject(Access) private readonly access: Access,
    @inject(CLOCK) private readonly clock: Clock,
    @inject(SETTINGS) private readonly settings: Settings,
    @inject(Ras) private readonly ras: Ras,
    @inject(EndpointRuntimes) private readonly runtimes: EndpointRuntimes,
  ) {}

  /** Replaces a roll-over that is still to come. Throws `invalid_input`, `authority_not_ready`. */
  async schedule(
    principal: Principal,
    endpointId: string,
    request: RollOverRequest,
  ): Promise<Endpoint> {
    const store = this.access.open(principal, "configuration:manage");
    const now = this.clock.now();
    if (request.from <= now) {
      throw new CountersignError("invalid_input", "a roll-over lies in the future", {
        issues: [{ path: "from", message: "must be later than now" }],
      });
    }
    const stored = found(await store.endpoints.get(endpointId), "endpoint", endpointId);
    const reign = reignAt(stored, now);
    const authorityId = request.authorityId ?? reign.authorityId;
    const authority = found(await store.authorities.get(authorityId), "authority", authorityId);
    if (statusAt(authority, now) !== "active")
      throw new CountersignError(
        "authority_not_ready",
        `authority ${authorityId} is ${statusAt(authority, now)}`,
      );
    const issues =
      authorityId === reign.authorityId
        ? []
        : bindingIssues(authority, this.settings.shortLivedAuthority, now);
    if (issues.length > 0)
      throw new CountersignError("invalid_input", "the authority ends too soon", { issues });
    const raId = request.raId ?? (await this.ras.issue(principal, { authorityId })).id;
    const ra = found(await store.ras.get(raId), "RA", raId);
    if (!isLiveRa(ra, request.from)) {
      throw new CountersignError("invalid_input", `RA ${raId} has no certificate in date then`, {
        issues: [{ path: "raId", message: "its certificate ends before the roll-over" }],
      });
    }
    const until = addDays(request.from, this.settings.rotation.overlapDays);
    const endpoint: Endpoint = {
      // A roll-over that has happened by the clock is written down before another is scheduled.
      ...settledAt(stored, now),
      next: { authorityId, raId, from: request.from, until },
      version: stored.version + 1,
      updatedAt: now,
    };
    await store.run(async (tx) => {
      await tx.endpoints.update(endpoint);
      await tx.ledger.append(
        this.access.entry(principal, "endpoint.changed", endpointId, {
          rollOver: { authorityId, raId, from: request.from.toISOString() },
        }),
      );
    });
    this.runtimes.forget(endpointId);
    return endpoint;
  }
}
