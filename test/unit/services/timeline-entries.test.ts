import assert from "node:assert/strict";
import { FAILURE_EVENTS, type LedgerEvent, type LedgerRow } from "../../../plugin/domain/events.ts";
import { ofLedger } from "../../../plugin/services/devices/timeline-entries.ts";

/** What keeps a device from its certificate without being a failure of a request. */
const BARRING: readonly LedgerEvent[] = [
  "device.deactivated",
  "device.decommissioned",
  "device.compromised",
  "device.lost",
  "device.user-disabled",
  "certificate.suspended",
];

const row = (event: LedgerEvent, data: LedgerRow["data"] = {}): LedgerRow => ({
  ...{ event, data, id: "1", principal: "anna", at: new Date("2026-11-22T10:00:00Z") },
  ...{ subjectId: "device-1", sequence: 1, hash: undefined },
});

describe("services: lines of a timeline", () => {
  for (const event of [...FAILURE_EVENTS, ...BARRING])
    it(`T5 ${event} is told, with one plain next step`, () => {
      const entry = ofLedger(
        row(event, event === "certificate.refused" ? { label: "bad_time" } : {}),
      );
      assert.ok(entry, "it is told");
      assert.match(entry.summary, /^[A-Z]/);
      assert.match(entry.nextStep ?? "", /^[A-Z][^.]*\.$/);
    });

  it("T5 what a row holds beside what is told stays out of it", () => {
    const secret = "not-to-be-shown";
    for (const event of [...FAILURE_EVENTS, ...BARRING]) {
      const told = JSON.stringify(
        ofLedger(row(event, { label: "bad_time", secret, challenge: secret })),
      );
      assert.ok(!told.includes(secret), event);
    }
  });
});
