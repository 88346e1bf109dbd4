import assert from "node:assert/strict";
import { canonicalJson } from "../../../plugin/domain/canonical-json.ts";

describe("canonical JSON (RFC 8785)", () => {
  it("writes numbers and strings as ECMAScript does, and sorts members (section 3.2.2)", () => {
    const value = {
      numbers: [333333333.3333333, 1e30, 4.5, 2e-3, 0.000000000000000000000000001, -0],
      string: '\u20ac$\u000f\nA\'B"\\\\"/',
      literals: [null, true, false],
    };
    assert.equal(
      canonicalJson(value),
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27,0],' +
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  it("sorts names by UTF-16 code units, at every depth (section 3.2.3)", () => {
    const sorted = ["\r", "1", "\u0080", "ö", "€", "😀", "\ufb33"];
    const shuffled = Object.fromEntries(sorted.toReversed().map((name) => [name, { b: 1, a: 2 }]));
    const text = canonicalJson(shuffled);
    const places = sorted.map((name) => text.indexOf(JSON.stringify(name)));
    assert.deepEqual(
      places,
      places.toSorted((a, b) => a - b),
    );
    assert.ok(!places.includes(-1));
    assert.match(canonicalJson(shuffled), /\{"a":2,"b":1\}/);
  });

  it("gives a value and its plain JSON copy the same text", () => {
    const value = {
      at: new Date("2026-01-01T00:00:00.5Z"),
      bytes: new Uint8Array([1, 2, 255]),
      big: 123456789012345678901234567890n,
      gone: undefined,
      list: [undefined, { gone: undefined }],
    };
    const text =
      '{"at":"2026-01-01T00:00:00.500Z","big":"123456789012345678901234567890","bytes":"AQL/","list":[null,{}]}';
    assert.equal(canonicalJson(value), text);
    assert.equal(canonicalJson(JSON.parse(text)), text);
  });

  it("never fails on what a device may send", () => {
    assert.equal(canonicalJson({ id: "\ud800" }), '{"id":"\\ud800"}');
    assert.equal(canonicalJson(JSON.parse('{"__proto__":1}')), '{"__proto__":1}');
  });
});
