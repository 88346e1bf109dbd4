import assert from "node:assert/strict";
import { parseDn } from "../../../plugin/domain/distinguished-name.ts";
import { couldHoldDomain, holdsDomain } from "../../../plugin/domain/required-domain.ts";
import type { SanType } from "../../../plugin/domain/san.ts";

describe("a domain that every certificate must hold", () => {
  const holds = (subject: string, ...sans: readonly (readonly [SanType, string])[]): boolean =>
    holdsDomain(
      "Net.Example",
      parseDn(subject),
      sans.map(([type, value]) => ({ type, value })),
    );

  it("T-24 is looked for in the common name, DNS names and the user principal name, at their ends and regardless of case", () => {
    assert.ok(holds("CN=host.NET.example"));
    assert.ok(holds("CN=net.example"));
    assert.ok(holds("CN=anna@net.example"));
    assert.ok(holds("CN=x", ["dns", "a.b.net.example"]));
    assert.ok(holds("CN=x", ["upn", "anna@net.example"]));
    for (const subject of [
      "CN=x",
      "CN=net.example.evil.org",
      "CN=evilnet.example",
      "O=net.example",
    ])
      assert.ok(!holds(subject), subject);
    assert.ok(!holds("CN=x", ["uri", "https://net.example"], ["rfc822", "a@net.example"]));
  });

  it("T-24 T-27 patterns that no device could fulfil are known before", () => {
    const could = (subject: string, ...sans: readonly (readonly [SanType, string])[]): boolean =>
      couldHoldDomain("net.example", {
        subject,
        sans: sans.map(([type, pattern]) => ({ type, pattern })),
      });
    for (const subject of [
      "CN=%devicename%",
      "CN=%username%@net.example",
      "CN=%devicename%.example",
    ])
      assert.ok(could(subject), subject);
    assert.ok(could("O=x", ["dns", "%devicename%.net.example"]));
    for (const subject of ["CN=fixed", "CN=%devicename%.other", "O=%attr.domain%"])
      assert.ok(!could(subject), subject);
    assert.ok(!could("CN=fixed", ["rfc822", "%email%"]));
  });
});
