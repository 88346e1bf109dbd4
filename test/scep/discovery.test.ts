import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { parseCertificate } from "../../plugin/pki/certificate.ts";
import { enrolment } from "../support/scep/enrolment.ts";
import { isIssued, isProblem } from "../support/scep/expect.ts";
import { ask } from "../support/scep/http.ts";
import { Lab } from "../support/scep/lab.ts";
import { checkReply, readDegenerate } from "../support/scep/reply.ts";

describe("SCEP discovery", () => {
  let lab: Lab;
  before(async () => {
    lab = await Lab.start();
  });
  after(() => lab.end());

  const caps = (query: string) => lab.scep({ path: `?${query}` });

  it("case 01 GetCACaps answers exactly cased keywords, LF, under 1 KiB", async () => {
    const answer = await caps("operation=GetCACaps");
    assert.equal(answer.status, 200);
    assert.equal(answer.headers["content-type"], "text/plain");
    assert.equal(answer.headers["content-length"], answer.body.length.toString());
    assert.equal(answer.headers["content-encoding"], undefined);
    assert.ok(answer.body.length < 1024);
    const text = answer.body.toString("latin1");
    assert.ok(text.endsWith("\n") && !text.includes("\r"));
    const keywords = text.slice(0, -1).split("\n");
    for (const wanted of [
      "AES",
      "POSTPKIOperation",
      "SCEPStandard",
      "SHA-256",
      "SHA-384",
      "SHA-512",
    ])
      assert.ok(keywords.includes(wanted), `${wanted} is missing`);
    for (const unwanted of ["DES", "DES3", "MD5", "SHA-1", "GetNextCACert"])
      assert.ok(!keywords.includes(unwanted), `${unwanted} is offered`);
    assert.equal(new Set(keywords).size, keywords.length);
  });

  for (const query of [
    "operation=getcacaps",
    "operation=GETCACAPS",
    "Operation=GetCACaps",
    "OPERATION=GetCACaps",
    "message=x&operation=GetCACaps",
    "a=b&operation=GetCACaps&c&=d&&e=",
    "operation=GetCACaps&message=",
    "operation=GetCACaps&message=0",
    "operation=GetCACaps&message=CAIdentifier",
    "operation=Get%43ACaps",
  ])
    it(`case 02 GetCACaps as ${query}`, async () => {
      const plain = await caps("operation=GetCACaps");
      const answer = await caps(query);
      assert.equal(answer.status, 200);
      assert.equal(answer.headers["content-type"], "text/plain");
      assert.deepEqual(answer.body, plain.body);
    });

  for (const path of ["/", "/pkiclient.exe", "/cgi-bin/pkiclient.exe", "/mscep.dll/pkiclient.exe"])
    it(`case 03 path variant /scep/<endpoint>${path}`, async () => {
      const plain = await caps("operation=GetCACert");
      const answer = await lab.scep({ path: `${path}?operation=GetCACert` });
      assert.equal(answer.status, 200);
      assert.deepEqual(answer.body, plain.body);
    });

  it("case 03 NDES's address leads to the endpoint that a setting names, and to nothing without it", async () => {
    const addresses = [
      "/certsrv/mscep/mscep.dll",
      "/certsrv/mscep/mscep.dll/",
      "/certsrv/mscep/mscep.dll/pkiclient.exe",
      "/CertSrv/mscep/mscep.dll/pkiclient.exe",
      "/CERTSRV/MSCEP/MSCEP.DLL",
    ];
    const query = "?operation=GetCACaps";
    for (const path of addresses) isProblem(await ask(lab.port, { path: path + query }), 404);
    const drop = await Lab.start({ config: { ndesEndpoint: "std" } });
    try {
      for (const path of addresses) {
        const answer = await ask(drop.port, { path: path + query });
        assert.equal(answer.status, 200, path);
        assert.match(answer.body.toString(), /^SCEPStandard$/m);
      }
      const sent = enrolment(drop);
      const path = "/certsrv/mscep/mscep.dll/pkiclient.exe?operation=PKIOperation";
      const answer = await ask(drop.port, { method: "POST", path, body: sent.message });
      isIssued(drop, checkReply(answer, sent.asked), sent);
      for (const other of ["/certsrv/mscep/mscep.dllx", "/certsrv/mscep_admin/", "/certsrv"])
        isProblem(await ask(drop.port, { path: other + query }), 404);
    } finally {
      await drop.end();
    }
  });
  it("case 03 unknown profile is 404", async () => {
    isProblem(await lab.scep({ path: "?operation=GetCACaps" }, "nobody"), 404);
    isProblem(await lab.scep({ path: "?operation=GetCACert" }, ""), 404);
    isProblem(await lab.post(new Uint8Array([0x30, 0]), "nobody"), 404);
  });

  it("case 04 GetCACert in RA mode is RA, issuing CA, root, degenerate, one chain", async () => {
    const answer = await caps("operation=GetCACert");
    assert.equal(answer.status, 200);
    assert.equal(answer.headers["content-type"], "application/x-x509-ca-ra-cert");
    assert.equal(answer.headers["content-length"], answer.body.length.toString());
    const { certificates, crls } = readDegenerate(answer.body);
    assert.equal(certificates.length, 3);
    assert.equal(crls.length, 0);
    const [ra, issuing, root] = certificates.map((der) => new X509Certificate(der));
    assert.ok(ra && issuing && root);
    const usages = parseCertificate(certificates[0] ?? new Uint8Array()).keyUsages ?? [];
    assert.ok(usages.includes("digitalSignature") && usages.includes("keyEncipherment"));
    assert.equal(ra.ca, false);
    assert.equal(ra.publicKey.asymmetricKeyType, "rsa");
    assert.ok(issuing.ca && root.ca);
    assert.ok(ra.checkIssued(issuing) && ra.verify(issuing.publicKey));
    assert.ok(issuing.checkIssued(root) && issuing.verify(root.publicKey));
    assert.ok(root.checkIssued(root) && root.verify(root.publicKey));
    assert.notDeepEqual(
      ra.publicKey.export({ type: "spki", format: "der" }),
      issuing.publicKey.export({ type: "spki", format: "der" }),
    );
  });

  it("case 05 GetCACert in CA mode is one DER certificate for everything", async () => {
    await lab.api("POST", "/authorities", {
      id: "one-root",
      kind: "root",
      subject: "CN=One root,O=Lab",
      keyAlgorithm: "rsa-2048",
    });
    await lab.api("POST", "/authorities", {
      id: "one",
      kind: "issuing",
      parentId: "one-root",
      subject: "CN=One,O=Lab",
      keyAlgorithm: "rsa-2048",
      single: true,
    });
    await lab.api("POST", "/templates", {
      id: "one-device",
      authorityId: "one",
      subject: "CN=%devicename%",
    });
    await lab.api("POST", "/endpoints", {
      id: "one",
      authorityId: "one",
      templateIds: ["one-device"],
      policies: [{ kind: "dynamic" }],
    });
    const answer = await lab.scep({ path: "?operation=GetCACert" }, "one");
    assert.equal(answer.status, 200);
    assert.equal(answer.headers["content-type"], "application/x-x509-ca-cert");
    const certificate = new X509Certificate(answer.body);
    assert.deepEqual(certificate.raw, answer.body);
    assert.ok(certificate.ca);
    const usages = parseCertificate(answer.body).keyUsages ?? [];
    for (const wanted of ["digitalSignature", "keyEncipherment", "keyCertSign", "cRLSign"] as const)
      assert.ok(usages.includes(wanted), `${wanted} is missing`);
  });

  it("case 06 certmonger's walk over message=0,1,2 ends: always the same bytes", async () => {
    const first = await caps("operation=GetCACert&message=0");
    for (const n of ["1", "2", "3"])
      assert.deepEqual((await caps(`operation=GetCACert&message=${n}`)).body, first.body);
  });

  it("case 07 GetNextCACert without a roll-over is 404, and the keyword is absent", async () => {
    isProblem(await caps("operation=GetNextCACert"), 404);
    const keywords = (await caps("operation=GetCACaps")).body.toString().split("\n");
    assert.ok(!keywords.includes("GetNextCACert"));
  });

  for (const query of ["operation=GetEverything", "", "message=abc", "operation=", "operation"])
    it(`case 08 GET with query "${query}" is 400`, async () => {
      isProblem(await caps(query), 400);
    });

  it("case 08 HEAD answers as GET without the body", async () => {
    const get = await caps("operation=GetCACaps");
    const head = await lab.scep({ method: "HEAD", path: "?operation=GetCACaps" });
    assert.equal(head.status, 200);
    assert.equal(head.headers["content-type"], "text/plain");
    assert.equal(head.headers["content-length"], get.body.length.toString());
    assert.equal(head.body.length, 0);
  });

  for (const method of ["PUT", "OPTIONS", "DELETE", "PATCH"])
    it(`case 08 ${method} is 405 with Allow`, async () => {
      const answer = await lab.scep({ method, path: "?operation=GetCACaps" });
      isProblem(answer, 405);
      assert.equal(answer.headers["allow"], "GET, HEAD, POST");
    });
});
