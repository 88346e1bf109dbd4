/** What a simulated time came to. Hours and days count from its start, which is midnight of UTC. */
export interface SimulationResult {
  /** Renewals started, by hours: profiles sent because a certificate was due or had ended. */
  readonly started: Uint32Array;
  /** Certificates issued at renewal, by hours. */
  readonly issued: Uint32Array;
  /** Certificates that ended on a device that had none after it. */
  readonly expired: {
    /** Reachable between its due time and its end: must be none. */
    readonly reachable: number;
    /** There only before its due time, which the spread had put later: the price of spreading. */
    readonly earlyOnly: number;
    /** Away. */
    readonly away: number;
  };
  /** Of the expired, how many have a new certificate by now. */
  readonly recovered: number;
  /** Most renewals that were due and had to wait, at any look. */
  readonly longestQueue: number;
  /** Hours in which more was started than the cap allows. */
  readonly hoursOverCap: number;
  readonly seconds: number;
}

/** Busiest hour of each day. */
export const peaksByDay = (hours: Uint32Array): readonly number[] =>
  Array.from({ length: Math.ceil(hours.length / 24) }, (_, day) =>
    Math.max(0, ...hours.subarray(day * 24, day * 24 + 24)),
  );

export const totalOf = (hours: Uint32Array): number => hours.reduce((sum, count) => sum + count, 0);
