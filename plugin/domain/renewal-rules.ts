import { CountersignError } from "../errors.ts";
import { checkQuietHours, type QuietHours } from "./quiet-hours.ts";

/** How fast the certificates of one authority are renewed. Hours and days are those of UTC. */
export interface RenewalRules {
  /** Renewals started in one hour, at most; never exceeded. */
  readonly perHour: number | "off";
  /** Renewals started on one day, at most; never exceeded. */
  readonly perDay: number | "off";
  readonly quietHours: QuietHours | undefined;
}

/** A thousand an hour renews 100,000 devices in five days and is a hundredth of what two cores answer. */
export const DEFAULT_RENEWAL_RULES: RenewalRules = {
  perHour: 1000,
  perDay: "off",
  quietHours: undefined,
};

/** Throws `invalid_input`. */
export const checkRenewalRules = ({ perHour, perDay, quietHours }: RenewalRules): void => {
  for (const [path, cap] of Object.entries({ perHour, perDay })) {
    if (cap !== "off" && !(Number.isInteger(cap) && cap >= 1))
      throw new CountersignError("invalid_input", `${path} must be a whole number from 1, or off`, {
        issues: [{ path, message: "must be a whole number from 1, or off" }],
      });
  }
  if (quietHours !== undefined) checkQuietHours(quietHours);
};
