import { describeChain } from "./store/ledger-chain.ts";
import { describeLimits } from "./store/limits.ts";
import { describeCaps } from "./store/caps.ts";
import { describeEnrolments } from "./store/enrolments.ts";
import { describeObjects } from "./store/objects.ts";
import { describeRecords } from "./store/records.ts";
import { describeSettlements } from "./store/settlements.ts";
import { describeSweeping } from "./store/sweeping.ts";
import { describeLifecycle } from "./store/lifecycle.ts";
import { describeDistributions } from "./store/distributions.ts";
import { describeRenewals } from "./store/renewals.ts";
import { describeWhole } from "./store/whole.ts";
import { describeRotation } from "./store/rotation.ts";
import type { OpenedDatabase } from "./store/subject.ts";

/**
 * The contract of `plugin/ports/stores.ts`: every database passes it unchanged. `open` answers a new, empty database that is not
 * migrated yet; it is called several times.
 */
export const describeStore = (name: string, open: () => Promise<OpenedDatabase>): void => {
  describe(`${name} as a store`, () => {
    describe("of objects", () => describeObjects(open));
    describe("of records", () => describeRecords(open));
    describe("as a whole", () => describeWhole(open));
    describe("of enrolments", () => describeEnrolments(open));
    describe("of what is due", () => describeSweeping(open));
    describe("of the life of devices", () => describeLifecycle(open));
    describe("of limits", () => describeLimits(open));
    describe("of caps", () => describeCaps(open));
    describe("of renewals", () => describeRenewals(open));
    describe("of distributions", () => describeDistributions(open));
    describe("of the ledger chain", () => describeChain(open));
    describe("of rotation", () => describeRotation(open));
    describe("of settlements", () => describeSettlements(open));
  });
};
