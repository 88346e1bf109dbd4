import assert from "node:assert/strict";
import { isIP } from "node:net";
import fc from "fast-check";
import { ipOctets, ipText } from "../../../plugin/domain/ip-address.ts";
import { isOid } from "../../../plugin/domain/oid.ts";
import type { SanType } from "../../../plugin/domain/san.ts";
import { normalizeSan } from "../../../plugin/domain/san-value.ts";
import { refuses } from "./refuses.ts";

describe("alternative names", () => {
  const good: readonly (readonly [SanType, string, string])[] = [
    ["rfc822", "Ada.L+x@Example.COM", "Ada.L+x@example.com"],
    ["dns", "WKS-7.Example.com", "wks-7.example.com"],
    ["dns", "localhost", "localhost"],
    ["dns", "xn--bcher-kva.example", "xn--bcher-kva.example"],
    [
      "uri",
      "tag:microsoft.com,2022-09-14:sid:S-1-5-21-1",
      "tag:microsoft.com,2022-09-14:sid:S-1-5-21-1",
    ],
    ["uri", "HTTPS://Example.com/%7Ea?b#c", "HTTPS://Example.com/%7Ea?b#c"],
    ["upn", "Ada@corp", "Ada@corp"],
    ["upn", "žofie@example.com", "žofie@example.com"],
    ["ip", "192.0.2.1", "192.0.2.1"],
    ["ip", "2001:0DB8:0:0:0:0:0:1", "2001:db8::1"],
    ["ip", "::ffff:192.0.2.1", "::ffff:c000:201"],
  ];
  for (const [type, value, normal] of good) {
    it(`T-20 takes ${type} ${value}`, () => {
      assert.deepEqual(normalizeSan({ type, value }), { type, value: normal });
    });
  }

  const bad: readonly (readonly [SanType, string])[] = [
    ["rfc822", "ada"],
    ["rfc822", "@example.com"],
    ["rfc822", "ada@"],
    ["rfc822", "a@b@example.com"],
    ["rfc822", "žofie@example.com"],
    ["rfc822", "a..b@example.com"],
    ["rfc822", "Ada <ada@example.com>"],
    ["dns", ""],
    ["dns", "a_b.example"],
    ["dns", "-a.example"],
    ["dns", "a.example."],
    ["dns", "a..example"],
    ["dns", "bücher.example"],
    ["dns", "*.example.com"],
    ["dns", "192.0.2.1"],
    ["dns", "a.example\u0000.org"],
    ["dns", `${"a".repeat(64)}.example`],
    ["dns", `${"a.".repeat(127)}a`],
    ["uri", "example.com/x"],
    ["uri", "http:"],
    ["uri", "http://a b"],
    ["uri", "http://é"],
    ["uri", "1a:b"],
    ["upn", "ada"],
    ["upn", "a@b@c"],
    ["upn", "a b@c"],
    ["ip", "192.0.2.256"],
    ["ip", "192.0.2.01"],
    ["ip", "192.0.2.0/24"],
    ["ip", "1::2::3"],
    ["ip", "fe80::1%eth0"],
    ["ip", "1:2:3:4:5:6:7"],
    ["ip", "1:2:3:4:5:6:7:8:9"],
    ["ip", "1:2:3:4:5:6:7::8"],
    ["ip", "1:2:3:4:5:6::192.0.2.1"],
    ["ip", ":::"],
  ];
  for (const [type, value] of bad) {
    it(`T-20 refuses ${type} ${JSON.stringify(value.slice(0, 40))} and names it`, () => {
      refuses("invalid_input", /is not a valid/, () => normalizeSan({ type, value }));
    });
  }

  it("T-20 a wildcard only where it is asked for, and only in front of two labels", () => {
    const wildcard = (value: string): string =>
      normalizeSan({ type: "dns", value }, { wildcard: true }).value;
    assert.equal(wildcard("*.Example.com"), "*.example.com");
    for (const value of ["*", "*.com", "a.*.com", "*a.example.com", "*.*.com"]) {
      refuses("invalid_input", /DNS name/, () => wildcard(value));
    }
  });

  it("T-20 IP addresses agree with node:net, and their text with WHATWG URLs", () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
        assert.notEqual(isIP(text), 0);
        const octets = ipOctets(text);
        assert.ok(octets);
        const host = octets.length === 4 ? text : `[${text}]`;
        assert.equal(ipText(octets), new URL(`http://${host}`).hostname.replace(/^\[|\]$/g, ""));
      }),
    );
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...Array.from("0123af:.")), maxLength: 18 }),
        (text) => {
          assert.equal(ipOctets(text) !== undefined, isIP(text) !== 0, text);
        },
      ),
      { numRuns: 3000 },
    );
  });

  it("T-04 knows object identifiers", () => {
    for (const oid of ["1.3.6.1.5.5.7.3.2", "2.5.29.37.0", "2.999", "0.39"]) assert.ok(isOid(oid));
    for (const text of [
      "",
      "1",
      "1.",
      "3.1",
      "1.40",
      "1.3.06",
      "1..3",
      "1.3.a",
      `1.3${".1".repeat(80)}`,
    ]) {
      assert.ok(!isOid(text), text);
    }
  });
});
