import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import type { SubjectAltName } from "../../plugin/domain/san.ts";
import { type ApplianceForm, FortiGate, SonicWall } from "../support/scep/appliances.ts";
import { isRefused } from "../support/scep/expect.ts";
import { ecKey, rsaKey } from "../support/scep/keys.ts";
import { Lab, STATIC_SECRET } from "../support/scep/lab.ts";

describe("SCEP appliances (doubles of seed 004)", () => {
  let lab: Lab;
  before(async () => {
    lab = await Lab.start();
    const authority = (id: string, kind: string, changes: object) =>
      lab.api("POST", "/authorities", {
        ...{ id, kind, subject: `CN=${id},O=Lab`, keyAlgorithm: "rsa-2048", ...changes },
      });
    await authority("fw-root", "root", {});
    await authority("fw", "issuing", { parentId: "fw-root", single: true });
    await lab.api("POST", "/templates", {
      id: "vpn",
      authorityId: "fw",
      subject: "CN=%devicename%,O=Fortinet",
      keyAlgorithms: ["rsa-2048", "ec-p256"],
    });
    await lab.api("POST", "/endpoints", {
      id: "fortigate",
      authorityId: "fw",
      templateIds: ["vpn"],
      policies: [{ kind: "dynamic" }],
      clientProfile: "fortigate",
      approval: "manual",
    });
    await lab.addEndpoint("sonicwall", { clientProfile: "sonicwall" });
    await lab.addEndpoint("plain", { acceptMd5Csr: true });
  });
  after(() => lab.end());

  const mint = async (): Promise<string> => {
    const device = await lab.api("POST", "/devices", {
      hostId: "lab",
      deviceId: Math.random().toString(36).slice(2),
      platform: "other",
      attributes: { devicename: "myvpn" },
    });
    const wanted = { deviceId: device.id, templateId: "vpn", endpointId: "fortigate" };
    return (await lab.api("POST", "/challenges", wanted)).secret as string;
  };
  const form = async (changes: Partial<ApplianceForm> = {}): Promise<ApplianceForm> => ({
    subject: "emailAddress=ipsecvpntest@fortinet.com,CN=myvpn,OU=AS,O=Fortinet,L=Amsterdam,ST=NH",
    sans: [],
    challenge: await mint(),
    key: rsaKey("fortigate"),
    ...changes,
  });
  const decide = async (decision: "approve" | "deny"): Promise<void> => {
    const { items } = await lab.api("GET", "/approvals?state=pending");
    for (const { id } of items)
      await lab.api("POST", `/approvals/${id}/${decision}`, decision === "deny" ? {} : undefined);
  };

  const names: Readonly<Record<string, readonly SubjectAltName[]>> = {
    "an IP address": [{ type: "ip", value: "192.0.2.7" }],
    "a DNS name": [{ type: "dns", value: "fw.example.com" }],
    "an e-mail address": [{ type: "rfc822", value: "fw@example.com" }],
  };
  for (const [what, sans] of Object.entries(names))
    it(`E-20 E-22 FortiGate with ${what}: one CA certificate, PENDING, CertPoll, SUCCESS`, async () => {
      const box = new FortiGate(lab.port, "fortigate", await form({ sans, key: rsaKey(what) }));
      const ca = await box.loadCa();
      assert.match(box.transactionId, /^[0-9A-F]{32}$/);
      assert.equal((await box.enrol()).status, "3");
      assert.equal((await box.poll()).status, "3");
      await decide("approve");
      const done = await box.poll();
      assert.equal(done.status, "0", done.text);
      const certificate = new X509Certificate(done.certificates[0] ?? new Uint8Array(0));
      assert.ok(certificate.checkIssued(ca) && certificate.verify(ca.publicKey));
      assert.match(certificate.subject, /CN=myvpn/);
      // E-21: the dialogue of the seed, with its subject, is of this order.
      const [request, poll] = box.sizes;
      assert.ok(request && poll && box.sizes.length === 3);
      assert.ok(request.data > 600 && request.data < 900, JSON.stringify(request));
      assert.ok(request.base64 < 4500 && poll.base64 < 4500, JSON.stringify(box.sizes));
    });
  it("E-21 FortiGate's messages have the sizes of its debug log", async () => {
    const authority = (id: string, kind: string, subject: string, changes: object) =>
      lab.api("POST", "/authorities", {
        ...{ id, kind, subject, keyAlgorithm: "rsa-2048", ...changes },
      });
    // Long enough for the log's envelopes, which name the CA's issuer.
    const parent = "emailAddress=scep@fortinet.com,CN=scep,OU=AS,O=Fortinet,L=Amsterdam,ST=NH,C=NL";
    await authority("log-root", "root", parent, {});
    const issuer =
      "emailAddress=sceptest@fortinet.com,CN=sceptest,OU=AS,O=Fortinet,L=Amsterdam,ST=NH,C=NL";
    await authority("log", "issuing", issuer, { parentId: "log-root", single: true });
    const subject =
      "emailAddress=ipsecvpntest@fortinet.com,CN=fwvpn,OU=AS,O=Fortinet,L=Amsterdam,ST=NH";
    await lab.api("POST", "/templates", {
      ...{ id: "log", authorityId: "log", subject: subject.replace("fwvpn", "%devicename%") },
      sans: [{ type: "ip", pattern: "192.0.2.7" }],
    });
    const secret = "sixteen letters.";
    await lab.api("POST", "/endpoints", {
      ...{ id: "log", authorityId: "log", templateIds: ["log"], clientProfile: "fortigate" },
      policies: [{ kind: "static", templateId: "log", secret, unknownDevice: "unmanaged" }],
      ...{ approval: "manual", legacy: true },
    });
    const box = new FortiGate(lab.port, "log", {
      ...{ subject, challenge: secret, key: rsaKey("log") },
      sans: [{ type: "ip", value: "192.0.2.7" }],
      // The log's envelopes are 504 octets apart for 775 and 267 octets of data: blocks of 8.
      cipher: "des-ede3-cbc",
    });
    await box.loadCa();
    assert.equal((await box.enrol()).status, "3");
    await decide("approve");
    const done = await box.poll();
    assert.equal(done.status, "0", done.text);
    const [request, poll] = box.sizes;
    assert.deepEqual([request?.data, poll?.data], [775, 267]);
    // Its CA's serial number was an octet longer than ours may be; base64 goes by threes.
    const near = (size: number | undefined, log: number, most: number): void =>
      assert.ok(Math.abs((size ?? 0) - log) <= most, `${size} instead of ${log}`);
    near(request?.envelope, 1280, 1);
    near(poll?.envelope, 776, 1);
    near(request?.base64, 3953, 5);
    near(poll?.base64, 3271, 5);
  });
  it("E-22 FortiGate with an EC key is badAlg, and the ledger says to choose RSA-2048", async () => {
    const box = new FortiGate(lab.port, "fortigate", await form({ key: ecKey() }));
    await box.loadCa();
    isRefused(await box.enrol(), "0");
    const { items } = await lab.api("GET", "/ledger?event=certificate.refused&limit=1");
    assert.match(items[0].data.detail, /choose RSA-2048/);
  });
  it("E-20 FortiGate whose request is denied hears it by its next poll", async () => {
    const box = new FortiGate(lab.port, "fortigate", await form({ key: rsaKey("denied") }));
    await box.loadCa();
    assert.equal((await box.enrol()).status, "3");
    await decide("deny");
    isRefused(await box.poll(), "2");
  });

  const firewall = (changes: Partial<ApplianceForm> = {}): ApplianceForm => ({
    subject: "CN=fw1,O=Lab",
    sans: [{ type: "dns", value: "fw1.example.test" }],
    challenge: STATIC_SECRET,
    key: rsaKey("sonicwall"),
    ...changes,
  });
  it("E-23 SonicWall: RA, RA, issuer, root; an MD5-signed request with FQDN as subject and DNS name", async () => {
    const box = new SonicWall(lab.port, "sonicwall", firewall());
    const chain = await box.loadChain();
    assert.deepEqual(
      chain.map(({ raw }) => raw),
      lab.chain.map((der) => Buffer.from(der)),
    );
    const reply = await box.enrol();
    assert.equal(reply.status, "0", reply.text);
    const certificate = lab.checkIssued(reply.certificates[0], rsaKey("sonicwall").spki);
    assert.equal(certificate.subjectAltName, "DNS:fw1.example.test");
  });
  it("E-23 SonicWall at an endpoint of another kind finds the agent once, and its MD5 is badAlg", async () => {
    await assert.rejects(new SonicWall(lab.port, "plain", firewall()).loadChain(), /listed once/);
    const detected = new SonicWall(lab.port, "std", firewall(), "SonicOS 7");
    await detected.loadChain();
    isRefused(await detected.enrol(), "0");
    const thief = new SonicWall(lab.port, "sonicwall", firewall({ challenge: "wrong secret" }));
    await thief.loadChain();
    isRefused(await thief.enrol(), "2");
  });
});
