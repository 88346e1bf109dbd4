import assert from "node:assert/strict";
import fc from "fast-check";
import {
  addDuration,
  compareDurations,
  durationSeconds,
  parseDuration,
  subtractDuration,
} from "../../../plugin/domain/duration.ts";
import { parseRenewalWindow, renewalWindowStart } from "../../../plugin/domain/renewal-window.ts";
import { validityFor } from "../../../plugin/domain/validity.ts";
import { refuses } from "./refuses.ts";

const DAY = 86_400;
const at = (text: string): Date => new Date(text);
const plus = (date: string, duration: string): string =>
  addDuration(at(date), parseDuration(duration)).toISOString();

describe("durations", () => {
  it("T-03 reads years, months, weeks, days, hours", () => {
    assert.deepEqual(parseDuration("P1Y6M"), { months: 18, seconds: 0 });
    assert.deepEqual(parseDuration("P47D"), { months: 0, seconds: 47 * DAY });
    assert.deepEqual(parseDuration("P2W"), { months: 0, seconds: 14 * DAY });
    assert.deepEqual(parseDuration("PT12H"), { months: 0, seconds: 43_200 });
    assert.deepEqual(parseDuration("P3M"), { months: 3, seconds: 0 });
    assert.deepEqual(parseDuration("PT3M"), { months: 0, seconds: 180 });
    assert.deepEqual(parseDuration("P1Y2M3W4DT5H6M7S"), {
      months: 14,
      seconds: 25 * DAY + 5 * 3600 + 6 * 60 + 7,
    });
  });

  for (const text of [
    "",
    "P",
    "PT",
    "P1",
    "1Y",
    "P1Y ",
    "p1y",
    "P-1D",
    "P1.5D",
    "P1DT",
    "PT1D",
    "P1D1Y",
    "P99999Y",
    "60m",
  ]) {
    it(`T-03 refuses ${JSON.stringify(text)}`, () => {
      refuses("invalid_input", /ISO 8601/, () => parseDuration(text));
    });
  }

  it("T-17 adds calendar months clamped, in UTC", () => {
    assert.equal(plus("2025-01-31T10:00:00Z", "P1M"), "2025-02-28T10:00:00.000Z");
    assert.equal(plus("2024-01-31T10:00:00Z", "P1M"), "2024-02-29T10:00:00.000Z");
    assert.equal(plus("2024-02-29T00:00:00Z", "P1Y"), "2025-02-28T00:00:00.000Z");
    assert.equal(plus("2025-12-31T23:59:59Z", "P2M"), "2026-02-28T23:59:59.000Z");
    assert.equal(plus("2025-03-29T12:00:00Z", "P1D"), "2025-03-30T12:00:00.000Z");
    assert.equal(
      subtractDuration(at("2025-03-31T00:00:00Z"), parseDuration("P1M")).toISOString(),
      "2025-02-28T00:00:00.000Z",
    );
    refuses("invalid_input", /9999/, () => plus("2025-01-01T00:00:00Z", "P8000Y"));
  });

  it("T-17 estimates from above and compares like the calendar", () => {
    const any = fc.record({
      months: fc.integer({ min: 0, max: 600 }),
      seconds: fc.integer({ min: 0, max: 40_000_000 }),
    });
    const start = fc.date({ min: at("1990-01-01"), max: at("2090-01-01"), noInvalidDate: true });
    fc.assert(
      fc.property(any, start, (duration, date) => {
        const real = (addDuration(date, duration).getTime() - date.getTime()) / 1000;
        assert.ok(real <= durationSeconds(duration));
      }),
    );
    const compare = (a: string, b: string): number =>
      Math.sign(compareDurations(parseDuration(a), parseDuration(b)));
    assert.equal(compare("P1Y", "P12M"), 0);
    assert.equal(compare("P1Y", "P365D"), 0);
    assert.equal(compare("P366D", "P1Y"), 1);
    assert.equal(compare("PT23H", "P1D"), -1);
  });
});

describe("renewal windows", () => {
  const life = { issuedAt: at("2025-01-01T00:00:00Z"), notAfter: at("2025-04-11T00:00:00Z") };

  it("T-06 opens a duration or a share before the end", () => {
    const start = (text: string): string =>
      renewalWindowStart(parseRenewalWindow(text), life).toISOString();
    assert.equal(start("P30D"), "2025-03-12T00:00:00.000Z");
    assert.equal(start("20%"), "2025-03-22T00:00:00.000Z");
    assert.equal(start("P1Y"), "2025-01-01T00:00:00.000Z");
  });

  for (const text of ["", "0%", "100%", "20 %", "-5%", "20", "P", "1.5%"]) {
    it(`T-06 refuses the window ${JSON.stringify(text)}`, () => {
      refuses("invalid_input", /./, () => parseRenewalWindow(text));
    });
  }
});

describe("validity", () => {
  const request = {
    now: at("2025-06-01T12:00:00.987Z"),
    validity: "P1Y",
    maxValidity: "P2Y",
    backdate: "PT30M",
    beyondAuthority: "refuse",
    authorityNotAfter: at("2035-01-01T00:00:00Z"),
  } as const;
  const end = (change: object): string =>
    validityFor({ ...request, ...change }).notAfter.toISOString();

  it("T-06 back-dating takes nothing from the life; whole seconds", () => {
    assert.deepEqual(validityFor(request), {
      notBefore: at("2025-06-01T11:30:00Z"),
      notAfter: at("2026-06-01T12:00:00Z"),
    });
    assert.equal(end({ backdate: "P1D" }), end({ backdate: "PT0S" }));
  });

  it("T-17 takes the smaller of what is asked for and the template's maximum", () => {
    assert.equal(end({ requested: "P47D" }), "2025-07-18T12:00:00.000Z");
    assert.equal(end({ requested: "P3Y" }), "2027-06-01T12:00:00.000Z");
    assert.equal(end({ requested: "PT12H" }), "2025-06-02T00:00:00.000Z");
    refuses("invalid_input", /empty/, () => validityFor({ ...request, requested: "PT0S" }));
  });

  it("T-17 past the CA: refused by default, shortened if the template says so, equal is not past", () => {
    const authorityNotAfter = at("2025-12-31T23:59:59Z");
    refuses("policy_refused", /2025-12-31/, () => validityFor({ ...request, authorityNotAfter }));
    assert.equal(
      end({ authorityNotAfter, beyondAuthority: "shorten" }),
      "2025-12-31T23:59:59.000Z",
    );
    assert.equal(
      end({ authorityNotAfter: at("2026-06-01T12:00:00Z") }),
      "2026-06-01T12:00:00.000Z",
    );
  });

  it("A-06 a CA that has ended issues nothing, not even shortened", () => {
    refuses("authority_not_ready", /2025-06-01/, () =>
      validityFor({ ...request, authorityNotAfter: request.now, beyondAuthority: "shorten" }),
    );
  });
});
