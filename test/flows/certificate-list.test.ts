import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { REVOCATION_REASONS } from "../../plugin/domain/certificate.ts";
import { openssl } from "../support/openssl.ts";
import type { Api, Json } from "./api.ts";
import { ask, newKey } from "./device.ts";
import { eventually, type Served } from "./served.ts";
import { serveSite } from "./served-site.ts";
import { fetchCrl, makeDevice, mintChallenge, type SiteIds } from "./site.ts";

const PROFILE = "privatessl-tls-client";

describe("flows: the list of certificates and of events", () => {
  let served: Served;
  let api: Api;
  let site: SiteIds;
  before(async () => {
    ({ served, api, site } = await serveSite());
  });
  after(() => served.end());

  const byHand = async (subject: string, sans: readonly Json[] = []): Promise<Json> => {
    const csr = await openssl([
      ...["req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"],
      ...["-keyout", "/dev/null", "-subj", "/CN=anything"],
    ]);
    return api.post("/certificates", {
      ...{ authorityId: site.authority, profileId: PROFILE, csr, subject, sans },
    });
  };
  const enrolled = async (name: string): Promise<string> => {
    const device = await makeDevice(api, name);
    const challenge = await mintChallenge(api, site, device);
    const url = `${served.url}/scep/${site.endpoint}`;
    const asking = { subject: `CN=${name},O=Lab`, challenge, key: await newKey() };
    assert.equal((await ask(url, asking)).status, "issued");
    // The same challenge with another key is refused.
    assert.notEqual((await ask(url, { ...asking, key: await newKey() })).status, "issued");
    return device;
  };
  const named = async (subject: string): Promise<Json> => {
    const all = await api.all("/certificates");
    return all.find((one: Json) => one.subject.startsWith(subject));
  };

  it("C-01 C-02 C-05 one list for all ways: SCEP, by hand, PKCS#12 and our own, with what a row shows", async () => {
    await enrolled("tablet");
    await byHand("CN=printer,O=Lab");
    await api.post("/certificates/pkcs12", {
      ...{ authorityId: site.authority, profileId: "multiuse-p12-client", subject: "CN=vpn,O=Lab" },
      password: "a-password-of-16",
    });
    for (const [subject, template] of [
      ["CN=tablet", site.template],
      ["CN=printer", `profile:${PROFILE}`],
      ["CN=vpn", "profile:multiuse-p12-client"],
    ] as const) {
      const row = await named(subject);
      assert.equal(row.status, "issued", subject);
      assert.equal(row.authorityId, site.authority);
      assert.equal(row.templateId, template);
      assert.match(row.serial, /^[0-9a-f]{2,40}$/);
      assert.ok(Date.parse(row.notAfter) > Date.now());
    }
    const internal = await api.get("/certificates?internal=true");
    assert.ok(internal.items.some(({ role }: Json) => role === "ra"));
  });

  it("C-04 a serial is found in every spelling that consoles and openssl write, in its own filter and in the search box", async () => {
    const row = await named("CN=tablet");
    const der = await api.bytes(`/certificates/${row.id}/der`);
    const openssls = (
      await openssl(["x509", "-inform", "DER", "-noout", "-serial"], { input: der })
    )
      .trim()
      .replace("serial=", "");
    const colons = openssls.replace(/..(?=.)/g, "$&:");
    const spellings = [
      ...[row.serial, openssls, colons, colons.toLowerCase(), `00:${colons}`, `00${openssls}`],
      ...[`0000${row.serial}`, `0x${openssls}`, colons.replaceAll(":", "-")],
    ];
    for (const parameter of ["serial", "q"])
      for (const spelling of spellings) {
        const found = async () =>
          (await api.get(`/certificates?${parameter}=${encodeURIComponent(spelling)}`)).items;
        // The search box finds what is some seconds old.
        if (parameter === "q") await eventually(async () => (await found()).length > 0);
        const ids = (await found()).map(({ id }: Json) => id);
        assert.deepEqual(ids, [row.id], `${parameter}=${spelling}`);
      }
    const blanks = encodeURIComponent(colons.replaceAll(":", " "));
    assert.equal((await api.get(`/certificates?serial=${blanks}`)).items[0].id, row.id);
    const other = encodeURIComponent(`${colons.slice(0, -1)}${colons.endsWith("0") ? "1" : "0"}`);
    for (const parameter of ["serial", "q"])
      assert.deepEqual((await api.get(`/certificates?${parameter}=${other}`)).items, []);
    // A fingerprint keeps its leading zeros, and colons do not count there either.
    const print = row.fingerprintSha256.toUpperCase().replace(/..(?=.)/g, "$&:");
    const { items } = await api.get(`/certificates?q=${encodeURIComponent(print)}`);
    assert.equal(items[0].id, row.id);
    const refusal = await api.refused("GET", "/certificates?serial=xyz");
    assert.equal(refusal.code, "invalid_input");
  });

  it("C-06 the 18 details are those that openssl reads in the certificate", async () => {
    const { id } = await named("CN=tablet");
    const details = await api.get(`/certificates/${id}/details`);
    for (const member of [
      ...["status", "serial", "issuer", "validFrom", "expiry", "publicKeyType"],
      ...["signatureAlgorithm", "sans", "basicConstraints", "keyUsages", "extendedKeyUsages"],
      ...["aiaOcsp", "aiaCaIssuers", "authorityKeyIdentifier", "subjectKeyIdentifier"],
      ...["crlDistributionPoints", "certificatePolicies"],
    ])
      assert.ok(member in details, member);
    const byProfile = await named("CN=printer");
    assert.equal((await api.get(`/certificates/${byProfile.id}/details`)).profileId, PROFILE);
    const der = await api.bytes(`/certificates/${id}/der`);
    const read = new X509Certificate(der);
    assert.equal(details.serial, read.serialNumber.toLowerCase());
    assert.equal(Date.parse(details.expiry), Date.parse(read.validTo));
    assert.equal(details.basicConstraints, "EndEntity");
    assert.equal(details.publicKeyType, "rsa-2048");
    assert.ok(read.infoAccess?.includes(details.aiaOcsp[0]));
    const text = await openssl(["x509", "-inform", "DER", "-noout", "-text"], { input: der });
    assert.ok(text.includes(details.crlDistributionPoints[0]));
    const colons = (hex: string): string => hex.toUpperCase().replace(/..(?=.)/g, "$&:");
    assert.ok(text.includes(colons(details.subjectKeyIdentifier)));
    assert.ok(text.includes(colons(details.authorityKeyIdentifier)));
  });

  it("C-10 takes names of every kind, v4 and v6", async () => {
    const sans = [
      { type: "dns", value: "web.lab.example" },
      { type: "ip", value: "192.0.2.7" },
      { type: "ip", value: "2001:db8::7" },
      { type: "rfc822", value: "anna@lab.example" },
      { type: "uri", value: "urn:lab:7" },
      { type: "upn", value: "anna@lab.example" },
    ];
    const made = await byHand("CN=names,O=Lab", sans);
    assert.deepEqual(made.details.sans, sans);
    const { subjectAltName = "" } = new X509Certificate(made.pem);
    for (const part of [
      "DNS:web.lab.example",
      "IP Address:192.0.2.7",
      "email:anna@lab.example",
      "URI:urn:lab:7",
    ])
      assert.ok(subjectAltName.includes(part), `${part} in ${subjectAltName}`);
    assert.match(subjectAltName, /2001:DB8/i);
  });

  it("C-22 one certificate as PEM and as DER, the same octets", async () => {
    const { id } = await named("CN=tablet");
    const der = await api.bytes(`/certificates/${id}/der`);
    const pem = (await api.bytes(`/certificates/${id}/pem`)).toString("latin1");
    assert.ok(new X509Certificate(pem).raw.equals(der));
  });

  it("C-08 C-15 each reason is in row and CRL; a suspension is on hold, and good again when it is lifted", async () => {
    const reasons = Object.keys(REVOCATION_REASONS).filter(
      (reason) => !["certificateHold", "removeFromCRL"].includes(reason),
    );
    assert.equal(reasons.length, 8);
    const serials = new Map<string, string>();
    for (const reason of reasons) {
      const { id } = await byHand(`CN=ends-${reason},O=Lab`).then(() => named(`CN=ends-${reason}`));
      const row = await api.post(`/certificates/${id}/revoke`, { reason });
      assert.deepEqual([row.status, row.revocationReason], ["revoked", reason]);
      serials.set(reason, row.serial);
    }
    const { id, serial } = await named("CN=printer");
    await api.post(`/certificates/${id}/suspend`, {});
    assert.equal((await api.get(`/certificates/${id}/details`)).status, "suspended");
    const listed = async (): Promise<string> =>
      openssl(["crl", "-inform", "DER", "-noout", "-text"], {
        input: await fetchCrl(api, site.authority),
      });
    const text = (await listed()).replace(/:(?=[0-9A-F]{2})/g, "").toLowerCase();
    for (const one of [...serials.values(), serial]) assert.ok(text.includes(one), one);
    assert.match(text, /certificate hold/);
    assert.match(text, /key compromise/);
    await api.post(`/certificates/${id}/unsuspend`);
    assert.equal((await api.get(`/certificates/${id}/details`)).status, "issued");
    assert.ok(!(await listed()).toLowerCase().includes(serial));
  });

  it("R-08 events have end entity, status, id in hex and type; the filter shows failures with the exact error", async () => {
    const device = await enrolled("phone");
    const all = await api.all("/events");
    const issued = all.find(
      (one: Json) => one.type === "issue" && one.status === "done" && one.endEntity === device,
    );
    assert.match(issued?.id, /^[0-9a-f]{16}$/);
    const failed = await api.all("/events?failed=true");
    assert.ok(failed.length >= 2);
    assert.ok(failed.every((one: Json) => one.status === "failed"));
    assert.deepEqual(
      failed.map((one: Json) => one.id),
      all.filter((one: Json) => one.status === "failed").map((one: Json) => one.id),
    );
    const own = failed.find((one: Json) => one.endEntity === device);
    assert.ok(typeof own?.error === "string" && own.error !== "", JSON.stringify(own));
    // Of one endpoint, in pages smaller than what lies between them.
    const asked: Json[] = [];
    let cursor = "";
    do {
      const page = await api.get(`/events?endpoint=${issued?.endpoint}&limit=2${cursor}`);
      assert.ok(page.items.length <= 2);
      asked.push(...page.items);
      cursor = page.cursor === undefined ? "" : `&cursor=${encodeURIComponent(page.cursor)}`;
    } while (cursor !== "");
    assert.deepEqual(
      asked.map((one: Json) => one.id),
      all.filter((one: Json) => one.endpoint === issued?.endpoint).map((one: Json) => one.id),
    );
    assert.ok(asked.length > 0 && asked.length < all.length);
    assert.deepEqual(await api.all("/events?endpoint=nowhere"), []);
  });
});
