import assert from "node:assert/strict";
import fc from "fast-check";
import { Name } from "@peculiar/x509";
import { readDer, TAG } from "../../../plugin/pki/der-read.ts";
import { oid, sequence, setOf, tlv, utf8String } from "../../../plugin/pki/der-write.ts";
import { decodeName, encodeName, sameName, type Rdns } from "../../../plugin/pki/name.ts";
import { OID } from "../../../plugin/pki/oids.ts";
import { hostile, refusal } from "./pki-fixture.ts";

const tagsOf = (rdns: Rdns): number[] =>
  readDer(encodeName(rdns)).children.flatMap((rdn) => rdn.children.map((a) => a.children[1]!.tag));
const attribute = (type: string, tag: number, text: string): Uint8Array =>
  sequence(setOf(sequence(oid(type), tlv(tag, Buffer.from(text, "utf8")))));

describe("Name", () => {
  it("writes each attribute in its string type", () => {
    const rdns: Rdns = [
      [[OID.countryName, "DE"]],
      [[OID.serialNumber, "A1-b2"]],
      [[OID.dnQualifier, "q"]],
      [[OID.domainComponent, "example"]],
      [[OID.emailAddress, "a@example.com"]],
      [[OID.unstructuredName, "router"]],
      [[OID.unstructuredName, "Gerät"]],
      [[OID.commonName, "Plain"]],
      [[OID.organizationName, "Ünïcode 漢字 😀"]],
    ];
    const { printable, ia5, utf8 } = TAG;
    assert.deepEqual(tagsOf(rdns), [
      printable,
      printable,
      printable,
      ia5,
      ia5,
      ia5,
      utf8,
      utf8,
      utf8,
    ]);
    assert.deepEqual(decodeName(readDer(encodeName(rdns))), rdns);
  });

  it("is read by @peculiar/x509 as the same name", () => {
    const name = new Name(
      encodeName([
        [[OID.countryName, "DE"]],
        [
          [OID.organizationName, "A, B & C"],
          [OID.organizationalUnitName, "Élan"],
        ],
        [[OID.commonName, "x"]],
        [[OID.commonName, "marker"]],
      ]),
    );
    assert.deepEqual(name.getField("CN"), ["x", "marker"]);
    assert.deepEqual(name.getField("O"), ["A, B & C"]);
    assert.deepEqual(name.getField("OU"), ["Élan"]);
    assert.deepEqual(name.getField("C"), ["DE"]);
  });

  it("writes an empty name as an empty sequence", () => {
    assert.deepEqual([...encodeName([])], [0x30, 0]);
    assert.deepEqual(decodeName(readDer(encodeName([]))), []);
  });

  it("refuses values that their string type cannot hold", () => {
    for (const [type, value] of [
      [OID.countryName, "Ö"],
      [OID.serialNumber, "a*b"],
      [OID.domainComponent, "exämple"],
      [OID.emailAddress, "ä@example.com"],
      [OID.commonName, ""],
      [OID.commonName, "half \ud83d"],
      ["no oid", "x"],
    ] as const)
      refusal(() => encodeName([[[type, value]]]), "invalid_input");
    refusal(() => encodeName([[]]), "invalid_input");
  });

  it("goes round", () => {
    const value = fc
      .string({ unit: "grapheme", minLength: 1, maxLength: 40 })
      .filter((t) => !/\p{Cs}/u.test(t));
    const type = fc.constantFrom(OID.commonName, OID.organizationName, OID.title, "1.2.3.4");
    // One attribute an RDN: a larger set is sorted by DER.
    fc.assert(
      fc.property(fc.array(fc.tuple(type, value), { maxLength: 6 }), (attributes) => {
        const rdns = attributes.map((pair) => [pair]);
        assert.deepEqual(decodeName(readDer(encodeName(rdns))), rdns);
      }),
      { numRuns: 200 },
    );
  });

  it("shows a value that is no text in hex", () => {
    const name = sequence(
      setOf(sequence(oid("2.5.4.45"), tlv(TAG.bitString, Buffer.from([0, 5])))),
    );
    assert.deepEqual(decodeName(readDer(name)), [[["2.5.4.45", "#03020005"]]]);
  });

  it("refuses what is no name", () => {
    const bad = [
      utf8String("x"),
      sequence(setOf()),
      sequence(sequence()),
      sequence(setOf(sequence(oid("2.5.4.3")))),
      sequence(setOf(sequence(oid("2.5.4.3"), utf8String("a"), utf8String("b")))),
    ];
    for (const der of bad) refusal(() => decodeName(readDer(der)), "bad_message");
    hostile(encodeName([[[OID.commonName, "Test"]], [[OID.countryName, "DE"]]]), (input) =>
      decodeName(readDer(input)),
    );
  });

  it("compares as RFC 5280 section 7.1 says", () => {
    const cn = (tag: number, text: string): Uint8Array => attribute(OID.commonName, tag, text);
    const same = (a: Uint8Array, b: Uint8Array): void => assert.equal(sameName(a, b), true);
    const other = (a: Uint8Array, b: Uint8Array): void => assert.equal(sameName(a, b), false);
    same(cn(TAG.utf8, "Test CA"), cn(TAG.utf8, "Test CA"));
    same(cn(TAG.utf8, "Test CA"), cn(TAG.printable, "TEST ca"));
    same(cn(TAG.utf8, " Test   CA "), cn(TAG.printable, "Test CA"));
    same(cn(TAG.utf8, "Straße"), cn(TAG.utf8, "STRASSE"));
    same(cn(TAG.utf8, "\u212b"), cn(TAG.utf8, "å"));
    other(cn(TAG.utf8, "Test CA"), cn(TAG.utf8, "Test CB"));
    other(cn(TAG.utf8, "TestCA"), cn(TAG.utf8, "Test CA"));
    other(cn(TAG.utf8, "x"), attribute(OID.organizationName, TAG.utf8, "x"));
    other(cn(TAG.bitString, "\0a"), cn(TAG.utf8, "#03020061"));
    const two = (a: string, b: string): Uint8Array =>
      encodeName([[[OID.commonName, a]], [[OID.commonName, b]]]);
    other(two("a", "b"), two("b", "a"));
    const set = (a: string, b: string): Uint8Array =>
      encodeName([
        [
          [OID.commonName, a],
          [OID.commonName, b],
        ],
      ]);
    same(set("a", "B"), set("A", "b"));
    other(set("a", "b"), two("a", "b"));
  });
});
