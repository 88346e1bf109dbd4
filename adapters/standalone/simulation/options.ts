import type { RenewalRules } from "../../../plugin/sdk.ts";

/** A time in which the server is down; milliseconds from the start of the simulation. */
export interface Outage {
  readonly from: number;
  readonly to: number;
}

/** One run. The same options give the same year. */
export interface SimulationOptions {
  readonly devices: number;
  readonly days: number;
  readonly seed: number;
  /** ISO 8601. */
  readonly validity: string;
  readonly renewalWindow: string;
  readonly renewalSpread: string;
  readonly rules: RenewalRules;
  readonly outages: readonly Outage[];
  /** Days over which the fleet was enrolled, at the start. */
  readonly rolloutDays: number;
  /** Hours between two check-ins of a device that is there. */
  readonly checkInHours: number;
  /** Share of enrolments that are refused. */
  readonly failureRate: number;
  /** Check-ins, with the server up and outside quiet hours, from the due time to the end of a certificate, that make its device reachable. */
  readonly reachableFrom: number;
}
