import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { formatDn } from "../../plugin/domain/distinguished-name.ts";
import type { SubjectAltName } from "../../plugin/domain/san.ts";
import { parseCertificate } from "../../plugin/pki/certificate.ts";
import { enrol, enrolment, send, type EnrolmentShape } from "../support/scep/enrolment.ts";
import { basicConstraints, extendedKeyUsage, type Extension } from "../../plugin/pki/extensions.ts";
import { isIssued, isOpaque, isRefused } from "../support/scep/expect.ts";
import { ecKey, rsaKey } from "../support/scep/keys.ts";
import { Lab, STATIC_SECRET } from "../support/scep/lab.ts";
import type { MessageShape } from "../support/scep/message.ts";
import { type LabReply, readDegenerate } from "../support/scep/reply.ts";
import { signerCertificate, type SignerShape } from "../support/scep/signer-certificate.ts";
import { storedKeyOf } from "../support/scep/stored-keys.ts";

const MINUTE = 60_000;
const DAY = 86_400_000;

describe("SCEP renewal", () => {
  let lab: Lab;
  before(async () => {
    lab = await Lab.start({ template: { validity: "P10D", backdate: "PT30M" } });
    const template = (id: string, changes: object) =>
      lab.api("POST", "/templates", {
        id,
        authorityId: "lab",
        subject: "CN=%devicename%,O=Lab",
        validity: "P10D",
        ...changes,
      });
    await template("grace", { scepRenewal: "any-time", renewalGrace: "P5D" });
    await template("window", { scepRenewal: "in-window", renewalWindow: "P3D" });
    await template("off", { scepRenewal: "off" });
    await template("tls", { extendedKeyUsages: ["1.3.6.1.5.5.7.3.1"] });
    for (const id of ["grace", "window", "off", "tls"])
      await lab.addEndpoint(id, {
        templateIds: [id],
        policies: [
          { kind: "static", templateId: id, secret: STATIC_SECRET, unknownDevice: "unmanaged" },
          { kind: "dynamic" },
        ],
      });
    await lab.addEndpoint("old", { legacy: true });
  });
  after(() => lab.end());
  afterEach(() => {
    lab.time.ahead = 0;
  });

  const NEW = (): ReturnType<typeof rsaKey> => rsaKey("renewed");
  interface Device {
    readonly devicename: string;
    readonly identity: MessageShape["signer"];
    readonly transactionId: string;
  }
  /** A device that has enrolled with the static secret. */
  const enrolled = async (endpoint = "std", shape: EnrolmentShape = {}): Promise<Device> => {
    const devicename = `ren-${Math.random().toString(36).slice(2)}`;
    const sent = enrolment(lab, { devicename, ...shape });
    const reply = await send(lab, sent, endpoint);
    isIssued(lab, reply, sent);
    const certificate = reply.certificates[0] ?? new Uint8Array();
    const { transactionId } = sent.asked;
    return { devicename, identity: { key: sent.key, certificate }, transactionId };
  };
  /** A renewal signed by the device's certificate: 17, a new key, no challenge, unless it says otherwise. */
  const renewal = (device: Device, shape: EnrolmentShape = {}) =>
    enrolment(lab, {
      key: NEW(),
      devicename: device.devicename,
      challenge: undefined,
      identity: device.identity,
      ...shape,
      message: { messageType: "17", ...shape.message },
    });
  const renew = async (
    device: Device,
    shape: EnrolmentShape = {},
    endpoint = "std",
  ): Promise<LabReply> => {
    const sent = renewal(device, shape);
    const reply = await send(lab, sent, endpoint);
    if (reply.status === "0") isIssued(lab, reply, sent);
    return reply;
  };
  const certificateId = async (device: Device): Promise<string> => {
    const { serial } = parseCertificate(device.identity.certificate);
    const { items } = await lab.api("GET", "/certificates?limit=200");
    const found = (items as { id: string; serial: string }[]).find((one) => one.serial === serial);
    return found?.id ?? assert.fail("the certificate is not listed");
  };

  it("case 25 17 by a valid own certificate, new key, no challenge: issued, encrypted to the old", async () => {
    const device = await enrolled();
    const reply = await renew(device);
    assert.equal(reply.status, "0", reply.text);
    const [old, renewed] = [device.identity.certificate, reply.certificates[0] ?? new Uint8Array()];
    assert.deepEqual(parseCertificate(renewed).subject, parseCertificate(old).subject);
    assert.notEqual(parseCertificate(renewed).serial, parseCertificate(old).serial);
    assert.match((await lab.scep({ path: "?operation=GetCACaps" })).body.toString(), /^Renewal$/m);
  });
  it("case 25 a certificate got by renewal renews again", async () => {
    const device = await enrolled();
    const first = await renew(device);
    const certificate = first.certificates[0] ?? new Uint8Array();
    const second = await renew({ ...device, identity: { key: NEW(), certificate } });
    assert.equal(second.status, "0", second.text);
  });
  it("case 26 17 with the same key and the transaction id of the first enrolment is issued", async () => {
    const device = await enrolled();
    const { transactionId } = device;
    const reply = await renew(device, { key: device.identity.key, message: { transactionId } });
    assert.equal(reply.status, "0", reply.text);
    assert.notDeepEqual(
      Buffer.from(reply.certificates[0] ?? []),
      Buffer.from(device.identity.certificate),
    );
  });
  it("names that differ from the certificate's in the case of their letters are the same", async () => {
    const devicename = `Ren-${Math.random().toString(36).slice(2)}`;
    const asked: readonly SubjectAltName[] = [{ type: "dns", value: `${devicename}.Example.TEST` }];
    const device = await enrolled("std", { devicename, csr: { sans: asked } });
    assert.deepEqual(parseCertificate(device.identity.certificate).sans, [
      { type: "dns", value: `${devicename}.example.test`.toLowerCase() },
    ]);
    const reply = await renew({ ...device, devicename }, { csr: { sans: asked } });
    assert.equal(reply.status, "0", reply.text);
    const added: readonly SubjectAltName[] = [...asked, { type: "dns", value: "x.example.test" }];
    isRefused(await renew({ ...device, devicename }, { csr: { sans: added } }), "2");
  });
  it("case 27 19 by a valid own certificate with another key (certmonger rekey) is a renewal", async () => {
    const device = await enrolled();
    const { secret } = await lab.mint();
    for (const challenge of [undefined, "an old challenge", secret]) {
      const reply = await renew(device, { challenge, message: { messageType: "19" } });
      assert.equal(reply.status, "0", reply.text);
    }
    const unspent = await enrol(lab, { challenge: secret });
    isIssued(lab, unspent, unspent.sent);
  });
  it("case 27 19 by a valid own certificate with the same key and transaction (certmonger resubmit)", async () => {
    const device = await enrolled();
    const { transactionId, identity } = device;
    const message = { messageType: "19", transactionId };
    const reply = await renew(device, { key: identity.key, challenge: STATIC_SECRET, message });
    assert.equal(reply.status, "0", reply.text);
  });
  it("case 28 17 by a self-signed certificate is badRequest, after the gate", async () => {
    isRefused(await enrol(lab, { message: { messageType: "17" } }), "2");
    isOpaque(await enrol(lab, { message: { messageType: "17" }, csr: { bendSignature: true } }));
    isOpaque(await enrol(lab, { message: { messageType: "17" }, csr: { key: rsaKey("other") } }));
  });

  it("case 29 an expired signer is badRequest; within grace it renews; after grace not", async () => {
    const [plain, graced] = [await enrolled(), await enrolled("grace")];
    lab.time.ahead = 12 * DAY;
    isRefused(await renew(plain), "2");
    assert.equal((await renew(graced, {}, "grace")).status, "0");
    lab.time.ahead = 16 * DAY;
    isRefused(await renew(graced, {}, "grace"), "2");
  });
  it("case 29 a revoked signer is badRequest", async () => {
    const device = await enrolled();
    await lab.api("POST", `/certificates/${await certificateId(device)}/revoke`, {});
    isRefused(await renew(device), "2");
    isRefused(await renew(device, { message: { messageType: "19" } }), "2");
  });
  it("case 29 a signer that is not yet valid is badRequest", async () => {
    const device = await enrolled();
    lab.time.ahead = -60 * MINUTE;
    isRefused(await renew(device), "2");
  });
  it("case 29 the certificate of a wiped device is badRequest", async () => {
    const { secret, deviceId, devicename } = await lab.mint();
    const first = await enrol(lab, { challenge: secret, devicename });
    const identity = {
      key: first.sent.key,
      certificate: first.certificates[0] ?? new Uint8Array(),
    };
    await lab.api("POST", `/devices/${deviceId}/wipe`);
    isRefused(await renew({ devicename, identity, transactionId: "" }), "2");
  });

  it("case 30 a signer by a foreign CA of the same name is never believed", async () => {
    const device = await enrolled();
    const own = parseCertificate(device.identity.certificate);
    const key = rsaKey("thief");
    const certificate = signerCertificate({
      key,
      subject: `CN=${device.devicename},O=Lab`,
      issuer: "CN=Lab Issuing CA,O=Countersign",
      issuerKey: rsaKey("foreign ca"),
      serial: own.serialOctets,
    });
    assert.deepEqual(
      Buffer.from(parseCertificate(certificate).issuerRaw),
      Buffer.from(own.issuerRaw),
      "the names differ: the test would show nothing",
    );
    const forged = { ...device, identity: { key, certificate } };
    isRefused(await renew(forged, { key }), "2");
    isOpaque(await renew(forged));
    isRefused(await renew(forged, { key, message: { messageType: "19" } }), "2");
  });

  describe("case 30 an alternate CA that the endpoint trusts", () => {
    const ca = rsaKey("old ca");
    const clientAuth: Extension = extendedKeyUsage(["1.3.6.1.5.5.7.3.2"]);
    const caCertificate = signerCertificate({
      key: ca,
      subject: "CN=Old NDES CA",
      extensions: [basicConstraints({ cA: true })],
    });
    const pem = (der: Uint8Array): string => new X509Certificate(der).toString();
    const moving = (changes: Partial<SignerShape> = {}): Device => {
      const devicename = `mov-${Math.random().toString(36).slice(2)}`;
      const certificate = signerCertificate({
        key: rsaKey(),
        subject: `CN=${devicename},O=Lab`,
        issuer: "CN=Old NDES CA",
        issuerKey: ca,
        extensions: [clientAuth],
        notAfter: new Date(Date.now() + 5 * DAY),
        ...changes,
      });
      return { devicename, identity: { key: rsaKey(), certificate }, transactionId: "" };
    };
    const trusting = {
      authorities: [pem(caCertificate)],
      templateId: "device",
      unknownDevice: "unmanaged",
    };
    before(() => lab.addEndpoint("moving", { foreignRenewal: trusting }));

    it("case 30 its certificates renew, with 17 and 19 and a new key, by their names", async () => {
      for (const messageType of ["17", "19"]) {
        const reply = await renew(moving(), { message: { messageType } }, "moving");
        assert.equal(reply.status, "0", reply.text);
      }
      const { warnings, foreignRenewal } = await lab.api("GET", "/endpoints/moving");
      assert.match(warnings.join(), /other CAs/);
      assert.equal(foreignRenewal.authorities[0].subject, "CN=Old NDES CA");
    });
    it("case 30 for the device that its names fit, and for no other", async () => {
      const { deviceId, devicename } = await lab.mint();
      const device = moving({ subject: `CN=${devicename},O=Lab` });
      const reply = await renew({ ...device, devicename }, {}, "moving");
      assert.equal(reply.status, "0", reply.text);
      const { items } = await lab.api("GET", `/certificates?device=${deviceId}`);
      assert.equal(items.length, 1);
      await lab.api("POST", `/devices/${deviceId}/wipe`);
      isRefused(await renew({ ...device, devicename }, { key: rsaKey("other") }, "moving"), "2");
      await lab.api("PATCH", "/endpoints/moving", {
        foreignRenewal: { ...trusting, unknownDevice: "refuse" },
      });
      lab.time.ahead += 2000;
      isRefused(await renew(moving(), {}, "moving"), "2");
      await lab.api("PATCH", "/endpoints/moving", { foreignRenewal: trusting });
    });
    it("case 30 and 31 not elsewhere, not for other uses, not out of date, not a CA's own", async () => {
      lab.time.ahead += 4000;
      isOpaque(await renew(moving(), {}, "std"));
      const tls = extendedKeyUsage(["1.3.6.1.5.5.7.3.1"]);
      const wrong: Readonly<Record<string, Partial<SignerShape>>> = {
        "a TLS certificate": { extensions: [tls] },
        expired: { notAfter: new Date(Date.now() - MINUTE) },
        "not yet valid": { notBefore: new Date(Date.now() + DAY) },
        "a CA": { extensions: [basicConstraints({ cA: true }), clientAuth] },
        "names outside the template": { subject: "CN=a,O=Elsewhere" },
      };
      for (const [what, changes] of Object.entries(wrong)) {
        const { identity, devicename } = moving(changes);
        const csr = { subject: changes.subject ?? `CN=${devicename},O=Lab` };
        const reply = await renew({ devicename, identity, transactionId: "" }, { csr }, "moving");
        assert.deepEqual([reply.status, reply.failInfo], ["2", "2"], what);
      }
      isRefused(await renew(moving(), { devicename: "somebody-else" }, "moving"), "2");
      const { identity, devicename } = moving({ issuerKey: rsaKey("foreign ca") });
      isOpaque(await renew({ identity, devicename, transactionId: "" }, {}, "moving"));
    });
    it("one whose extensions cannot be read is refused by a CertRep", async () => {
      const broken = { oid: "2.5.29.15", critical: false, value: new Uint8Array([5, 0]) };
      isRefused(await renew(moving({ extensions: [broken, clientAuth] }), {}, "moving"), "2");
    });
    it("case 30 a setting that names no CA certificate or no template is refused", async () => {
      const set = (changes: object) =>
        lab.api("PATCH", "/endpoints/moving", { foreignRenewal: { ...trusting, ...changes } });
      await assert.rejects(set({ authorities: [pem(moving().identity.certificate)] }), /400/);
      await assert.rejects(set({ authorities: [] }), /400/);
      await assert.rejects(set({ templateId: "tls" }), /400/);
    });
  });

  it("case 49 an EC key is certified by a renewal that an RSA key signs, not the other way round", async () => {
    await lab.api("PATCH", "/templates/device", { keyAlgorithms: ["rsa-2048", "ec-p256"] });
    lab.time.ahead += 2000;
    const device = await enrolled();
    for (const messageType of ["17", "19"]) {
      const key = ecKey();
      const sent = renewal(device, { key, message: { messageType } });
      const reply = await send(lab, sent);
      isIssued(lab, reply, sent);
      const identity = { key, certificate: reply.certificates[0] ?? new Uint8Array() };
      const back = renewal({ ...device, identity }, {});
      isRefused(await send(lab, back), "0");
    }
  });

  it("case 31 the RA's, the CA's, a TLS certificate and another template's renew nothing", async () => {
    const wrong: Record<string, MessageShape["signer"]> = {
      RA: { key: storedKeyOf(lab, lab.ra), certificate: lab.ra },
      TLS: (await enrolled("tls")).identity,
      "another template": (await enrolled("grace")).identity,
    };
    for (const [index, name] of ["issuing CA", "root"].entries()) {
      const certificate = lab.chain[index] ?? new Uint8Array();
      wrong[name] = { key: storedKeyOf(lab, certificate), certificate };
    }
    for (const [who, identity] of Object.entries(wrong)) {
      const device = { devicename: "whoever", identity, transactionId: "" };
      for (const messageType of ["17", "19"]) {
        const reply = await renew(device, { key: identity.key, message: { messageType } });
        assert.deepEqual([reply.status, reply.failInfo], ["2", "2"], `${who}, ${messageType}`);
      }
    }
  });
  it("case 31 an OCSP responder's certificate of the same CA renews nothing", async () => {
    await lab.api("POST", "/authorities", {
      ...{
        id: "vouched",
        kind: "issuing",
        parentId: (await lab.api("GET", "/authorities/lab")).parentId,
      },
      ...{ subject: "CN=Vouched,O=Lab", keyAlgorithm: "rsa-2048", ocspKeyAlgorithm: "rsa-2048" },
    });
    await lab.api("POST", "/templates", {
      ...{ id: "vouched", authorityId: "vouched", subject: "CN=%devicename%,O=Lab" },
    });
    await lab.addEndpoint("vouched", {
      ...{ authorityId: "vouched", templateIds: ["vouched"], policies: [{ kind: "dynamic" }] },
    });
    const { items } = await lab.api("GET", "/certificates?authority=vouched&role=ocsp");
    const certificate = await lab.der(items[0].id as string);
    const key = storedKeyOf(lab, certificate);
    const served = await lab.scep({ path: "?operation=GetCACert" }, "vouched");
    const [ra] = readDegenerate(served.body).certificates;
    assert.ok(ra);
    const { subject } = parseCertificate(certificate);
    for (const messageType of ["17", "19"]) {
      const sent = enrolment(lab, {
        ...{ key, challenge: undefined, identity: { key, certificate } },
        csr: { subject: formatDn(subject) },
        envelope: { recipient: ra },
        message: { messageType },
      });
      isRefused(await send(lab, sent, "vouched"), "2");
    }
  });
  it("case 31 one that our CA key has signed and the store does not know renews nothing, and is listed once; so is one on a device", async () => {
    const [ca = new Uint8Array()] = lab.chain;
    const key = rsaKey("unknown");
    const certificate = signerCertificate({
      ...{ key, subject: "CN=unknown,O=Lab" },
      ...{ issuer: parseCertificate(ca).subjectRaw, issuerKey: storedKeyOf(lab, ca) },
    });
    const device = { devicename: "unknown", identity: { key, certificate }, transactionId: "" };
    isRefused(await renew(device, { key }), "2");
    isOpaque(await renew(device));
    isRefused(await renew(device, { key, message: { messageType: "19" } }), "2");
    const { items } = await lab.api("GET", "/ledger?event=certificate.unknown");
    assert.equal(items.length, 1);
    assert.equal(items[0].data.serial, parseCertificate(certificate).serial);
    assert.equal(items[0].data.authority, "lab");
    assert.match(items[0].data.subject, /CN=unknown/);
    // One that is found on a device is listed likewise, and the alert tells somebody.
    const { deviceId } = await lab.mint("holder");
    const found = signerCertificate({
      ...{ key: rsaKey("found"), subject: "CN=found,O=Lab" },
      ...{ issuer: parseCertificate(ca).subjectRaw, issuerKey: storedKeyOf(lab, ca) },
    });
    const held = [{ certificate: Buffer.from(found).toString("base64") }];
    for (let n = 0; n < 2; n += 1)
      await lab.api("POST", `/devices/${deviceId}/inventory`, { certificates: held });
    const inventory = await lab.api("GET", `/devices/${deviceId}/inventory`);
    assert.deepEqual(
      (inventory.items as { verdict: string }[]).map(({ verdict }) => verdict),
      ["unknown"],
    );
    const listed = (await lab.api("GET", "/ledger?event=certificate.unknown")).items;
    assert.equal(listed.length, 2);
    assert.equal(listed[0].data.device, deviceId);
    await lab.api("POST", "/alerts/check");
    const alerts = (await lab.api("GET", "/alerts")).items as { rule: string; text: string }[];
    const texts = alerts.flatMap(({ rule, text }) => (rule === "security-alarm" ? [text] : []));
    assert.match(texts.join(), /Within a day 2 certificates were seen that a key of ours/);
    // Its holder is a stranger, whom a challenge helps.
    const { secret } = await lab.mint("unknown");
    const reply = await renew(device, { key, challenge: secret, message: { messageType: "19" } });
    assert.equal(reply.status, "0", reply.text);
  });
  it("case 31 nor does a challenge help a certificate of the wrong kind to one", async () => {
    const key = storedKeyOf(lab, lab.ra);
    const tls = await enrolled("tls");
    for (const identity of [{ key, certificate: lab.ra }, tls.identity]) {
      const { secret } = await lab.mint();
      const device = { devicename: "whoever", identity, transactionId: "" };
      const message = { messageType: "19" };
      isRefused(await renew(device, { key: identity.key, challenge: secret, message }), "2");
    }
  });

  const san = (value: string): readonly SubjectAltName[] => [{ type: "dns", value }];
  it("case 32 another subject or another name than the signer's is badRequest", async () => {
    const device = await enrolled();
    isRefused(await renew(device, { devicename: "somebody-else" }), "2");
    isRefused(await renew(device, { csr: { subject: `CN=${device.devicename}` } }), "2");
    const added = await renew(device, { csr: { sans: san("www.example.com") } });
    isRefused(added, "2");
    assert.match(added.text ?? "", /www\.example\.com/);
  });
  it("case 32 the same names, or none, renew", async () => {
    const devicename = "ren-san";
    const value = `${devicename}.example.test`;
    const sent = enrolment(lab, { devicename, csr: { sans: san(value) } });
    const first = await send(lab, sent);
    isIssued(lab, first, sent);
    const certificate = first.certificates[0] ?? new Uint8Array();
    const device = { devicename, identity: { key: sent.key, certificate }, transactionId: "" };
    for (const sans of [san(value), []]) {
      const reply = await renew(device, { csr: { sans } });
      assert.equal(reply.status, "0", reply.text);
      assert.deepEqual(
        parseCertificate(reply.certificates[0] ?? new Uint8Array()).sans,
        san(value),
      );
    }
  });

  it("case 33 outside the renewal window is badRequest with a text; inside it is issued", async () => {
    const device = await enrolled("window");
    const early = await renew(device, {}, "window");
    isRefused(early, "2");
    assert.match(early.text ?? "", /window/);
    lab.time.ahead = 8 * DAY;
    assert.equal((await renew(device, {}, "window")).status, "0");
  });
  it("case 33 renewal disabled: 17 is badRequest and the keyword is absent", async () => {
    const device = await enrolled("off");
    isRefused(await renew(device, {}, "off"), "2");
    const caps = (await lab.scep({ path: "?operation=GetCACaps" }, "off")).body.toString();
    assert.doesNotMatch(caps, /^Renewal$/m);
  });

  it("case 34 a renewal with a SHA-1 outer digest is badAlg, in legacy mode too", async () => {
    const device = await enrolled("old", { message: { hash: "sha1" } });
    isRefused(await renew(device, { message: { hash: "sha1" } }, "old"), "0");
    isRefused(await renew(device, { message: { hash: "sha1", messageType: "19" } }, "old"), "0");
    assert.equal((await renew(device, {}, "old")).status, "0");
  });
});
