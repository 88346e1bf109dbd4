import { addDuration } from "./duration.ts";
import type { Endpoint, RollOver } from "./endpoint.ts";

/** Days an RA still opens envelopes after another took over (scep.md 5.3 rule 7: polls in flight). */
const OVERLAP = { months: 0, seconds: 30 * 86_400 };

/** Who serves an endpoint at a moment. */
export interface Reign {
  readonly authorityId: string;
  readonly raId: string | undefined;
  /** Still to come. */
  readonly next: RollOver | undefined;
  readonly retired: readonly {
    readonly raId: string;
    readonly authorityId: string;
    readonly until: Date;
  }[];
}

/** A roll-over happens by the clock: no job has to run for it, and every node sees it at once. */
export const reignAt = (endpoint: Endpoint, now: Date): Reign => {
  const { next } = endpoint;
  const over = next !== undefined && next.from <= now;
  const retired =
    over && endpoint.raId !== undefined && endpoint.raId !== next.raId
      ? [
          ...endpoint.retiredRas,
          {
            raId: endpoint.raId,
            authorityId: endpoint.authorityId,
            until: next.until ?? addDuration(next.from, OVERLAP),
          },
        ]
      : endpoint.retiredRas;
  return {
    authorityId: over ? next.authorityId : endpoint.authorityId,
    raId: over ? next.raId : endpoint.raId,
    next: over ? undefined : next,
    retired: retired.filter(({ until }) => until > now),
  };
};

/** The endpoint with everything written down that has happened by the clock; the same object when nothing has. The caller counts its version. */
export const settledAt = (endpoint: Endpoint, now: Date): Endpoint => {
  const reign = reignAt(endpoint, now);
  const changed =
    reign.next !== endpoint.next || reign.retired.length !== endpoint.retiredRas.length;
  if (!changed) return endpoint;
  return {
    ...endpoint,
    authorityId: reign.authorityId,
    raId: reign.raId,
    next: reign.next,
    retiredRas: reign.retired,
    // A chain of its own was that of the authority before.
    chain: reign.authorityId === endpoint.authorityId ? endpoint.chain : [],
  };
};

/** When `settledAt` next has something to write down; undefined while nothing is scheduled. */
export const reignEndsAt = ({
  next,
  retiredRas,
}: Pick<Endpoint, "next" | "retiredRas">): Date | undefined => {
  const times = [
    ...(next === undefined ? [] : [next.from.getTime()]),
    ...retiredRas.map(({ until }) => until.getTime()),
  ];
  return times.length === 0 ? undefined : new Date(Math.min(...times));
};
