import assert from "node:assert/strict";
import { constants, createHash, privateEncrypt, randomBytes } from "node:crypto";
import { X509Crl } from "@peculiar/x509";
import { REVOCATION_REASONS, type RevocationReason } from "../../../plugin/domain/certificate.ts";
import { buildCrl, type CrlSpec } from "../../../plugin/pki/crl.ts";
import { type CrlEntry as RevokedEntry, crlEntryWriter } from "../../../plugin/pki/crl-entries.ts";
import { parseCrl } from "../../../plugin/pki/crl-read.ts";
import { toPem } from "../../../plugin/domain/pem.ts";
import { parseCertificate } from "../../../plugin/pki/certificate.ts";
import { digestAlgorithmIdentifier } from "../../../plugin/pki/algorithms.ts";
import { octetString, sequence } from "../../../plugin/pki/der-write.ts";
import { OID } from "../../../plugin/pki/oids.ts";
import { verifySignature } from "../../../plugin/pki/public-key.ts";
import {
  hostile,
  issue,
  keyOf,
  makeCa,
  NOW,
  openssl,
  refusal,
  specOf,
  type TestCa,
} from "./pki-fixture.ts";

const day = 86_400_000;
async function* pages(
  ...list: (readonly RevokedEntry[])[]
): AsyncIterable<readonly RevokedEntry[]> {
  yield* list;
}
const specFor = (ca: TestCa, entries: CrlSpec["entries"]): CrlSpec => ({
  issuerRaw: ca.certificate.subjectRaw,
  akiHex: ca.certificate.subjectKeyIdentifier!,
  number: 1_772_000_000n,
  thisUpdate: NOW,
  nextUpdate: new Date(NOW.getTime() + 7 * day),
  entries,
  scheme: ca.scheme,
  signer: ca.key.signer,
});
const reasons = Object.keys(REVOCATION_REASONS) as RevocationReason[];
const entries: RevokedEntry[] = reasons.map((reason, index) => ({
  serial: `7${index}${"ab".repeat(15)}`,
  revokedAt: new Date(NOW.getTime() - index * day),
  reason,
  ...(index % 2 === 1 ? { invalidityDate: new Date(NOW.getTime() - 30 * day) } : {}),
}));

describe("CRLs", () => {
  let root: TestCa;
  before(async () => {
    root = await makeCa("issuing", keyOf("rsa-2048", "root"));
  });

  it("come out the same of packed entries as of listed ones, for any serial, moment and reason", async () => {
    const random = Array.from({ length: 2000 }, (_, n): RevokedEntry => {
      const serial = BigInt(`0x${randomBytes(1 + (n % 20)).toString("hex")}`) + 1n;
      const hex = serial.toString(16);
      return {
        serial: hex.length % 2 === 0 ? hex : `0${hex}`,
        // From 1951 to 2106, so across both forms of time and both ends of a day.
        revokedAt: new Date((n * 2_451_599 - 600_000_000) * 1000 + (n % 1000)),
        reason: reasons[n % reasons.length]!,
        invalidityDate: n % 7 === 0 ? new Date(NOW.getTime() - n * 1000) : undefined,
      };
    });
    const packed = {
      entries: random.length,
      text: random
        .map(({ serial, revokedAt, reason, invalidityDate: invalid }) =>
          [serial, revokedAt.getTime(), reason, invalid?.getTime() ?? ""].join(","),
        )
        .join(";"),
    };
    const bytesOf = (page: readonly RevokedEntry[] | typeof packed) =>
      Buffer.from(crlEntryWriter()(page));
    assert.deepEqual(bytesOf(packed), bytesOf(random));
    const read = parseCrl(
      await buildCrl({
        ...specFor(
          root,
          (async function* () {
            yield packed;
          })(),
        ),
      }),
    );
    assert.deepEqual(
      read.entries.map(({ serial, revokedAt, reason = "unspecified" }) => [
        serial,
        revokedAt.getTime(),
        reason,
      ]),
      random.map(({ serial, revokedAt, reason }) => [
        serial,
        Math.floor(revokedAt.getTime() / 1000) * 1000,
        reason,
      ]),
    );
  });

  it("are read back as they were built, unspecified left out", async () => {
    const crl = parseCrl(
      await buildCrl({
        ...specFor(root, pages(entries)),
        expiredCertsOnCrl: new Date(NOW.getTime() - 400 * day),
      }),
    );
    assert.deepEqual(
      crl.entries,
      entries.map(({ reason, ...rest }) => (reason === "unspecified" ? rest : { reason, ...rest })),
    );
    assert.equal(crl.number, 1_772_000_000n);
    assert.equal(crl.authorityKeyId, root.certificate.subjectKeyIdentifier);
    assert.deepEqual([crl.thisUpdate, crl.nextUpdate], [NOW, new Date(NOW.getTime() + 7 * day)]);
    assert.deepEqual(
      crl.extensions.map(({ oid }) => oid),
      [OID.authorityKeyIdentifier, OID.crlNumber, OID.expiredCertsOnCrl],
    );
    assert.equal(
      verifySignature(root.certificate.publicKey, crl.scheme!, crl.tbs, crl.signature),
      true,
    );
  });

  for (const [algorithm, scheme] of [
    ["rsa-2048", undefined],
    ["rsa-2048", "rsa-pss-sha256"],
    ["ec-p384", undefined],
  ] as const)
    it(`verify in openssl: ${algorithm} ${scheme ?? ""}`, async () => {
      const ca = await makeCa("issuing", keyOf(algorithm, "root"), undefined, undefined, scheme);
      const der = await buildCrl(specFor(ca, pages(entries)));
      const { output } = openssl(
        ["crl", "-inform", "DER", "-in", "l", "-noout", "-text", "-CAfile", "ca"],
        { l: der, ca: toPem(ca.certificate.der, "CERTIFICATE") },
      );
      assert.match(output, /verify OK/);
      assert.match(output, /Version 2 \(0x1\)/);
      assert.match(output, /X509v3 CRL Number: *\n +1772000000/);
      assert.match(
        output,
        /Key Compromise[^]*CA Compromise[^]*Certificate Hold[^]*Privilege Withdrawn/,
      );
      assert.equal(output.match(/Invalidity Date/g)?.length, 4);
      assert.equal(output.match(/Serial Number/g)?.length, 9);
    });

  it("are read by @peculiar/x509", async () => {
    const crl = new X509Crl(await buildCrl(specFor(root, pages(entries))));
    assert.deepEqual(
      crl.entries.map(({ serialNumber }) => serialNumber),
      entries.map(({ serial }) => serial),
    );
    assert.equal(crl.nextUpdate?.getTime(), NOW.getTime() + 7 * day);
  });

  it("of nothing have no list", async () => {
    for (const none of [pages(), pages([]), pages([], [])]) {
      const der = await buildCrl(specFor(root, none));
      assert.deepEqual(parseCrl(der).entries, []);
      const { output } = openssl(["crl", "-inform", "DER", "-in", "l", "-noout", "-text"], {
        l: der,
      });
      assert.match(output, /No Revoked Certificates/);
    }
  });

  it("make openssl refuse a revoked certificate and accept another", async () => {
    const key = keyOf("ec-p256", "leaf");
    const leaves = await Promise.all(
      [1, 2].map(async () =>
        parseCertificate(await issue(specOf("subscriber", root, key), root.key.signer)),
      ),
    );
    const [bad, good] = leaves;
    const der = await buildCrl(specFor(root, pages([{ serial: bad!.serial, revokedAt: NOW }])));
    const verify = (leaf: Uint8Array): string =>
      openssl(
        [
          "verify",
          "-crl_check",
          "-x509_strict",
          "-attime",
          String(NOW.getTime() / 1000 + 60),
        ].concat([...["-CAfile", "ca", "-CRLfile", "crl", "leaf"]]),
        {
          ca: toPem(root.certificate.der, "CERTIFICATE"),
          crl: toPem(der, "X509 CRL"),
          leaf: toPem(leaf, "CERTIFICATE"),
        },
      ).output;
    assert.match(verify(bad!.der), /certificate revoked/);
    assert.match(verify(good!.der), /leaf: OK/);
  });

  it("of a shard say so critically", async () => {
    const der = await buildCrl({
      ...specFor(root, pages()),
      shardUrl: "http://pki.example.com/1.crl",
    });
    const { output } = openssl(["crl", "-inform", "DER", "-in", "l", "-noout", "-text"], {
      l: der,
    });
    assert.match(
      output,
      /Issuing Distribution Point: critical\n +Full Name:\n +URI:http:\/\/pki\.example\.com\/1\.crl/,
    );
  });

  it("are hashed here when the signer takes a digest", async () => {
    const { privateKey } = root.key;
    let input: Uint8Array | undefined;
    const signer: CrlSpec["signer"] = {
      ...root.key.signer,
      takes: "digest",
      sign: async (digest) => {
        input = digest;
        const info = sequence(digestAlgorithmIdentifier("sha256", "null"), octetString(digest));
        return privateEncrypt({ key: privateKey, padding: constants.RSA_PKCS1_PADDING }, info);
      },
    };
    const der = await buildCrl({ ...specFor(root, pages(entries)), signer });
    const crl = parseCrl(der);
    assert.deepEqual(input && Buffer.from(input), createHash("sha256").update(crl.tbs).digest());
    assert.equal(
      verifySignature(root.certificate.publicKey, crl.scheme!, crl.tbs, crl.signature),
      true,
    );
  });

  it("of many pages are whole", async () => {
    const page = (): RevokedEntry[] =>
      Array.from({ length: 2000 }, () => ({
        serial: `1${randomBytes(16).toString("hex").slice(1)}`,
        revokedAt: NOW,
        reason: "keyCompromise" as const,
      }));
    const list = Array.from({ length: 10 }, page);
    const crl = parseCrl(await buildCrl(specFor(root, pages(...list))));
    assert.deepEqual(
      crl.entries.map(({ serial }) => serial),
      list.flat().map(({ serial }) => serial),
    );
    assert.equal(
      verifySignature(root.certificate.publicKey, crl.scheme!, crl.tbs, crl.signature),
      true,
    );
  });

  it("survive hostile bytes", async () => {
    const ca = await makeCa("issuing", keyOf("ec-p256", "root"));
    hostile(await buildCrl(specFor(ca, pages(entries.slice(0, 3)))), parseCrl);
    refusal(() => parseCrl(ca.certificate.der), "bad_message");
  });
});
