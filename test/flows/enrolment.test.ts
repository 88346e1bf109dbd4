import assert from "node:assert/strict";
import { createHash, createPublicKey } from "node:crypto";
import { basicConstraints, extendedKeyUsage, keyUsage } from "../../plugin/pki/extensions.ts";
import { certificateText } from "../support/openssl.ts";
import type { Api, Json } from "./api.ts";
import { type Asking, enrolled, newKey, refused, scepMessage, serialOf } from "./device.ts";
import { DAY, HOUR, type Served } from "./served.ts";
import { serveSite } from "./served-site.ts";
import { chainOf, makeDevice, makeSite, mintChallenge, type SiteIds } from "./site.ts";

const CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
const SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
const EMAIL = "1.3.6.1.5.5.7.3.4";

describe("flows: enrolment", () => {
  let served: Served;
  let api: Api;
  let site: SiteIds;
  before(async () => {
    ({ served, api, site } = await serveSite());
  });
  after(() => served.end());

  let count = 0;
  /** A template of its own with an endpoint, and a device that asks there. */
  const offer = async (template: object, attributes: Record<string, string> = {}) => {
    const id = `t${++count}`;
    const base = { id, authorityId: site.authority, subject: "CN=%devicename%" };
    await api.post("/templates", { ...base, ...template });
    const policies = [{ kind: "dynamic" }];
    await api.post("/endpoints", { id, authorityId: site.authority, templateIds: [id], policies });
    const ids = { ...site, template: id, endpoint: id };
    const device = await makeDevice(api, `device-${id}`, attributes);
    const url = `${served.url}/scep/${id}`;
    const asking = async (more: Partial<Asking> = {}): Promise<Asking> => ({
      key: await newKey(),
      challenge: await mintChallenge(api, ids, device),
      ...more,
    });
    return {
      ...{ id, device, url, asking },
      enrol: async (more?: Partial<Asking>) => enrolled(url, await asking(more)),
      refuse: async (more?: Partial<Asking>) => refused(url, await asking(more)),
    };
  };
  const impossible = async (template: object): Promise<readonly string[]> => {
    const base = { id: "bad", authorityId: site.authority, subject: "CN=%devicename%" };
    const problem = await api.refused("POST", "/templates", { ...base, ...template });
    assert.equal(problem.code, "template_impossible", problem.detail);
    for (const issue of problem.issues) assert.notEqual(issue.message, "");
    return problem.issues.map(({ path }) => path);
  };

  it("T-14 writes a subscriber's certificate to RFC 5280, with the authority's addresses", async () => {
    const { enrol } = await offer({
      policies: [{ oid: "1.3.6.1.4.1.99999.1", cps: "http://pki.example/cps" }],
    });
    const leaf = await enrol();
    const text = await certificateText(leaf);
    const { urls, subjectKeyId } = await api.get(`/authorities/${site.authority}`);
    assert.match(text, /Version: 3 /);
    assert.match(text, /Basic Constraints: critical\s+CA:FALSE\n/);
    assert.match(text, /Key Usage: critical\s+Digital Signature, Key Encipherment\n/);
    assert.match(text, /Extended Key Usage: ?\s+TLS Web Client Authentication\n/);
    const aki = (subjectKeyId as string).toUpperCase().match(/../g)?.join(":");
    assert.match(text, new RegExp(`Authority Key Identifier: ?\\s+(?:keyid:)?${aki}`));
    assert.match(text, new RegExp(`URI:${urls.crl}\\n`));
    assert.match(text, new RegExp(`OCSP - URI:${urls.ocsp}\\n`));
    assert.match(text, new RegExp(`CA Issuers - URI:${urls.caIssuers}\\n`));
    assert.match(text, /Policy: 1\.3\.6\.1\.4\.1\.99999\.1\s+CPS: http:\/\/pki\.example\/cps/);
    assert.match(serialOf(leaf), /^[0-7][0-9a-f]{31}$|^[0-9a-f]{1,31}$/);
  });

  it("T-16 takes the keys of the template, and refuses smaller or other ones by name", async () => {
    const small = await offer({});
    assert.match((await small.refuse({ key: await newKey(1024) })).text ?? "", /1024/);
    const large = await offer({ keyAlgorithms: ["rsa-3072"] });
    const reply = await large.refuse();
    assert.match(reply.text ?? "", /rsa-2048 is not allowed; allowed: rsa-3072/);
    const leaf = await large.enrol({ key: await newKey(3072) });
    assert.match(await certificateText(leaf), /Public-Key: \(3072 bit\)/);
  });

  it("T-17 lives hours, days or a year, back-dated without losing life", async () => {
    for (const [template, life] of [
      [{ validity: "PT12H", renewalWindow: "PT2H" }, 12 * HOUR],
      [{ validity: "P47D", renewalWindow: "20%" }, 47 * DAY],
      [{ validity: "P3Y", maxValidity: "P10D", renewalWindow: "P1D" }, undefined],
      [{}, 365 * DAY],
    ] as const) {
      if (life === undefined) {
        assert.deepEqual(await impossible(template), ["validity"]);
        continue;
      }
      const { enrol } = await offer({ ...template, backdate: "PT1H" });
      const dates = await certificateText(await enrol(), "-dates");
      const [from, until] = [...dates.matchAll(/=(.*)/g)].map(([, date = ""]) => Date.parse(date));
      const now = Date.now();
      assert.ok(Math.abs(until! - now - life) < 30_000, dates);
      // The CA is younger than an hour, and no certificate is older than its CA.
      assert.ok(from! <= now && from! > now - 1.1 * HOUR, dates);
    }
  });

  it("T-18 refuses usages outside the template by name, and honours those it allows", async () => {
    const { enrol, refuse } = await offer({ allowedExtendedKeyUsages: [EMAIL] });
    const asks = (...oids: string[]) => ({ extensions: [extendedKeyUsage(oids)] });
    assert.match((await refuse(asks(SERVER_AUTH))).text ?? "", /1\.3\.6\.1\.5\.5\.7\.3\.1 /);
    const text = await certificateText(await enrol(asks(EMAIL)), "-ext", "extendedKeyUsage");
    assert.match(text, /TLS Web Client Authentication, E-mail Protection/);
    await enrol(asks(CLIENT_AUTH));
    assert.match(
      (await refuse({ extensions: [keyUsage(["digitalSignature", "nonRepudiation"])] })).text ?? "",
      /key usage nonRepudiation/,
    );
    const constraints = { extensions: [basicConstraints({ cA: true })] };
    assert.match((await refuse(constraints)).text ?? "", /CA certificate/);
    const kept = await enrol({ extensions: [keyUsage(["digitalSignature"])] });
    assert.match(
      await certificateText(kept, "-ext", "keyUsage"),
      /Digital Signature, Key Encipherment/,
    );
  });

  it("T-20 T-21 writes every kind of name, a URI byte for byte", async () => {
    const sid = "tag:microsoft.com,2022-09-14:sid:S-1-5-21-1004336348-1177238915";
    const { enrol } = await offer(
      {
        subject: "CN=%username%,SN=%lastname%,E=%email%,UID=%serialnumber%,DC=lab",
        sans: [
          { type: "rfc822", pattern: "%email%" },
          { type: "dns", pattern: "%devicename%.lab.example" },
          { type: "uri", pattern: "tag:microsoft.com,2022-09-14:sid:%sid%" },
          { type: "upn", pattern: "%upn%" },
          { type: "ip", pattern: "192.0.2.7" },
          { type: "ip", pattern: "2001:db8::7" },
        ],
      },
      {
        ...{ username: "ann", lastname: "Ōtaki", email: "ann@lab.example", serialnumber: "S1" },
        ...{ upn: "ann@lab.example", sid: "S-1-5-21-1004336348-1177238915" },
      },
    );
    const text = await certificateText(
      await enrol(),
      ...["-subject", "-nameopt", "utf8,sep_comma_plus", "-ext", "subjectAltName"],
    );
    assert.match(text, /^subject=CN=ann,SN=Ōtaki,emailAddress=ann@lab\.example,UID=S1,DC=lab\n/);
    assert.ok(text.includes(`URI:${sid}`), text);
    for (const name of [
      "email:ann@lab.example",
      "DNS:device-",
      "othername: UPN::ann@lab.example",
      "IP Address:192.0.2.7",
      "IP Address:2001:DB8:0:0:0:0:0:7",
    ])
      assert.ok(text.includes(name), `${name} in ${text}`);
  });

  it("T-27 refuses a template that could never issue at save, with field and reason", async () => {
    for (const [template, paths] of [
      [{ subject: "CN=%usrname%" }, ["subject"]],
      [{ subject: "CN=%username" }, ["subject"]],
      [{ sans: [{ type: "dns", pattern: "not a name" }] }, ["sans.0.pattern"]],
      [{ keyAlgorithms: ["ec-p256"] }, ["keyUsages.1"]],
      [{ keyAlgorithms: ["rsa-2048"], keyUsages: ["keyAgreement"] }, ["keyUsages.0"]],
      [{ keyUsages: ["keyCertSign"] }, ["keyUsages.0"]],
      [{ keyUsages: [] }, ["keyUsages"]],
      [{ validity: "P11Y", maxValidity: "P20Y" }, ["validity"]],
      [{ validity: "12 months" }, ["validity"]],
      [{ validity: "P10D", renewalWindow: "P10D" }, ["renewalWindow"]],
      [{ authorityId: "nobody" }, ["authorityId"]],
      [{ subject: "CN=%username%%email%", challengeMode: "static" }, ["subject"]],
    ] as const)
      assert.deepEqual(await impossible(template), paths, JSON.stringify(template));
    assert.equal((await api.refused("GET", "/templates/bad")).status, 404);
  });

  it("T-17 refuses a life past the authority's end, or shortens it where the template says so", async () => {
    await api.post("/authorities", {
      ...{ kind: "issuing", id: "brief", parentId: `${site.authority}-root`, subject: "CN=Brief" },
      ...{ keyAlgorithm: "ec-p256", notAfter: new Date(Date.now() + 100 * DAY).toISOString() },
    });
    const brief = { authorityId: "brief", subject: "CN=%devicename%" };
    const year = await api.refused("POST", "/templates", { ...brief, id: "year" });
    assert.deepEqual([year.code, year.issues[0]?.path], ["template_impossible", "validity"]);
    await api.post("/templates", { ...brief, id: "season", validity: "P90D" });
    await api.post("/templates", { ...brief, id: "short", beyondAuthority: "shorten" });
    const made = { authorityId: "brief", templateIds: ["season", "short"] };
    await api.post("/endpoints", { id: "brief", ...made, policies: [{ kind: "dynamic" }] });
    const device = await makeDevice(api, "brief-device");
    const url = `${served.url}/scep/brief`;
    const via = async (template: string) => ({
      key: await newKey(),
      challenge: await mintChallenge(
        ...([api, { authority: "brief", template, endpoint: "brief" }, device] as const),
      ),
    });
    const end = Date.parse((await api.get("/authorities/brief")).notAfter as string);
    await enrolled(url, await via("season"));
    const cut = await certificateText(await enrolled(url, await via("short")), "-enddate");
    assert.equal(Date.parse(cut.split("=")[1] ?? ""), end);
    served.clock.advance(20 * DAY);
    try {
      const reply = await refused(url, await via("season"));
      assert.match(reply.text ?? "", /after its authority/);
      await enrolled(url, await via("short"));
    } finally {
      served.clock.advance(-20 * DAY);
    }
  });

  it("E-06 refuses to enable an endpoint until nothing is missing, and lists what is", async () => {
    const base = { id: "bare", authorityId: site.authority, templateIds: [], policies: [] };
    const paths = async (method: string, path: string, body: object) => {
      const problem = await api.refused(method, path, body);
      assert.equal(problem.code, "endpoint_incomplete");
      return problem.issues.map((issue) => issue.path);
    };
    assert.deepEqual(await paths("POST", "/endpoints", base), ["templateIds", "policies", "raId"]);
    const view = await api.post("/endpoints", { ...base, enabled: false });
    assert.equal(view.enabled, false);
    const url = `${served.url}/scep/bare?operation=GetCACaps`;
    assert.equal((await fetch(url)).status, 404);
    assert.deepEqual(await paths("PATCH", "/endpoints/bare", { enabled: true }), [
      ...["templateIds", "policies", "raId"],
    ]);
    await api.patch("/endpoints/bare", { templateIds: [site.template] });
    assert.deepEqual(await paths("PATCH", "/endpoints/bare", { enabled: true }), [
      ...["policies", "raId"],
    ]);
    const whole = { enabled: true, policies: [{ kind: "dynamic" }] };
    const enabled = await api.patch("/endpoints/bare", whole);
    assert.ok(enabled.ra.notAfter);
    assert.equal((await fetch(url)).status, 200);
    await api.patch("/endpoints/bare", { enabled: false });
    assert.equal((await fetch(url)).status, 404);
    await api.delete("/endpoints/bare");
    assert.equal((await api.refused("GET", "/endpoints/bare")).status, 404);
  });

  it("E-01 E-02 E-03 keeps several endpoints apart, each with its chain", async () => {
    const wrong = {
      ...{ id: "wrong", authorityId: site.authority, templateIds: ["nobody"] },
      ...{ policies: [{ kind: "dynamic" }], raId: "nobody" },
    };
    const problem = await api.refused("POST", "/endpoints", wrong);
    assert.deepEqual(problem.issues.map(({ path }) => path).sort(), ["raId", "templateIds.0"]);
    const other = await makeSite(api, { id: "second" });
    const [mine, others] = [
      await chainOf(api, site.authority),
      await chainOf(api, other.authority),
    ];
    const patch = (chain: readonly Buffer[]) => ({
      chain: chain.map((der) => der.toString("base64")),
    });
    const at = `/endpoints/${site.endpoint}`;
    assert.equal((await api.refused("PATCH", at, patch(others))).issues[0]?.path, "chain.0");
    const mixed = [mine[0]!, others[1]!];
    assert.equal((await api.refused("PATCH", at, patch(mixed))).issues[0]?.path, "chain.1");
    await api.patch(at, patch(mine));
    const taken = { ...wrong, id: site.endpoint, templateIds: [site.template] };
    assert.equal(
      (await api.refused("POST", "/endpoints", { ...taken, raId: undefined })).code,
      "conflict",
    );
    const foreign = { templateIds: [other.template] };
    assert.equal((await api.refused("PATCH", at, foreign)).issues[0]?.path, "templateIds.0");
  });

  it("E-12 answers getcacaps in any case, as the plain list", async () => {
    for (const operation of ["GetCACaps", "getcacaps", "GETCACAPS&message=0"]) {
      const answer = await fetch(`${served.url}/scep/${site.endpoint}?operation=${operation}`);
      assert.equal(answer.headers.get("content-type"), "text/plain");
      const words = (await answer.text()).split("\n");
      for (const word of ["SHA-256", "SHA-512", "AES", "SCEPStandard", "POSTPKIOperation"])
        assert.ok(words.includes(word), word);
      for (const word of ["DES3", "SHA-1", "GetNextCACert"]) assert.ok(!words.includes(word), word);
    }
  });

  it("E-11 keeps every outcome: success and refusal with all that they are about", async () => {
    const { id, device, url, asking } = await offer({});
    const good = await asking({ subject: "CN=claimed" });
    const leaf = await enrolled(url, good);
    const [issued] = (await api.get("/ledger?event=certificate.issued&limit=1")).items;
    const transactionId = createHash("sha256")
      .update(
        // As our client writes it; any client may choose another.
        createPublicKey(good.key).export({ type: "spki", format: "der" }),
      )
      .digest("hex");
    assert.equal(issued.principal, `system:scep:${id}`);
    const { csr, subject, fingerprint, ra, ...rest } = issued.data;
    const [serving] = (await api.get("/ras")).items;
    assert.equal(ra, serving.id);
    assert.match(fingerprint, /^[0-9a-f]{64}$/);
    assert.match(csr, /^[0-9a-f]{64}$/);
    assert.match(subject, /^CN=device-/);
    assert.deepEqual(rest, {
      ...{ endpoint: id, template: id, authority: site.authority, device, transactionId },
      ...{ serial: serialOf(leaf), source: "127.0.0.1", label: "success", templateVersion: 1 },
    });

    const bad = await asking({ subject: "CN=claimed", extensions: [extendedKeyUsage([EMAIL])] });
    await refused(url, bad);
    const [row] = (await api.get("/ledger?event=certificate.refused&limit=1")).items;
    assert.equal(row.subjectId, device);
    assert.deepEqual(
      [row.data.endpoint, row.data.device, row.data.claimSubject, row.data.label, row.data.source],
      [id, device, "CN=claimed", "policy_refused", "127.0.0.1"],
    );
    assert.match(row.data.csr, /^[0-9a-f]{64}$/);
    assert.match(row.data.transactionId, /^[0-9a-f]{64}$/);
    const all = JSON.stringify(await api.all("/ledger"));
    for (const secret of [good.challenge, bad.challenge]) assert.ok(!all.includes(secret ?? "?"));
  });

  it("E-11 folds a flood of refusals into one row with a count", async () => {
    const { id, url } = await offer({});
    const message = await scepMessage(url, { key: await newKey(), challenge: "wrong" });
    const rows = async (): Promise<Json[]> =>
      (await api.all("/ledger?event=certificate.refused")).filter(
        ({ data }) => data.endpoint === id,
      );
    for (let i = 0; i < 12; i++) await message.send();
    assert.equal((await rows()).length, 5);
    served.clock.advance(11_000);
    await message.send();
    const kept = await rows();
    assert.deepEqual(kept.map(({ data }) => data.folded ?? 0).sort(), [0, 0, 0, 0, 0, 0, 7]);
    assert.ok(kept.every(({ data }) => data.label === "challenge_refused"));
    // What is still counted is written when the installation closes.
    for (let i = 0; i < 8; i++) await message.send();
    await served.restart();
    api = await served.api();
    const folded = (await rows()).map(({ data }) => data.folded ?? 0);
    assert.equal(
      folded.reduce((sum: number, n: number) => sum + n, 0),
      7 + 4,
    );
  });
});
