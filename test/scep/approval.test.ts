import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { promisify } from "node:util";
import sqlite3 from "sqlite3";
import { parseDn } from "../../plugin/domain/distinguished-name.ts";
import { parseCertificate } from "../../plugin/pki/certificate.ts";
import { parseCrl } from "../../plugin/pki/crl-read.ts";
import { readDer } from "../../plugin/pki/der-read.ts";
import { integer, NULL, sequence, tlv } from "../../plugin/pki/der-write.ts";
import { encodeName } from "../../plugin/pki/name.ts";
import { indefinite } from "../support/scep/ber.ts";
import {
  enrol,
  enrolment,
  send,
  type Enrolment,
  type EnrolmentShape,
} from "../support/scep/enrolment.ts";
import { isIssued, isOpaque, isRefused } from "../support/scep/expect.ts";
import { rsaKey } from "../support/scep/keys.ts";
import { Lab } from "../support/scep/lab.ts";
import { readDegenerate } from "../support/scep/reply.ts";

describe("SCEP approval and queries", () => {
  let lab: Lab;
  before(async () => {
    lab = await Lab.start();
    await lab.addEndpoint("manual", { approval: "manual", approvalLifetime: "P2D" });
    await lab.addEndpoint("silent", { queries: false });
  });
  after(() => lab.end());

  const issuer = (): Uint8Array => parseCertificate(lab.chain[0] ?? new Uint8Array()).subjectRaw;
  /** A message of the request's own transaction and signer around two fields. */
  const query = (
    sent: Pick<Enrolment, "identity" | "asked">,
    messageType: string,
    plaintext: Uint8Array,
    message: EnrolmentShape["message"] = {},
  ): Enrolment =>
    enrolment(lab, {
      plaintext,
      identity: sent.identity,
      message: { transactionId: sent.asked.transactionId, messageType, ...message },
    });
  const poll = (sent: Enrolment, message: EnrolmentShape["message"] = {}) =>
    query(sent, "20", sequence(issuer(), encodeName(parseDn("CN=x"))), message);
  const pending = async (sent: Enrolment): Promise<{ id: string }[]> =>
    (await lab.api("GET", "/approvals?state=pending&limit=200")).items.filter(
      (one: { transactionId: string }) => one.transactionId === sent.asked.transactionId,
    ) as { id: string }[];
  const waits = async (sent: Enrolment): Promise<string> => {
    assert.equal((await send(lab, sent, "manual")).status, "3");
    const [first, ...others] = await pending(sent);
    assert.equal(others.length, 0);
    return first?.id ?? assert.fail("it is not in the queue");
  };

  it("case 22 19 is PENDING, 20 is PENDING, and after approval 20 is issued", async () => {
    const { secret } = await lab.mint(undefined, "manual");
    const sent = enrolment(lab, { challenge: secret });
    const id = await waits(sent);
    assert.equal((await send(lab, poll(sent), "manual")).status, "3");
    // Decision 5: whoever minted the challenge does not approve what comes of it.
    await assert.rejects(lab.api("POST", `/approvals/${id}/approve`, undefined, "asker"), /: 403 /);
    await lab.api("POST", `/approvals/${id}/approve`);
    const reply = await send(lab, poll(sent), "manual");
    isIssued(lab, reply, sent);
    const again = await send(lab, poll(sent), "manual");
    assert.deepEqual(again.certificates, reply.certificates);
  });
  it("case 22 after denial 20 is badRequest with the reason", async () => {
    const sent = enrolment(lab);
    const id = await waits(sent);
    await lab.api("POST", `/approvals/${id}/deny`, { reason: "not on our list" });
    const reply = await send(lab, poll(sent), "manual");
    isRefused(reply, "2");
    assert.match(reply.text ?? "", /not on our list/);
  });
  it("case 22 a wrong challenge is refused, not queued; so is a request the template refuses", async () => {
    const wrong = enrolment(lab, { challenge: "wrong secret" });
    isRefused(await send(lab, wrong, "manual"), "2");
    const small = enrolment(lab, { key: rsaKey("small", 1024) });
    isRefused(await send(lab, small, "manual"), "2");
    assert.deepEqual([await pending(wrong), await pending(small)], [[], []]);
  });
  it("case 22 a request that nobody decides on is over at its end", async () => {
    const sent = enrolment(lab);
    await waits(sent);
    lab.time.ahead += 3 * 86_400_000;
    isRefused(await send(lab, poll(sent), "manual"), "4");
    lab.time.ahead = 0;
  });

  it("case 23 20 that re-uses the request's senderNonce (certmonger) is accepted", async () => {
    const sent = enrolment(lab);
    const id = await waits(sent);
    const { senderNonce } = sent.asked;
    assert.equal((await send(lab, poll(sent, { senderNonce }), "manual")).status, "3");
    await lab.api("POST", `/approvals/${id}/approve`);
    isIssued(lab, await send(lab, poll(sent, { senderNonce }), "manual"), sent);
  });

  it("case 24 a new 19 with the same transaction and key while pending: one entry in the queue", async () => {
    const { secret } = await lab.mint(undefined, "manual");
    const sent = enrolment(lab, { challenge: secret });
    const id = await waits(sent);
    const anew = (): Enrolment =>
      enrolment(lab, {
        plaintext: sent.csr,
        identity: sent.identity,
        message: { transactionId: sent.asked.transactionId, senderNonce: randomBytes(16) },
      });
    for (const again of [sent, anew(), anew()]) assert.equal(await waits(again), id);
    await lab.api("POST", `/approvals/${id}/approve`);
    isIssued(lab, await send(lab, anew(), "manual"), sent);
  });

  it("a new 19 under the transaction of an old one that is over waits anew; inside its time it gets the same certificate", async () => {
    const sent = enrolment(lab);
    const anew = (): Enrolment =>
      enrolment(lab, {
        plaintext: sent.csr,
        identity: sent.identity,
        message: { transactionId: sent.asked.transactionId },
      });
    const approved = async (): Promise<string> => {
      const id = await waits(anew());
      await lab.api("POST", `/approvals/${id}/approve`);
      const first = await send(lab, poll(sent), "manual");
      isIssued(lab, first, sent);
      assert.deepEqual((await send(lab, anew(), "manual")).certificates, first.certificates);
      return parseCertificate(first.certificates[0] ?? new Uint8Array()).serial;
    };
    const serial = await approved();
    const { items } = await lab.api("GET", `/certificates?serial=${serial}`);
    await lab.api("POST", `/certificates/${items[0].id}/revoke`, {});
    assert.notEqual(await approved(), serial);
    lab.time.ahead += 3 * 86_400_000;
    await approved();
    lab.time.ahead = 0;
  });

  it("case 41 20 whose content is not two fields is OPAQUE", async () => {
    const sent = enrolment(lab);
    await waits(sent);
    for (const content of [randomBytes(64), NULL, sequence(), sequence(issuer())])
      isOpaque(await send(lab, query(sent, "20", content), "manual"));
  });

  /** An enrolled device: what it signs with from now on. */
  const device = async (name: string) => {
    const reply = await enrol(lab, { key: rsaKey(name), devicename: name });
    isIssued(lab, reply, reply.sent);
    const certificate = reply.certificates[0] ?? new Uint8Array();
    return { identity: { key: rsaKey(name), certificate }, asked: reply.sent.asked };
  };
  const serialOf = (der: Uint8Array): Uint8Array => tlv(2, parseCertificate(der).serialOctets);
  it("case 63 GetCert of the signer's own serial number gives that certificate", async () => {
    const own = await device("query-a");
    const asked = sequence(issuer(), serialOf(own.identity.certificate));
    const reply = await send(lab, query(own, "21", asked));
    assert.equal(reply.status, "0", reply.text);
    assert.deepEqual(
      reply.certificates.map((der) => Buffer.from(der)),
      [Buffer.from(own.identity.certificate)],
    );
    assert.deepEqual(reply.crls, []);
  });
  it("case 63 GetCert of somebody else's is badCertId, as of one that does not exist", async () => {
    const [own, other] = [await device("query-a"), await device("query-b")];
    const texts = new Set<string | undefined>();
    for (const serial of [
      serialOf(other.identity.certificate),
      integer(4711),
      serialOf(lab.ra),
      serialOf(lab.chain[0] ?? lab.ra),
    ]) {
      const reply = await send(lab, query(own, "21", sequence(issuer(), serial)));
      isRefused(reply, "4");
      texts.add(reply.text);
    }
    assert.equal(texts.size, 1);
    const stranger = enrolment(lab);
    const asked = sequence(issuer(), serialOf(own.identity.certificate));
    isRefused(await send(lab, query(stranger, "21", asked)), "4");
  });
  it("case 63 GetCRL gives the newest CRL and nothing else", async () => {
    const own = await device("query-a");
    const asked = sequence(issuer(), serialOf(own.identity.certificate));
    const reply = await send(lab, query(own, "22", asked));
    assert.equal(reply.status, "0", reply.text);
    assert.deepEqual(reply.certificates, []);
    assert.equal(reply.crls.length, 1);
    const crl = parseCrl(reply.crls[0] ?? new Uint8Array());
    assert.deepEqual(Buffer.from(crl.issuerRaw), Buffer.from(issuer()));
  });
  it("case 63 GetCRL gives the list of the moment: what was just revoked is on it, and its holder is heard no more", async () => {
    const [own, other] = [await device("query-a"), await device("query-gone")];
    const serial = parseCertificate(other.identity.certificate).serial;
    const { items } = await lab.api("GET", `/certificates?serial=${serial}`);
    await lab.api("POST", `/certificates/${items[0].id}/revoke`, {});
    const asked = sequence(issuer(), serialOf(own.identity.certificate));
    const reply = await send(lab, query(own, "22", asked));
    const crl = parseCrl(reply.crls[0] ?? new Uint8Array());
    assert.ok(crl.entries.some((entry) => entry.serial === serial));
    const revoked = sequence(issuer(), serialOf(other.identity.certificate));
    isRefused(await send(lab, query(other, "21", revoked)), "4");
  });
  it("GetCRL is answered to a self-signed certificate too: the list is public", async () => {
    const reply = await send(lab, query(enrolment(lab), "22", sequence(issuer(), integer(1))));
    assert.deepEqual([reply.status, reply.crls.length], ["0", 1]);
  });
  it("case 63 GetCRL of an unknown authority is badCertId", async () => {
    const own = await device("query-a");
    const asked = sequence(encodeName(parseDn("CN=nobody")), integer(1));
    isRefused(await send(lab, query(own, "22", asked)), "4");
  });
  it("GetCRL of a list that is too long for a message is badCertId", async () => {
    const own = await device("query-a");
    const asked = () => send(lab, query(own, "22", sequence(issuer(), integer(1))));
    assert.equal((await asked()).status, "0");
    const db = new sqlite3.Database(join(lab.installation.folder, "countersign.db"));
    const longer = (octets: number): Promise<unknown> =>
      promisify(db.run.bind(db) as (sql: string, done: () => void) => void)(
        `update countersign_crls set size = size + ${octets}`,
      );
    await longer(1024 * 1024);
    isRefused(await asked(), "4");
    await longer(-1024 * 1024);
    assert.equal((await asked()).status, "0");
    await promisify(db.close.bind(db))();
  });
  it("GetCert and GetCRL know the issuer in BER, and answer what is no Name as an unknown one", async () => {
    const own = await device("query-a");
    const serial = serialOf(own.identity.certificate);
    const ber = indefinite(0x30, readDer(issuer()).value);
    for (const type of ["21", "22"]) {
      assert.equal((await send(lab, query(own, type, sequence(ber, serial)))).status, "0");
      for (const name of [sequence(NULL), sequence(tlv(0x31)), sequence(tlv(0x31, integer(1)))])
        isRefused(await send(lab, query(own, type, sequence(name, serial))), "4");
    }
  });
  it("case 63 GetCRL of an authority whose CRL is off is badCertId, and signs none", async () => {
    const id = "mute";
    await lab.api("POST", "/authorities", {
      ...{ id, kind: "issuing", parentId: "lab-root", subject: "CN=Mute", crlEnabled: false },
      keyAlgorithm: "rsa-2048",
    });
    await lab.api("POST", "/templates", { id, authorityId: id, subject: "CN=%devicename%,O=Lab" });
    const secret = "another secret of the lab";
    await lab.addEndpoint(id, {
      ...{ authorityId: id, templateIds: [id] },
      policies: [{ kind: "static", templateId: id, secret, unknownDevice: "unmanaged" }],
    });
    const served = await lab.scep({ path: "?operation=GetCACert" }, id);
    const [ra = assert.fail(), ca = assert.fail()] = readDegenerate(served.body).certificates;
    const sent = enrolment({ ra }, { challenge: secret });
    const reply = await send(lab, sent, id);
    assert.equal(reply.status, "0", reply.text);
    const identity = {
      key: sent.key,
      certificate: reply.certificates[0] ?? assert.fail("it was not issued"),
    };
    const asked = sequence(parseCertificate(ca).subjectRaw, serialOf(identity.certificate));
    const question = enrolment(
      { ra },
      { plaintext: asked, identity, message: { messageType: "22" } },
    );
    isRefused(await send(lab, question, id), "4");
    assert.deepEqual((await lab.api("GET", `/authorities/${id}/crl`)).items, []);
  });
  it("case 63 switched off, both are badRequest", async () => {
    const own = await device("query-a");
    const asked = sequence(issuer(), serialOf(own.identity.certificate));
    for (const type of ["21", "22"])
      isRefused(await send(lab, query(own, type, asked), "silent"), "2");
  });
});
