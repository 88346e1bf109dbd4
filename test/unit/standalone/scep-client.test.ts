import assert from "node:assert/strict";
import { createHash, createPrivateKey, generateKeyPairSync, X509Certificate } from "node:crypto";
import {
  enrol,
  getCaCaps,
  getCaCert,
  type EnrolOptions,
} from "../../../adapters/scep-client/scep-client.ts";
import { scepTransport } from "../../../adapters/scep-client/scep-transport.ts";
import { parseDn } from "../../../plugin/domain/distinguished-name.ts";
import { CountersignError, type ErrorCode } from "../../../plugin/errors.ts";
import { ScepResponder, type Fault } from "./scep-responder.ts";

const now = new Date();
const { privateKey: key } = generateKeyPairSync("rsa", { modulusLength: 2048 });

describe("standalone/scep-client", () => {
  let server: ScepResponder;
  before(async () => {
    server = new ScepResponder();
    await server.start();
  });
  after(() => server.stop());
  beforeEach(() => (server.fault = {}));

  const device = (more: Partial<EnrolOptions> = {}): EnrolOptions => ({
    url: server.url,
    subject: parseDn("C=NZ,O=Lab,CN=device 1"),
    challenge: "s3cret",
    key,
    now,
    ...more,
  });
  const issued = async (more?: Partial<EnrolOptions>) => {
    const result = await enrol(device(more));
    assert.ok(result.status === "issued");
    return result;
  };
  const fails = (code: ErrorCode, fault: Fault, more?: Partial<EnrolOptions>) => {
    server.fault = fault;
    return assert.rejects(
      enrol(device(more)),
      (error) => error instanceof CountersignError && error.code === code,
    );
  };

  it("reads keywords and certificates", async () => {
    const transport = scepTransport(server.url);
    assert.deepEqual(await getCaCaps(transport), ["AES", "POSTPKIOperation", "SHA-256"]);
    assert.deepEqual(
      (await getCaCert(transport)).map((der) => Buffer.from(der)),
      [server.raCertificate, server.ca.certificate],
    );
  });

  it("enrols with a new key, and openssl finds the request as it should be", async () => {
    const sans = [
      { type: "dns", value: "one.example" },
      { type: "uri", value: "urn:serial:1" },
    ] as const;
    const { certificate, chain, privateKey } = await issued({ sans, key: undefined as never });
    const read = new X509Certificate(certificate);
    assert.ok(read.checkPrivateKey(createPrivateKey(privateKey)));
    assert.match(read.subject, /C=NZ\nO=Lab\nCN=device 1/);
    assert.match(read.subjectAltName ?? "", /DNS:one\.example, URI:urn:serial:1/);
    assert.deepEqual(
      chain.map((der) => Buffer.from(der)),
      [server.ca.certificate],
    );
    assert.equal(server.last.method, "POST");
    assert.equal(server.last.messageType, "19");
    assert.match(server.last.csr, /challengePassword\s*:\s*s3cret/);
    assert.match(server.last.cms, /aes-128-cbc/);
    const self = new X509Certificate(server.last.signer);
    assert.ok(self.verify(self.publicKey));
  });

  it("uses GET where POST is not offered, and when told to", async () => {
    server.fault = { caps: "AES\nSHA-256" };
    await issued();
    assert.equal(server.last.method, "GET");
    server.fault = {};
    await issued({ method: "GET" });
    assert.equal(server.last.method, "GET");
    server.fault = { caps: "SCEPStandard" };
    await issued();
    assert.equal(server.last.method, "POST");
  });

  for (const [cipher, printed] of [
    ["aes-192-cbc", /aes-192-cbc/],
    ["aes-256-cbc", /aes-256-cbc/],
    ["des-ede3-cbc", /des-ede3-cbc/],
  ] as const)
    it(`encrypts with ${cipher}`, async () => {
      await issued({ cipher, hash: "sha512" });
      assert.match(server.last.cms, printed);
    });

  it("renews with the earlier certificate as 17 and as 19", async () => {
    const first = await issued();
    const renewWith = { certificate: first.certificate, privateKey: key };
    const fresh = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
    for (const messageType of ["17", "19"] as const) {
      const { certificate } = await issued({
        key: fresh,
        renewWith: { ...renewWith, messageType },
      });
      assert.ok(new X509Certificate(certificate).checkPrivateKey(fresh));
      assert.equal(server.last.messageType, messageType);
      assert.deepEqual(server.last.signer, Buffer.from(first.certificate));
    }
  });

  it("tells a refusal and a wait", async () => {
    server.fault = { status: "2" };
    assert.deepEqual(await enrol(device()), {
      status: "refused",
      failInfo: "2",
      text: "not today",
    });
    server.fault = { status: "3" };
    assert.deepEqual(await enrol(device()), { status: "pending" });
  });

  it("believes what descends from the wanted fingerprint only", async () => {
    const of = (der: Uint8Array) => createHash("sha256").update(der).digest("hex");
    await issued({ caFingerprint: of(server.ca.certificate).toUpperCase() });
    await fails("certificate_not_matching", {}, { caFingerprint: "0".repeat(64) });
    await fails("certificate_not_matching", {}, { caFingerprint: of(server.raCertificate) });
  });

  const lies: Record<string, Fault> = {
    "another transaction": { transactionId: "other" },
    "another nonce": { recipientNonce: Buffer.alloc(16) },
    "a sender nonce of the wrong length": { senderNonce: Buffer.alloc(8) },
    "a message type that is not CertRep": { messageType: "19" },
    "an unknown status": { status: "9" },
    "a signer that GetCACert does not name": { signer: "stranger" },
    "a signature that is bent": {
      bend: (reply) => {
        reply[reply.length - 1] = reply[reply.length - 1]! ^ 1;
        return reply;
      },
    },
    "a reply that is cut": { bend: (reply) => reply.subarray(0, -7) },
    "an envelope for somebody else's key": { recipient: "stranger" },
  };
  for (const [title, fault] of Object.entries(lies))
    it(`does not believe ${title}`, () => fails("bad_message", fault));

  it("does not take a certificate for another key", () =>
    fails("certificate_not_matching", { leaf: "stranger" }));

  it("says what kept it from an answer", async () => {
    await fails("not_found", { http: 404 });
    await fails("too_many_requests", { http: 429 });
    await fails("busy", { http: 503 });
    await fails("invalid_input", { http: 400 });
    await fails("busy", {}, { url: "http://127.0.0.1:9/scep" });
    server.fault = { http: 503 };
    await assert.rejects(
      enrol(device()),
      (error) => error instanceof CountersignError && error.retryAfter === 7,
    );
  });
});
