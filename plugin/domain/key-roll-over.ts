/**
 * The stages of a new CA key (K-08). `waiting`: the successor has no certificate yet. `announced`: GetNextCACert shows it. `overlap`: it
 * issues; envelopes for the old RA are still opened, and the old CA goes on with CRL and OCSP. `done`: the old CA is retired.
 */
export const ROLL_OVER_STATES = ["waiting", "announced", "overlap", "done", "cancelled"] as const;
export type RollOverState = (typeof ROLL_OVER_STATES)[number];

/** One authority handing over to another, which has the next key. */
export interface KeyRollOver {
  readonly id: string;
  /** The authority whose key is to be replaced. */
  readonly authorityId: string;
  /** The authority with the new key; its key may be in another key store. */
  readonly successorId: string;
  readonly state: RollOverState;
  /** From when on the successor issues. */
  readonly startsAt: Date;
  /** When the old authority is retired. */
  readonly retiresAt: Date;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** Whoever schedules a roll-over announces it at once; only what he left behind is for others. */
const OWN_TIME = 60_000;

/** When something is to be done about it; undefined when it has ended. One that waits for a certificate is looked at each time. */
export const dueOf = (rollOver: KeyRollOver): Date | undefined => {
  switch (rollOver.state) {
    case "waiting":
      return new Date(rollOver.createdAt.getTime() + OWN_TIME);
    case "announced":
      return rollOver.startsAt;
    case "overlap":
      return rollOver.retiresAt;
    case "done":
    case "cancelled":
      return undefined;
  }
};

/** Until when the present stage should have ended; undefined when it has. */
export const deadlineOf = (rollOver: KeyRollOver): Date | undefined =>
  rollOver.state === "waiting" ? rollOver.startsAt : dueOf(rollOver);

/** `corp` hands over to `corp-g2`, and that to `corp-g3`. */
export const successorIdOf = (authorityId: string): string => {
  const [, stem = authorityId, generation = "1"] = /^(.+)-g([1-9]\d{0,2})$/.exec(authorityId) ?? [];
  return `${stem}-g${Number(generation) + 1}`;
};
