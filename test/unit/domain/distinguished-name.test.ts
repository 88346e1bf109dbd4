import assert from "node:assert/strict";
import fc from "fast-check";
import {
  formatDn,
  MAX_DN_OCTETS,
  MAX_RDNS,
  parseDn,
  type DistinguishedName,
} from "../../../plugin/domain/distinguished-name.ts";
import { DN_ATTRIBUTES, dnAliasOfOid, oidOfDnAlias } from "../../../plugin/domain/dn-attributes.ts";
import { isOid } from "../../../plugin/domain/oid.ts";
import { refuses } from "./refuses.ts";

const CN = "2.5.4.3";
const O = "2.5.4.10";
const OU = "2.5.4.11";

describe("distinguished names", () => {
  it("T-21 knows 34 attributes, each alias to its OID and back, regardless of case", () => {
    assert.equal(DN_ATTRIBUTES.length, 34);
    assert.equal(new Set(DN_ATTRIBUTES.map(({ oid }) => oid)).size, 34);
    for (const { oid, aliases } of DN_ATTRIBUTES) {
      assert.ok(isOid(oid), oid);
      assert.equal(dnAliasOfOid(oid), aliases[0]);
      for (const alias of aliases) {
        for (const spelling of [alias, alias.toLowerCase(), alias.toUpperCase()]) {
          assert.equal(oidOfDnAlias(spelling), oid, spelling);
          assert.deepEqual(parseDn(`${spelling}=x`), [[[oid, "x"]]]);
        }
      }
    }
  });

  it("T-21 reads SN as surname, S as state, T as title, E as e-mail and I as initials", () => {
    const oids = parseDn("SN=a,S=b,T=c,E=d,I=e,SERIALNUMBER=f")
      .flat()
      .map(([oid]) => oid);
    assert.deepEqual(oids, [
      "2.5.4.4",
      "2.5.4.8",
      "2.5.4.12",
      "1.2.840.113549.1.9.1",
      "2.5.4.43",
      "2.5.4.5",
    ]);
  });

  it("A-05 keeps the written order as the order of the certificate", () => {
    const name = parseDn("CN=MyRootCA, O=MyOrganization, L=MyCity, ST=MyState, C=US");
    assert.deepEqual(
      name.flat().map(([oid, value]) => `${dnAliasOfOid(oid) ?? ""}:${value}`),
      ["CN:MyRootCA", "O:MyOrganization", "L:MyCity", "ST:MyState", "C:US"],
    );
    assert.deepEqual(
      parseDn("C=US,O=Zylker,OU=Zylker,CN=x").map(([first]) => first?.[0]),
      ["2.5.4.6", O, OU, CN],
    );
  });

  it("T-22 keeps several CNs", () => {
    assert.deepEqual(parseDn("CN=a,CN=b"), [[[CN, "a"]], [[CN, "b"]]]);
  });

  const readings: readonly (readonly [string, DistinguishedName])[] = [
    ["", []],
    ["   ", []],
    [String.raw`CN=a\,b`, [[[CN, "a,b"]]]],
    [String.raw`CN=a\2Cb`, [[[CN, "a,b"]]]],
    [String.raw`CN=Lu\C4\8Di\C4\87`, [[[CN, "Lučić"]]]],
    [String.raw`CN=\#1`, [[[CN, "#1"]]]],
    [String.raw`CN=\ a\ `, [[[CN, " a "]]]],
    ["CN = a b  ,  O = c ", [[[CN, "a b"]], [[O, "c"]]]],
    ['CN="a, b + c; d"  ,O=e', [[[CN, "a, b + c; d"]], [[O, "e"]]]],
    [String.raw`CN="say \"hi\" \\"`, [[[CN, 'say "hi" \\']]]],
    ['CN=" a "', [[[CN, " a "]]]],
    [
      "CN=a+OU=b,O=c",
      [
        [
          [CN, "a"],
          [OU, "b"],
        ],
        [[O, "c"]],
      ],
    ],
    ["1.2.3.4=x,CN=a=b", [[["1.2.3.4", "x"]], [[CN, "a=b"]]]],
    ["CN=%username%", [[[CN, "%username%"]]]],
  ];
  for (const [text, name] of readings) {
    it(`T-21 reads ${JSON.stringify(text)}`, () => {
      assert.deepEqual(parseDn(text), name);
    });
  }

  const faults: readonly (readonly [string, RegExp])[] = [
    ["CN=a,", /position 6.*attribute/],
    [",CN=a", /position 1/],
    ["CN", /position 3/],
    ["CN=", /in CN at position 4.*no value/],
    ['O=""', /in O at/],
    ["XN=a", /XN is no attribute/],
    ["CN=a,XN=b", /position 6: XN/],
    ["3.1=a", /3.1 is no attribute/],
    ["CN=#0401", /#hex/],
    ["CN=a;O=b", /in CN at position 5/],
    ['CN=a"b', /position 5/],
    ['CN="a', /position 4.*not closed/],
    ['CN="a"b', /separator/],
    [String.raw`CN=a\x`, /backslash/],
    ["CN=a\\", /backslash/],
    [String.raw`CN=\FF`, /not UTF-8/],
    [String.raw`CN=a\00`, /control/],
    ["CN=a\nb", /in CN.*control/],
    ["CN=\ud800", /control/],
    ["/CN=a", /position 1/],
  ];
  for (const [text, message] of faults) {
    it(`T-21 refuses ${JSON.stringify(text)} and says where`, () => {
      refuses("invalid_input", message, () => parseDn(text));
    });
  }

  it("T-21 takes 64 RDNs and 4 KiB and no more", () => {
    const rdns = Array.from({ length: MAX_RDNS }, () => "CN=a");
    assert.equal(parseDn(rdns.join(",")).length, MAX_RDNS);
    refuses("invalid_input", /over 64/, () => parseDn([...rdns, "CN=a"].join(",")));
    const widest = `CN=${"a".repeat(MAX_DN_OCTETS - 3)}`;
    assert.equal(parseDn(widest)[0]?.[0]?.[1].length, MAX_DN_OCTETS - 3);
    refuses("invalid_input", /4096 octets/, () => parseDn(`${widest}a`));
    refuses("invalid_input", /4096 octets/, () => parseDn(`CN=${"€".repeat(1365)}`));
  });

  it("T-21 writes names that it reads back unchanged", () => {
    const value = fc
      .oneof(
        fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 }),
        fc.string({
          unit: fc.constantFrom(...Array.from(' ,+"\\<>;=#a%é')),
          minLength: 1,
          maxLength: 8,
        }),
      )
      .filter((text) => !/[\p{Cc}\p{Cs}]/u.test(text));
    const oid = fc.constantFrom(...DN_ATTRIBUTES.map((known) => known.oid), "1.2.3.4", "2.999.1");
    const name = fc.array(fc.array(fc.tuple(oid, value), { minLength: 1, maxLength: 3 }), {
      maxLength: 6,
    });
    fc.assert(fc.property(name, (dn) => assert.deepEqual(parseDn(formatDn(dn)), dn)));
  });

  it("T-21 never does anything with any text but read it or refuse it as invalid_input", () => {
    const text = fc.string({
      unit: fc.constantFrom(...Array.from('CNO=,+"\\ #20;a%\n')),
      maxLength: 20,
    });
    fc.assert(
      fc.property(text, (dn) => {
        try {
          assert.deepEqual(parseDn(formatDn(parseDn(dn))), parseDn(dn));
        } catch (thrown) {
          assert.equal((thrown as { code?: unknown }).code, "invalid_input");
        }
      }),
    );
  });

  it("T-21 shows control characters of names from outside as escapes", () => {
    assert.equal(formatDn([[[CN, "a\nb\u0000"]]]), String.raw`CN=a\0Ab\00`);
  });
});
