import assert from "node:assert/strict";
import fc from "fast-check";
import { parseDn } from "../../../plugin/domain/distinguished-name.ts";
import { sanMatcher, subjectMatcher } from "../../../plugin/domain/subject-matcher.ts";
import { renderSubject } from "../../../plugin/domain/subject-pattern.ts";
import { refuses } from "./refuses.ts";

const match = (pattern: string, subject: string): Record<string, string> | undefined => {
  const captures = subjectMatcher(pattern)(parseDn(subject));
  return captures && Object.fromEntries(captures);
};

describe("subject matcher", () => {
  const fits: readonly (readonly [string, string, Record<string, string>])[] = [
    ["CN=%username%,O=Example", "CN=Ada,O=Example", { username: "Ada" }],
    ["CN=%username%,O=Example", "CN=Ada,O=EXAMPLE", { username: "Ada" }],
    ["CN=a  b", "CN=A B", {}],
    ["CN=%username% (%serial%)", "CN=Ada L (F2L)", { username: "Ada L", serialnumber: "F2L" }],
    ["CN=dev-%serial%", "CN=DEV-F2L", { serialnumber: "F2L" }],
    ["CN=%serial%-dev", "CN=dev-dev", { serialnumber: "dev" }],
    ["CN=%username%,OU=%username%", "CN=Ada,OU=ada", { username: "Ada" }],
    ["CN=%username%,O=Example", "O=Example,CN=Ada", { username: "Ada" }],
    ["CN=%username%,OU=a,OU=b", "OU=b,OU=a,CN=Ada", { username: "Ada" }],
    [
      "OU=%username%,OU=dev %serial%,OU=a",
      "OU=a,OU=Dev 1,OU=b",
      { username: "b", serialnumber: "1" },
    ],
    ["CN=%username%+OU=x", "OU=x+CN=Ada", { username: "Ada" }],
    ["CN=%serial%-%udid%", "CN=a-b-c", { serialnumber: "a", udid: "b-c" }],
    ["CN=İ%username%", "CN=İx", { username: "x" }],
  ];
  for (const [pattern, subject, captures] of fits) {
    it(`T-19 ${pattern} takes ${subject}`, () => {
      assert.deepEqual(match(pattern, subject), captures);
    });
  }

  const misfits: readonly (readonly [string, string])[] = [
    ["CN=%username%,O=Example", "CN=Ada"],
    ["CN=%username%,O=Example", "O=Example,O=Example,CN=Ada"],
    ["CN=%username%,OU=a,OU=b", "OU=b,CN=Ada,OU=b"],
    ["CN=%username%", "CN=Ada,O=Example"],
    ["CN=%username%", "CN=Ada,OU=admins"],
    ["CN=%username%", "CN=Ada+OU=admins"],
    ["CN=%username%", "SN=Ada"],
    ["CN=%username%,O=Example", "CN=Ada,O=Example2"],
    ["CN=dev-%serial%", "CN=dev-"],
    ["CN=dev-%serial%", "CN=my-dev-1"],
    ["CN=%serial%-dev", "CN=-dev"],
    ["CN=ab%serial%b", "CN=ab"],
    ["CN=ab%serial%b", "CN=abb"],
    ["CN=b", "CN=ab"],
    ["CN=%username%,OU=%username%", "CN=Ada,OU=Bob"],
    ["CN=%username%", ""],
    ["", "O=x"],
  ];
  for (const [pattern, subject] of misfits) {
    it(`T-19 ${pattern || "the empty pattern"} refuses ${subject || "the empty subject"}`, () => {
      assert.equal(match(pattern, subject), undefined);
    });
  }

  it("T-22 a further CN may stand anywhere, and nothing else", () => {
    const pattern = "CN=dev-%serial%,O=Example";
    for (const subject of [
      "CN=dev-1,O=Example,CN=marker",
      "CN=dev-1,CN=marker,O=Example",
      "CN=marker,CN=dev-1,O=Example",
    ]) {
      assert.deepEqual(match(pattern, subject), { serialnumber: "1" }, subject);
    }
    assert.equal(match(pattern, "CN=dev-1,O=Example,CN=marker+OU=x"), undefined);
    assert.equal(match(pattern, "CN=dev-1,O=Example,OU=marker"), undefined);
  });

  it("T-19 refuses control characters that a CSR may hold", () => {
    assert.equal(subjectMatcher("CN=%username%")([[["2.5.4.3", "a\u0000b"]]]), undefined);
  });

  it("T-27 two variables with nothing between them cannot be compared", () => {
    refuses("invalid_input", /%username% and %udid%/, () => subjectMatcher("CN=%username%%udid%"));
    refuses("invalid_input", /between/, () =>
      sanMatcher([{ type: "uri", pattern: "a:%sid%%udid%" }]),
    );
  });

  it("T-19 what a template renders, its matcher takes, with the values as captures", () => {
    const pattern = "CN=%username%,OU=u %serial%,O=Example";
    const value = fc
      .string({ unit: "grapheme", minLength: 1, maxLength: 12 })
      .map((text) => text.replace(/[\p{Cc}\p{Cs}\s]+/gu, " ").trim())
      .filter((text) => text !== "");
    fc.assert(
      fc.property(value, value, (username, serialnumber) => {
        const subject = renderSubject(pattern, { username, serialnumber });
        assert.deepEqual(Object.fromEntries(subjectMatcher(pattern)(subject) ?? []), {
          username,
          serialnumber,
        });
      }),
    );
  });

  it("T-19 agrees with regular expressions on what fits", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b", "-"), minLength: 1, maxLength: 4 });
    const longer = fc.string({ unit: fc.constantFrom("a", "b", "-"), minLength: 1, maxLength: 14 });
    const names = ["udid", "imei", "email"];
    fc.assert(
      fc.property(
        fc.array(text, { minLength: 2, maxLength: 4 }),
        fc.boolean(),
        longer,
        (texts, edge, value) => {
          const open = edge ? "" : "b";
          const pattern = texts.reduce((all, t, i) => `${all}%${names[i - 1] ?? ""}%${t}`);
          const oracle = new RegExp(`^${open}${texts.join(".+")}$`);
          assert.equal(
            match(`CN=${open}${pattern}`, `CN=${value}`) !== undefined,
            oracle.test(value),
            `${pattern} ${value}`,
          );
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("T-19 a hostile subject costs no more than a look through it", () => {
    const names = ["udid", "imei", "email", "upn", "sid", "model", "meid", "username"];
    const pattern = `CN=${names.map((name) => `%${name}%a`).join("")}!`;
    const test = subjectMatcher(pattern);
    const started = performance.now();
    for (let i = 0; i < 100; i += 1) {
      assert.equal(test([[["2.5.4.3", "a".repeat(4000)]]]), undefined);
    }
    assert.ok(performance.now() - started < 2000);
  });
});

describe("SAN matcher", () => {
  const patterns = [
    { type: "upn", pattern: "%username%@example.com" },
    { type: "dns", pattern: "%devicename%.example.com" },
    { type: "dns", pattern: "Static.example.com" },
    { type: "uri", pattern: "tag:Example:%sid%" },
    { type: "ip", pattern: "2001:DB8:0::1" },
  ] as const;
  const known = new Map([["username", "ada"]]);
  const test = sanMatcher(patterns);

  it("J-04 every name asked for fits one pattern; names may be left out", () => {
    const captures = test(
      [
        { type: "dns", value: "WKS.example.com" },
        { type: "upn", value: "ADA@example.com" },
        { type: "uri", value: "tag:Example:S-1" },
        { type: "ip", value: "2001:db8::1" },
      ],
      known,
    );
    assert.deepEqual(Object.fromEntries(captures ?? []), {
      username: "ada",
      devicename: "wks",
      sid: "S-1",
    });
    assert.equal(test([], known), known);
  });

  it("J-04 a name that fits no pattern, or another value of a variable, is refused", () => {
    assert.equal(test([{ type: "upn", value: "bob@example.com" }], known), undefined);
    assert.equal(test([{ type: "rfc822", value: "ada@example.com" }], known), undefined);
    assert.equal(test([{ type: "dns", value: "x.example.org" }], known), undefined);
    assert.equal(test([{ type: "dns", value: "*.example.com" }], known), undefined);
    assert.equal(test([{ type: "ip", value: "2001:db8::2" }], known), undefined);
    assert.equal(sanMatcher([])([{ type: "dns", value: "a.example.com" }], known), undefined);
  });

  it("T-20 URIs are compared octet by octet", () => {
    assert.equal(test([{ type: "uri", value: "tag:example:S-1" }], known), undefined);
  });

  it("J-04 more than a hundred names fit nothing", () => {
    const many = Array.from(
      { length: 101 },
      () => ({ type: "dns", value: "static.example.com" }) as const,
    );
    assert.equal(test(many, known), undefined);
    assert.notEqual(test(many.slice(1), known), undefined);
  });
});
