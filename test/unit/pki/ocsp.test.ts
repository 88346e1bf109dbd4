import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { toPem } from "../../../plugin/domain/pem.ts";
import { parseCertificate, type ParsedCertificate } from "../../../plugin/pki/certificate.ts";
import {
  context,
  integer,
  NULL,
  octetString,
  oid,
  sequence,
} from "../../../plugin/pki/der-write.ts";
import { encodeExtensions, type Extension } from "../../../plugin/pki/extensions.ts";
import { issuerMatcher, parseOcspRequest } from "../../../plugin/pki/ocsp.ts";
import {
  buildOcspResponse,
  ocspError,
  type OcspStatus,
  type SingleOcspResponse,
} from "../../../plugin/pki/ocsp-response.ts";
import { OID } from "../../../plugin/pki/oids.ts";
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

const certId = (serial = 1): Uint8Array =>
  sequence(
    sequence(oid(OID.sha1), NULL),
    octetString(Buffer.alloc(20, 1)),
    octetString(Buffer.alloc(20, 2)),
    integer(serial),
  );
const requestOf = (ids: readonly Uint8Array[], ...extensions: Extension[]): Uint8Array =>
  sequence(
    sequence(
      sequence(...ids.map((id) => sequence(id))),
      ...(extensions.length > 0 ? [context(2, encodeExtensions(extensions))] : []),
    ),
  );
const nonce = (length: number): Extension => ({
  oid: OID.ocspNonce,
  critical: false,
  value: octetString(Buffer.alloc(length, 7)),
});

describe("OCSP", () => {
  let folder: string;
  let ca: TestCa;
  let leaves: ParsedCertificate[];
  let responder: Uint8Array;
  const responderKey = keyOf("ec-p256", "responder");
  const run = (...args: string[]): string => {
    const { stdout, stderr } = spawnSync("openssl", args, { cwd: folder, encoding: "utf8" });
    return stdout + stderr;
  };

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "countersign-ocsp-"));
    ca = await makeCa("issuing", keyOf("rsa-2048", "root"));
    const leaf = (): Promise<Uint8Array> =>
      issue(specOf("subscriber", ca, keyOf("ec-p256", "leaf")), ca.key.signer);
    leaves = (await Promise.all([leaf(), leaf(), leaf()])).map(parseCertificate);
    responder = await issue(specOf("ocsp", ca, responderKey), ca.key.signer);
    writeFileSync(join(folder, "ca.pem"), toPem(ca.certificate.der, "CERTIFICATE"));
    for (const [index, { der }] of leaves.entries())
      writeFileSync(join(folder, `${index}.pem`), toPem(der, "CERTIFICATE"));
  });
  after(() => rmSync(folder, { recursive: true }));

  const ask = (...args: string[]): Uint8Array => {
    run("ocsp", "-issuer", "ca.pem", ...args, "-reqout", "req.der");
    return readFileSync(join(folder, "req.der"));
  };
  const statuses: OcspStatus[] = [
    { kind: "good" },
    { kind: "revoked", at: NOW, reason: "keyCompromise" },
    { kind: "unknown" },
  ];
  const answer = (
    request: Uint8Array,
    change: Partial<SingleOcspResponse> = {},
  ): Promise<Uint8Array> => {
    const { certIds, nonce: asked } = parseOcspRequest(request);
    // openssl compares with the real time.
    const thisUpdate = new Date(Date.now() - 60_000);
    return buildOcspResponse({
      responderCertificate: responder,
      signer: responderKey.signer,
      scheme: "ecdsa-sha256",
      responses: certIds.map(({ raw }, index) => ({
        certIdRaw: raw,
        status: statuses[index % 3]!,
        thisUpdate,
        nextUpdate: new Date(thisUpdate.getTime() + 3_600_000),
        ...change,
      })),
      nonce: asked,
      producedAt: thisUpdate,
    });
  };
  const check = (response: Uint8Array): string => {
    writeFileSync(join(folder, "resp.der"), response);
    const files = leaves.flatMap((_, index) => ["-cert", `${index}.pem`]);
    const verified = ["-respin", "resp.der", "-CAfile", "ca.pem"].concat([
      "-attime",
      String(NOW.getTime() / 1000 + 60),
    ]);
    // With -cert openssl makes a question of its own, so that only the second run sees ours and its nonce.
    return (
      run("ocsp", "-issuer", "ca.pem", "-no_nonce", ...files, ...verified) +
      run("ocsp", "-issuer", "ca.pem", "-reqin", "req.der", ...verified)
    );
  };

  for (const hash of ["sha1", "sha256", "sha384"] as const)
    it(`answers openssl's question about three certificates with ${hash}`, async () => {
      const request = ask(...leaves.flatMap((_, index) => [`-${hash}`, "-cert", `${index}.pem`]));
      const { certIds } = parseOcspRequest(request);
      assert.deepEqual(
        certIds.map((id) => [id.hash, id.serial]),
        leaves.map(({ serial }) => [hash, serial]),
      );
      assert.ok(certIds.every((id) => issuerMatcher(ca.certificate)(id)));
      assert.ok(certIds.every((id) => !issuerMatcher(leaves[0]!)(id)));
      assert.ok(!issuerMatcher(ca.certificate)({ ...certIds[0]!, issuerKeyHash: "00" }));
      const output = check(await answer(request));
      assert.match(output, /Response verify OK/);
      assert.doesNotMatch(output, /WARNING/);
      if (hash === "sha1")
        assert.match(
          output,
          /0\.pem: good[^]*1\.pem: revoked[^]*Reason: keyCompromise[^]*Revocation Time: Mar {2}1 12:00:00 2026[^]*2\.pem: unknown/,
        );
    });

  it("repeats the nonce, and openssl sees when it is another", async () => {
    const first = ask("-cert", "0.pem");
    const response = await answer(first);
    assert.match(check(response), /Response verify OK/);
    ask("-cert", "0.pem");
    assert.match(check(response), /Nonce Verify error/);
  });

  it("leaves the nonce out when none was sent", async () => {
    const request = ask("-no_nonce", "-cert", "0.pem");
    assert.equal(parseOcspRequest(request).nonce, undefined);
    assert.match(check(await answer(request)), /Response verify OK/);
  });

  it("ignores the signature of a signed request", () => {
    const key = responderKey.privateKey.export({ format: "pem", type: "pkcs8" }) as string;
    writeFileSync(join(folder, "key.pem"), key);
    writeFileSync(join(folder, "signer.pem"), toPem(responder, "CERTIFICATE"));
    const request = ask("-cert", "0.pem", "-signer", "signer.pem", "-signkey", "key.pem");
    assert.equal(parseOcspRequest(request).certIds[0]?.serial, leaves[0]!.serial);
  });

  it("signs with the CA's own RSA key as well, and writes the archive cutoff", async () => {
    const request = ask("-cert", "0.pem");
    const { certIds, nonce: asked } = parseOcspRequest(request);
    const now = new Date(Date.now() - 1000);
    const response = await buildOcspResponse({
      responderCertificate: ca.certificate.der,
      signer: ca.key.signer,
      scheme: "rsa-pkcs1-sha256",
      responses: [
        {
          certIdRaw: certIds[0]!.raw,
          status: { kind: "revoked", at: NOW },
          thisUpdate: now,
          nextUpdate: new Date(now.getTime() + 60_000),
          archiveCutoff: NOW,
        },
      ],
      nonce: asked,
      producedAt: now,
    });
    assert.match(check(response), /Response verify OK/);
    const { output } = openssl(["ocsp", "-respin", "r", "-resp_text", "-noverify"], {
      r: response,
    });
    assert.match(output, /Archive Cutoff: *\n +Mar {2}1 12:00:00 2026/);
    assert.match(
      output,
      /Cert Status: revoked\n +Revocation Time: Mar {2}1 12:00:00 2026 GMT\n +This Update/,
    );
  });

  it("writes the error answers of RFC 6960", () => {
    for (const [status, words] of [
      ["malformedRequest", "malformedrequest"],
      ["internalError", "internalerror"],
      ["tryLater", "trylater"],
      ["sigRequired", "sigrequired"],
      ["unauthorized", "unauthorized"],
    ] as const) {
      const { output } = openssl(["ocsp", "-respin", "r", "-resp_text"], { r: ocspError(status) });
      assert.match(output, new RegExp(words));
    }
  });

  it("reads up to 16 CertIDs, and a nonce of 1 to 128 octets", () => {
    const ids = (count: number): Uint8Array[] => Array.from({ length: count }, (_, i) => certId(i));
    assert.equal(parseOcspRequest(requestOf(ids(16))).certIds.length, 16);
    const full = parseOcspRequest(requestOf(ids(1), nonce(128))).nonce;
    assert.deepEqual(full && Buffer.from(full), Buffer.from(nonce(128).value));
    refusal(() => parseOcspRequest(requestOf(ids(17))), "bad_message");
    refusal(() => parseOcspRequest(requestOf([])), "bad_message");
    refusal(() => parseOcspRequest(requestOf(ids(1), nonce(129))), "bad_message");
    refusal(
      () => parseOcspRequest(requestOf(ids(1), { ...nonce(1), value: new Uint8Array(0) })),
      "bad_message",
    );
    refusal(() => parseOcspRequest(requestOf(ids(1), nonce(8), nonce(8))), "bad_message");
  });

  it("knows no issuer for a hash that it does not know", () => {
    const odd = sequence(
      sequence(oid(OID.md5), NULL),
      octetString(new Uint8Array(16)),
      octetString(new Uint8Array(16)),
      integer(1),
    );
    const [id] = parseOcspRequest(requestOf([odd])).certIds;
    assert.equal(id?.hash, undefined);
    assert.equal(issuerMatcher(ca.certificate)(id!), false);
  });

  it("survives hostile bytes", () => {
    hostile(requestOf([certId(1), certId(2)], nonce(16)), parseOcspRequest);
  });
});
