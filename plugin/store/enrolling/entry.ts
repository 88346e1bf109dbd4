import type { CountersignError } from "../../errors.ts";
import type { Reservation, ReserveResult } from "../../ports/enrolment-store.ts";
import type { Owned } from "./sql.ts";

/** A reservation on its way through the steps: one that has a result is left alone by the steps after. */
export interface Entry extends Owned<Reservation> {
  result: ReserveResult | CountersignError | undefined;
  holdsKey: boolean;
  holdsChallenge: boolean;
}
