import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { parseSignedMessage, verifySignedMessage } from "../../plugin/pki/cms-signed.ts";
import { OID } from "../../plugin/pki/oids.ts";
import { enrol, enrolment, send, type EnrolmentShape } from "../support/scep/enrolment.ts";
import { isOpaque, isProblem } from "../support/scep/expect.ts";
import { Lab } from "../support/scep/lab.ts";
import { readDegenerate, type LabReply } from "../support/scep/reply.ts";

const DAY = 86_400_000;
type Certificates = readonly Uint8Array[];

describe("SCEP roll-over and client profiles", () => {
  let lab: Lab;
  before(async () => {
    lab = await Lab.start();
  });
  after(() => lab.end());
  beforeEach(() => {
    lab.time.ahead = 0;
  });

  const caps = async (endpoint: string): Promise<readonly string[]> =>
    (await lab.scep({ path: "?operation=GetCACaps" }, endpoint)).body.toString().split("\n");
  const caCert = async (endpoint: string): Promise<Certificates> =>
    readDegenerate((await lab.scep({ path: "?operation=GetCACert" }, endpoint)).body).certificates;
  /** GetNextCACert, verified against today's CA: the certificates to come. */
  const nextCaCert = async (endpoint: string): Promise<Certificates> => {
    const answer = await lab.scep({ path: "?operation=GetNextCACert" }, endpoint);
    assert.equal(answer.status, 200, answer.body.toString());
    assert.equal(answer.headers["content-type"], "application/x-x509-next-ca-cert");
    const signed = parseSignedMessage(answer.body);
    assert.equal(signed.contentType, OID.data);
    assert.ok(verifySignedMessage(signed), "GetNextCACert is not signed rightly");
    assert.deepEqual(
      Buffer.from(signed.signerCertificate?.raw ?? []),
      Buffer.from(lab.chain[0] ?? []),
      "it is not signed by today's CA",
    );
    return readDegenerate(signed.content ?? new Uint8Array(0)).certificates;
  };
  const issuerOf = (reply: LabReply): string => {
    assert.equal(reply.status, "0", reply.text);
    return new X509Certificate(reply.certificates[0] ?? new Uint8Array()).issuer;
  };
  const names = (certificates: Certificates): readonly string[] =>
    certificates.map((der) => new X509Certificate(der).subject.replaceAll("\n", ","));
  const soon = (days: number): string => new Date(Date.now() + days * DAY).toISOString();
  const to = (recipient: Uint8Array | undefined): EnrolmentShape => ({
    envelope: { recipient: recipient ?? assert.fail("no RA") },
  });
  const same = (a: Uint8Array | undefined, b: Uint8Array | undefined): void => {
    assert.deepEqual(Buffer.from(a ?? []), Buffer.from(b ?? []));
  };

  it("case 06 sonicwall profile lists the RA twice, then the chain", async () => {
    await lab.addEndpoint("sonic", { clientProfile: "sonicwall" });
    const listed = await caCert("sonic");
    assert.equal(listed.length, 4);
    same(listed[0], lab.ra);
    same(listed[1], lab.ra);
    same(listed[2], lab.chain[0]);
    same(listed[3], lab.chain[1]);
    const reply = await enrol(lab, { csr: { hash: "md5" } }, "sonic");
    assert.equal(reply.status, "0", reply.text);
  });
  it("case 06 cisco-legacy profile offers and takes 3DES and SHA-1, never single DES", async () => {
    await lab.addEndpoint("cisco", { clientProfile: "cisco-legacy" });
    const keywords = await caps("cisco");
    for (const keyword of ["DES3", "SHA-1"]) assert.ok(keywords.includes(keyword), keyword);
    assert.ok(!keywords.includes("DES"));
    const old: EnrolmentShape = { envelope: { cipher: "des-ede3-cbc" }, message: { hash: "sha1" } };
    const reply = await enrol(lab, old, "cisco");
    assert.equal(reply.status, "0", reply.text);
    assert.equal(reply.cipher, OID.desEde3Cbc);
    assert.equal(reply.hash, "sha1");
  });
  for (const clientProfile of [
    "apple",
    "windows",
    "android",
    "certmonger",
    "strongswan",
    "fortigate",
  ])
    it(`case 06 ${clientProfile} profile keeps the secure default`, async () => {
      await lab.addEndpoint(clientProfile, { clientProfile });
      assert.deepEqual(await caps(clientProfile), await caps("std"));
      assert.deepEqual(names(await caCert(clientProfile)), names([lab.ra, ...lab.chain]));
      const weak = await enrol(lab, { envelope: { cipher: "des-ede3-cbc" } }, clientProfile);
      assert.deepEqual([weak.status, weak.failInfo], ["2", "0"]);
    });

  it("case 07 GetNextCACert announces a new RA, signed by today's CA, and the keyword says so", async () => {
    await lab.addEndpoint("roll-ra");
    isProblem(await lab.scep({ path: "?operation=GetNextCACert" }, "roll-ra"), 404);
    await lab.api("POST", "/endpoints/roll-ra/roll-over", { from: soon(10) });
    assert.ok((await caps("roll-ra")).includes("GetNextCACert"));
    const next = await nextCaCert("roll-ra");
    assert.equal(next.length, 3);
    assert.notDeepEqual(Buffer.from(next[0] ?? []), Buffer.from(lab.ra));
    same(next[1], lab.chain[0]);
    same((await caCert("roll-ra"))[0], lab.ra);
    lab.time.ahead = 11 * DAY;
    assert.ok(!(await caps("roll-ra")).includes("GetNextCACert"));
    isProblem(await lab.scep({ path: "?operation=GetNextCACert" }, "roll-ra"), 404);
    same((await caCert("roll-ra"))[0], next[0]);
  });

  it("case 51 an RA roll-over: the next opens at once, the old for its overlap, then not", async () => {
    await lab.addEndpoint("overlap");
    await lab.api("POST", "/endpoints/overlap/roll-over", { from: soon(10) });
    const [next] = await nextCaCert("overlap");
    const early = await enrol(lab, to(next), "overlap");
    assert.match(issuerOf(early), /Lab Issuing CA/);
    same(early.signer, next);
    same((await enrol(lab, to(lab.ra), "overlap")).signer, lab.ra);
    lab.time.ahead = 11 * DAY;
    const late = await enrol(lab, to(lab.ra), "overlap");
    assert.match(issuerOf(late), /Lab Issuing CA/);
    same(late.signer, lab.ra);
    same((await enrol(lab, to(next), "overlap")).signer, next);
    lab.time.ahead = 45 * DAY;
    isOpaque(await enrol(lab, to(lab.ra), "overlap"));
    assert.match(issuerOf(await enrol(lab, to(next), "overlap")), /Lab Issuing CA/);
  });
  it("case 51 a CA roll-over: who encrypts to the next RA gets a certificate of the next CA", async () => {
    await lab.addEndpoint("new-ca");
    await lab.api("POST", "/hierarchies", { id: "lab2", name: "Second" });
    await lab.api("POST", "/endpoints/new-ca/roll-over", { authorityId: "lab2", from: soon(10) });
    const [next, issuing] = await nextCaCert("new-ca");
    const early = await enrol(lab, to(next), "new-ca");
    assert.match(issuerOf(early), /Second Issuing CA/);
    const ca = new X509Certificate(issuing ?? new Uint8Array());
    assert.ok(new X509Certificate(early.certificates[0] ?? new Uint8Array()).verify(ca.publicKey));
    assert.match(issuerOf(await enrol(lab, to(lab.ra), "new-ca")), /Lab Issuing CA/);
    lab.time.ahead = 11 * DAY;
    assert.match(issuerOf(await enrol(lab, to(next), "new-ca")), /Second Issuing CA/);
    assert.deepEqual(names((await caCert("new-ca")).slice(1, 2)), [
      "CN=Second Issuing CA,O=Countersign",
    ]);
  });
  it("case 51 a certificate of the old CA renews at the new one", async () => {
    const first = await enrol(lab, { devicename: "moved" }, "new-ca");
    const certificate = first.certificates[0] ?? new Uint8Array();
    lab.time.ahead = 11 * DAY;
    const [next] = await caCert("new-ca");
    const sent = enrolment(lab, {
      ...to(next),
      devicename: "moved",
      challenge: undefined,
      identity: { key: first.sent.key, certificate },
      message: { messageType: "17" },
    });
    assert.match(issuerOf(await send(lab, sent, "new-ca")), /Second Issuing CA/);
  });
});
