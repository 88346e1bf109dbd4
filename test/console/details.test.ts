import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import type { Page } from "playwright-core";
import { endTone } from "../../plugin/console/ui/end-tone.ts";
import { expiry } from "../../plugin/console/ui/format.ts";
import { badgeOf } from "../../plugin/domain/expiry-badge.ts";
import { scepPlaces } from "../../plugin/console/views/endpoints/scep-places.ts";
import { parseCertificate, toPem } from "../../plugin/sdk.ts";
import type { Api } from "../flows/api.ts";
import { enrolledDevice } from "../flows/enrolled-device.ts";
import { makeSite } from "../flows/site.ts";
import { DAY } from "../flows/served.ts";
import { goTo } from "../support/browser.ts";
import { labCsr } from "../support/scep/csr.ts";
import { rsaKey } from "../support/scep/keys.ts";
import { type Consoled, openConsole } from "./consoled.ts";

describe("console: details of CAs, endpoints and certificates", function () {
  let consoled: Consoled, api: Api, page: Page;
  before(async function () {
    consoled = await openConsole(this);
    api = await consoled.served.api();
    await makeSite(api, {
      template: { policies: [{ oid: "1.3.6.1.4.1.99999.1", cps: "http://pki.example/cps" }] },
      endpoint: {
        policies: [
          { kind: "dynamic" },
          { kind: "static", templateId: "lab-wifi", secret: "a long static secret" },
        ],
      },
    });
    page = await consoled.open("ca-servers");
  });

  it("A-14 expiry is told in the two largest units, by the calendar", () => {
    const now = new Date("2026-11-22T12:00:00Z");
    const told = (end: string): string => expiry(end, now);
    assert.equal(told("2036-11-22T11:59:59Z"), "Expires in 9 years and 11 months");
    assert.equal(told("2036-11-22T12:00:00Z"), "Expires in 10 years");
    assert.equal(told("2027-11-30T12:00:00Z"), "Expires in 1 year");
    assert.equal(told("2027-03-01T12:00:00Z"), "Expires in 3 months and 7 days");
    assert.equal(told("2026-11-29T12:00:00Z"), "Expires in 7 days");
    assert.equal(told("2026-11-22T20:00:00Z"), "Expires today");
    assert.equal(told("2026-11-19T12:00:00Z"), "Expired 3 days ago");
    assert.equal(
      expiry("2027-02-28T13:00:00Z", new Date("2027-01-31T12:00:00Z")),
      "Expires in 1 month",
    );
  });

  it("O-07 every end has one badge; what lives for weeks or hours turns in its last fifth and twentieth", () => {
    const now = new Date("2026-11-22T12:00:00Z");
    const in_ = (days: number): string => new Date(now.getTime() + days * DAY).toISOString();
    const tones = (...days: number[]) => days.map((left) => endTone(in_(left), now));
    assert.deepEqual(tones(400, 30, 29.9, 7), ["good", "good", "warn", "warn"]);
    assert.deepEqual(tones(6.9, 0.1, 0, -1), ["bad", "bad", "over", "over"]);
    const ofTen = (...days: number[]) =>
      days.map((left) => endTone(in_(left), now, in_(left - 10)));
    assert.deepEqual(ofTen(10, 2, 1.9, 0.5, 0.4, 0), [
      ...["good", "good", "warn", "warn", "bad", "over"],
    ]);
  });

  it("O-07 the page and the server colour an end alike", () => {
    const now = new Date("2026-11-22T12:00:00Z");
    const badge = { good: "green", warn: "amber", bad: "red", over: "expired" } as const;
    const minutes = 60_000;
    for (const days of [400, 30, 7, 1, 0])
      for (const beside of [-minutes, 0, minutes]) {
        const end = new Date(now.getTime() + days * DAY + beside);
        assert.equal(badge[endTone(end.toISOString(), now)], badgeOf(end, now), end.toISOString());
      }
  });

  it("A-14 a row of the list has name, identifier, type, status, and expiry in words", async () => {
    const row = page.locator("tr", { hasText: "lab-root" }).first();
    await row.waitFor();
    const cells = page.locator("tr", { has: page.locator("td .mono", { hasText: /^lab$/ }) });
    const of = (name: string) => cells.locator(`td[data-label="${name}"]`).innerText();
    assert.match(await of("Name"), /^\S* ?lab/);
    assert.deepEqual(await Promise.all(["Identifier", "Type", "Status"].map(of)), [
      ...["lab", "Issuing", "Active"],
    ]);
    assert.equal(await of("Expires"), "Expires in 9 years and 11 months");
  });

  it("A-15 the details of a CA say all that its certificate says, and where everything is, in the API and on the page", async () => {
    const authority = await api.get("/authorities/lab");
    const root = await api.get("/authorities/lab-root");
    const der = await api.bytes("/authorities/lab/certificate?format=der");
    const parsed = parseCertificate(der);
    const { details } = authority;
    assert.deepEqual(details, {
      status: "issued",
      subject: authority.subject,
      serial: parsed.serial,
      issuer: root.subject,
      validFrom: parsed.notBefore.toISOString(),
      expiry: parsed.notAfter.toISOString(),
      publicKeyType: "ec-p256",
      signatureAlgorithm: "ecdsa-sha256",
      sans: [],
      basicConstraints: "CA",
      keyUsages: ["digitalSignature", "keyCertSign", "cRLSign"],
      extendedKeyUsages: [],
      aiaOcsp: parsed.ocspUrls ?? [],
      aiaCaIssuers: [root.urls.caIssuers],
      authorityKeyIdentifier: root.subjectKeyId,
      subjectKeyIdentifier: authority.subjectKeyId,
      crlDistributionPoints: [root.urls.crl],
      certificatePolicies: [],
      otherExtensions: [],
    });
    assert.deepEqual(
      [authority.kind, authority.status, authority.id, authority.crlEnabled, authority.ocspEnabled],
      ["issuing", "active", "lab", true, true],
    );
    assert.deepEqual(authority.scepUrls, [`${consoled.served.url}/scep/lab-scep`]);

    await goTo(page, "ca-servers/lab", "lab");
    await page.getByRole("heading", { name: "All that its certificate says" }).waitFor();
    const shown = [
      ...[authority.subject, authority.id, authority.fingerprintSha256, details.serial],
      ...[details.issuer, details.publicKeyType, details.signatureAlgorithm],
      ...[...details.keyUsages, details.basicConstraints, ...details.aiaCaIssuers],
      ...[details.authorityKeyIdentifier, details.subjectKeyIdentifier],
      ...[...details.crlDistributionPoints, ...authority.scepUrls],
      ...[authority.urls.crl, authority.urls.ocsp, authority.urls.caIssuers],
    ] as string[];
    const own = page.locator("cs-ca-server");
    for (const value of shown)
      assert.ok((await own.getByText(value).count()) > 0, `${value} is shown`);
    await own.locator("header").getByText("Issuing CA, Active").waitFor();
    // Its own page has no issuer but itself, and nothing that says where its status is.
    assert.deepEqual(
      [root.details.issuer, root.details.crlDistributionPoints, root.scepUrls],
      [root.subject, [], []],
    );
  });

  it("E-08 each endpoint has a card: RA subject and expiry badge, challenge and password, client certificates, address", async () => {
    const { ra } = await api.get("/endpoints/lab-scep");
    await goTo(page, "endpoints", "Endpoints");
    const card = page.locator("cs-endpoints .card", { hasText: "lab-scep" });
    await card.waitFor();
    const fact = (name: string) =>
      card.locator("dt", { hasText: name }).locator("xpath=following-sibling::dd[1]").innerText();
    assert.ok((await fact("RA certificate")).includes(ra.subject as string));
    const days = Math.floor((Date.parse(ra.notAfter as string) - Date.now()) / DAY);
    assert.equal(await card.locator("dd .status.good").innerText(), `${days} days`);
    assert.equal(await fact("Challenge"), "one-time, one for all");
    assert.equal(await fact("Static password"), "set");
    assert.equal(await fact("mTLS"), "none: the address is plain HTTP");
    await card.getByText(`${consoled.served.url}/scep/lab-scep`).waitFor();
  });

  it("E-13 the address is there for each platform in the form that it takes, each with a button to copy it", async () => {
    const of = (url: string, publicUrl?: string) =>
      new Map(scepPlaces(url, "std", publicUrl).map(({ who, address }) => [who, address]));
    const secure = of("https://pki.example/scep/std", "http://pki.example");
    assert.equal(secure.get("Windows and Intune"), "https://pki.example/scep/std");
    assert.equal(secure.get("Android"), "https://pki.example/scep/std");
    assert.equal(secure.get("appliances (plain HTTP)"), "http://pki.example/scep/std");
    assert.equal(of("https://x/scep/std").get("appliances (plain HTTP)"), undefined);
    assert.equal(of("http://x/scep/std").get("Android"), undefined);

    await goTo(page, "endpoints/lab-scep", "lab-scep");
    await page.getByText("needs HTTPS").waitFor();
    for (const who of ["Windows and Intune", "appliances (plain HTTP)"])
      await page.getByRole("button", { name: `Copy the address for ${who}` }).waitFor();
    for (const ending of ["", "/pkiclient.exe", "/any/other.dll"]) {
      const answer = await fetch(
        `${consoled.served.url}/scep/lab-scep${ending}?operation=GetCACaps`,
      );
      assert.equal(answer.status, 200, ending);
    }
  });

  it("T-23 policies of a template stand in the certificate with their CPS, and are shown in its details", async () => {
    await enrolledDevice(
      api,
      consoled.served.url,
      { authority: "lab", template: "lab-wifi", endpoint: "lab-scep" },
      "policed",
    );
    const { items } = await api.get("/certificates?role=subscriber");
    const id = items[0].id as string;
    const { certificatePolicies } = await api.get(`/certificates/${id}/details`);
    assert.deepEqual(certificatePolicies, [
      { oid: "1.3.6.1.4.1.99999.1", cps: "http://pki.example/cps" },
    ]);
    await goTo(page, `certificates/${id}`, "CN=policed,O=Lab");
    await page.getByText("1.3.6.1.4.1.99999.1, CPS http://pki.example/cps").waitFor();
  });

  it("T-05 extensions of a request are taken, passed over or refused as the profile says, and no CA is made", async () => {
    const definition = {
      ...{ allowedCATypes: ["subord"], validity_period: "P7D", usages: ["digitalSignature"] },
      allowed_extensions: ["1.2.3.4.5"],
    };
    await api.post("/certificate-profiles", { id: "open-one", group: "custom", definition });
    await api.post("/certificate-profiles", {
      ...{ id: "strict-one", group: "custom" },
      definition: { ...definition, ignore_unknown_extensions: false },
    });
    const csr = (...oids: readonly string[]) =>
      toPem(
        labCsr({
          key: rsaKey(),
          subject: "CN=extended",
          extensions: oids.map((oid) => ({ oid, critical: true, value: Uint8Array.of(5, 0) })),
        }),
        "CERTIFICATE REQUEST",
      );
    const body = (profileId: string, ...oids: readonly string[]) => ({
      ...{ authorityId: "lab", profileId, csr: csr(...oids) },
    });
    const known = "06042a030405";
    const unknown = "06042a030406";
    const made = await api.post("/certificates", body("open-one", "1.2.3.4.5", "1.2.3.4.6"));
    const taken = new X509Certificate(made.pem as string).raw.toString("hex");
    assert.ok(taken.includes(known), "an allowed one is taken");
    assert.ok(!taken.includes(unknown), "by default an unknown one is passed over");
    const both = body("strict-one", "1.2.3.4.5", "1.2.3.4.6");
    const strict = await api.refused("POST", "/certificates", both);
    assert.equal(strict.code, "policy_refused");
    assert.match(strict.detail, /1\.2\.3\.4\.6/);
    await api.post("/certificates", body("strict-one", "1.2.3.4.5"));
    const shown = await api.get("/certificate-profiles/open-one");
    assert.equal(shown.definition.ignore_unknown_extensions, true);
    assert.deepEqual(shown.definition.ca_constraint, { cA: false });
    const ca = await api.refused("POST", "/certificate-profiles", {
      ...{ id: "a-ca", group: "custom" },
      definition: { ...definition, ca_constraint: { cA: true } },
    });
    assert.deepEqual(
      ca.issues.map(({ path }) => path),
      ["definition.ca_constraint"],
    );
  });
});
