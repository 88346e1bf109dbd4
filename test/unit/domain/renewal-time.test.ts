import assert from "node:assert/strict";
import fc from "fast-check";
import { checkQuietHours, quietReader } from "../../../plugin/domain/quiet-hours.ts";
import { parseRenewalSpread, spreadOf } from "../../../plugin/domain/renewal-spread.ts";
import {
  renewalTime,
  type RenewalTerms,
  urgencyTime,
} from "../../../plugin/domain/renewal-time.ts";
import { refuses } from "./refuses.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const ISSUED = new Date("2027-03-01T12:00:00Z");
const ends = (days: number): Date => new Date(ISSUED.getTime() + days * DAY);
const terms = (over: Partial<RenewalTerms> = {}): RenewalTerms => ({
  id: "wifi",
  autoRenewal: true,
  renewalWindow: "20%",
  renewalSpread: "50%",
  ...over,
});
const dueIn = (over: Partial<RenewalTerms>, life: number, now = ISSUED, device = "a"): number => {
  const certificate = { deviceId: device, issuedAt: ISSUED, notAfter: ends(life) };
  const at = renewalTime(terms(over), certificate, now);
  assert.ok(at);
  return (at.getTime() - ISSUED.getTime()) / DAY;
};

describe("the time of a renewal", () => {
  it("L-01 L-02 lies in the window, in days or as a share, in the part that is spread", () => {
    for (const device of ["a", "b", "c", "d", "e"]) {
      const share = dueIn({}, 100, ISSUED, device);
      assert.ok(share >= 80 && share < 90, String(share));
      const days = dueIn({ renewalWindow: "P30D", renewalSpread: "0%" }, 100, ISSUED, device);
      assert.equal(days, 70);
      const hours = dueIn({}, 0.5, ISSUED, device);
      assert.ok(hours >= 0.4 && hours < 0.45, String(hours));
    }
  });

  it("T-06 counts from the time of issue: back-dating neither opens the window early nor shortens the life", () => {
    // notBefore takes no part: there is nothing to hand it in by.
    assert.equal(dueIn({ renewalSpread: "0%" }, 100), 80);
    assert.equal(dueIn({ renewalWindow: "P200D", renewalSpread: "0%" }, 100), 0);
  });

  it("spreads what is left of a window that is open already, near the end hardly at all", () => {
    for (const left of [10, 1, 0.01]) {
      const at = dueIn({ renewalSpread: "90%" }, 100, ends(100 - left), "b");
      assert.ok(at >= 100 - left && at <= 100 - left * 0.1, String(at));
    }
    assert.equal(dueIn({}, 100, ends(130)), 130);
  });

  it("L-01 is none where the template does not renew", () => {
    const certificate = { deviceId: "a", issuedAt: ISSUED, notAfter: ends(100) };
    assert.equal(renewalTime(terms({ autoRenewal: false }), certificate, ISSUED), undefined);
  });

  it("is urgent for the last three days, or a twentieth of a short life", () => {
    const urgent = (days: number): number =>
      (ends(days).getTime() - urgencyTime({ issuedAt: ISSUED, notAfter: ends(days) }).getTime()) /
      HOUR;
    assert.deepEqual([urgent(365), urgent(40), urgent(0.5)], [72, 48, 0.6]);
  });
});

describe("the spread", () => {
  it("L-03 is the same for a device each time, and even over a fleet", () => {
    const places = Array.from({ length: 20_000 }, (_, n) => spreadOf(`device-${n}`, "wifi"));
    assert.deepEqual(
      places.slice(0, 50),
      Array.from({ length: 50 }, (_, n) => spreadOf(`device-${n}`, "wifi")),
    );
    const buckets = new Array<number>(20).fill(0);
    for (const place of places) buckets[Math.floor(place * 20)]! += 1;
    assert.ok(
      buckets.every((count) => count > 850 && count < 1150),
      String(buckets),
    );
    assert.notEqual(spreadOf("device-1", "wifi"), spreadOf("device-1", "vpn"));
  });

  it("is from 0 to below 1 for any names", () =>
    fc.assert(
      fc.property(fc.string(), fc.string(), (device, template) => {
        const place = spreadOf(device, template);
        assert.ok(place >= 0 && place < 1);
      }),
    ));

  it("is a share from 0% to 90%", () => {
    assert.equal(parseRenewalSpread("25%"), 0.25);
    for (const bad of ["91%", "100%", "P1D", "", "-1%"])
      refuses("invalid_input", /no share of the window/, () => parseRenewalSpread(bad));
  });
});

describe("quiet hours", () => {
  const at = (text: string): number => Date.parse(text);
  const until = (quiet: readonly [string, string, string], text: string): string | undefined => {
    const [from, to, timeZone] = quiet;
    const end = quietReader({ from, to, timeZone })(at(text));
    return end === undefined ? undefined : new Date(end).toISOString().slice(0, 16);
  };

  it("are those of a zone's clocks, over midnight too", () => {
    const berlin = ["08:00", "18:00", "Europe/Berlin"] as const;
    assert.equal(until(berlin, "2027-01-10T06:59:59Z"), undefined);
    assert.equal(until(berlin, "2027-01-10T07:00:00Z"), "2027-01-10T17:00");
    assert.equal(until(berlin, "2027-07-10T06:30:00Z"), "2027-07-10T16:00");
    assert.equal(until(berlin, "2027-07-10T16:00:00Z"), undefined);
    const night = ["22:00", "06:00", "UTC"] as const;
    assert.equal(until(night, "2027-01-10T23:10:00Z"), "2027-01-11T06:00");
    assert.equal(until(night, "2027-01-10T05:59:00Z"), "2027-01-10T06:00");
    assert.equal(until(night, "2027-01-10T12:00:00Z"), undefined);
    assert.equal(
      until(["08:00", "09:00", "Asia/Kolkata"], "2027-01-10T02:45:00Z"),
      "2027-01-10T03:30",
    );
  });

  it("end when the clock says so, also on the days on which it is changed", () => {
    const night = ["22:00", "06:00", "Europe/Berlin"] as const;
    // One hour less, one hour more.
    assert.equal(until(night, "2027-03-27T22:00:00Z"), "2027-03-28T04:00");
    assert.equal(until(night, "2027-10-30T21:00:00Z"), "2027-10-31T05:00");
  });

  it("refuse what is no time, no span and no zone", () => {
    const ok = { from: "08:00", to: "18:00", timeZone: "UTC" };
    checkQuietHours(ok);
    for (const bad of [
      { from: "24:00" },
      { to: "8" },
      { from: "18:00" },
      { timeZone: "Mars/Base" },
    ])
      refuses("invalid_input", /time|two times/, () => checkQuietHours({ ...ok, ...bad }));
  });
});
