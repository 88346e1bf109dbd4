import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { KEY_ALGORITHMS } from "../../plugin/domain/algorithm.ts";
import { importPublicKey, keyIdentifier, parseCertificate } from "../../plugin/sdk.ts";
import {
  certificateText,
  crlText,
  crlVerifies,
  derOf,
  openssl,
  assertVerifies,
} from "../support/openssl.ts";
import type { Api } from "./api.ts";
import { ask, enrolled, newKey } from "./device.ts";
import { DAY, type Served, serve } from "./served.ts";
import { chainOf, fetchBytes, fetchCrl, makeDevice, makeSite, mintChallenge } from "./site.ts";

const YEAR = 365.25 * DAY;
const years = (from: string, until: string): number =>
  (Date.parse(until) - Date.parse(from)) / YEAR;
const inYears = (count: number): string => new Date(Date.now() + count * YEAR).toISOString();

describe("flows: authorities", () => {
  let served: Served;
  let api: Api;
  before(async () => {
    served = await serve();
    api = await served.api();
  });
  after(() => served.end());

  const make = (kind: string, id: string, more: object = {}): ReturnType<Api["post"]> =>
    api.post("/authorities", {
      ...{ kind, id, subject: `CN=${id}`, keyAlgorithm: "ec-p256" },
      ...more,
    });
  const refuses = async (kind: string, id: string, more: object, ...paths: string[]) => {
    const problem = await api.refused("POST", "/authorities", {
      ...{ kind, id, subject: `CN=${id}`, keyAlgorithm: "ec-p256" },
      ...more,
    });
    assert.equal(problem.status, 400, problem.detail);
    assert.deepEqual(
      problem.issues.map(({ path }) => path),
      paths,
    );
    return problem;
  };
  const certificate = (id: string): Promise<Buffer> =>
    api.bytes(`/authorities/${id}/certificate?format=der`);

  before(async () => {
    await make("root", "top", { subject: "CN=Top,O=Lab,C=NZ", keyAlgorithm: "rsa-2048" });
    await make("intermediate", "mid", { parentId: "top" });
    await make("issuing", "leafs", { parentId: "mid" });
  });

  it("A-01 A-02 makes roots, intermediates and issuing CAs, each where it may stand", async () => {
    const kinds = (await api.get("/authorities")).items.map(
      (item: { id: string; kind: string }) => [item.id, item.kind] as const,
    );
    assert.deepEqual(new Map(kinds).get("mid"), "intermediate");
    await make("issuing", "direct", { parentId: "top" });
    await make("intermediate", "mid2", { parentId: "mid" });
    await assertVerifies(await certificate("leafs"), [
      await certificate("mid"),
      await certificate("top"),
    ]);

    await refuses("root", "r2", { parentId: "top" }, "parentId");
    await refuses("intermediate", "m3", {}, "parentId");
    await refuses("intermediate", "m3", { parentId: "leafs" }, "parentId");
    await refuses("issuing", "i2", { parentId: "leafs" }, "parentId");
    await refuses("issuing", "i2", { parentId: "nobody" }, "parentId");
    assert.equal(
      (
        await api.refused("POST", "/authorities", {
          ...{ kind: "outside", id: "kk", subject: "CN=k", keyAlgorithm: "ec-p256" },
        })
      ).issues[0]?.path,
      "kind",
    );
    for (const authorityId of ["top", "mid"]) {
      const problem = await api.refused("POST", "/templates", {
        id: "tt",
        authorityId,
        subject: "CN=x",
      });
      assert.equal(problem.code, "template_impossible");
      assert.deepEqual(
        problem.issues.map(({ path }) => path),
        ["authorityId"],
      );
    }
  });

  it("A-03 takes identifiers of the pattern N2 only, each once, and keeps them for good", async () => {
    for (const id of ["x", "Upper", "dot.dot", "nineteen-characters", "a b"])
      assert.equal(
        (
          await api.refused("POST", "/authorities", {
            ...{ kind: "root", id, subject: "CN=x", keyAlgorithm: "ec-p256" },
          })
        ).issues[0]?.path,
        "id",
        id,
      );
    assert.equal(
      (
        await api.refused("POST", "/authorities", {
          ...{ kind: "root", id: "top", subject: "CN=x", keyAlgorithm: "ec-p256" },
        })
      ).code,
      "conflict",
    );
    assert.equal(
      (await api.refused("PATCH", "/authorities/top", { id: "bottom" })).code,
      "invalid_input",
    );
    const odd = await api.refused("PATCH", "/authorities/top", { name: "The\u0000Top" });
    assert.deepEqual(
      odd.issues.map(({ path }) => path),
      ["name"],
    );
    const renamed = await api.patch("/authorities/top", { name: "The Top" });
    assert.deepEqual([renamed.id, renamed.name], ["top", "The Top"]);
    for (const url of Object.values(renamed.urls).flat().filter(Boolean))
      assert.match(String(url), /\/default\/top\b/);
  });

  it("A-05 takes any attribute in the subject and insists on a common name alone", async () => {
    await make("root", "named", {
      subject: "CN=MyRootCA, O=MyOrganization, L=MyCity, ST=MyState, C=US",
    });
    assert.equal(
      await certificateText(await certificate("named"), "-subject"),
      "subject=CN = MyRootCA, O = MyOrganization, L = MyCity, ST = MyState, C = US\n",
    );
    await make("root", "plain", { subject: "CN=Only" });
    await refuses("root", "unnamed", { subject: "O=Nobody,C=NZ" }, "subject");
    await refuses("root", "unnamed", { subject: "no name" }, "subject");
  });

  it("A-06 lives 20 years as a root and 10 below, as long as its creator says, never past its parent", async () => {
    const root = await make("root", "old", {});
    assert.ok(Math.abs(years(root.notBefore, root.notAfter) - 20) < 0.01);
    const issuing = await make("issuing", "young", { parentId: "old" });
    assert.ok(Math.abs(years(issuing.notBefore, issuing.notAfter) - 10) < 0.01);
    const notAfter = "2031-05-06T07:08:09.000Z";
    assert.equal((await make("root", "chosen", { notAfter })).notAfter, notAfter);
    // The default ends with the parent; an end that was asked for is not cut.
    assert.equal((await make("issuing", "cut", { parentId: "chosen" })).notAfter, notAfter);
    await refuses("issuing", "late", { parentId: "chosen", notAfter: inYears(8) }, "notAfter");
    await refuses("issuing", "long", { parentId: "old", notAfter: inYears(10.1) }, "notAfter");
    await refuses("root", "over", { notAfter: inYears(-1) }, "notAfter");
  });

  it("A-07 writes basicConstraints and keyUsage critically, and no other usage", async () => {
    for (const [id, constraints] of [
      ["top", "CA:TRUE"],
      ["mid", "CA:TRUE"],
      ["leafs", "CA:TRUE, pathlen:0"],
    ] as const) {
      const text = await certificateText(await certificate(id));
      assert.match(text, new RegExp(`Basic Constraints: critical\\s+${constraints}\\n`));
      assert.match(text, /Key Usage: critical\s+Digital Signature, Certificate Sign, CRL Sign\n/);
      assert.doesNotMatch(text, /Extended Key Usage|OCSP No Check|Key Encipherment/);
      // RFC 5280 section 4.1.2.2: positive, at most 20 octets; ours are random 128 bits.
      assert.match((await api.get(`/authorities/${id}`)).serial as string, /^[0-9a-f]{28,34}$/);
    }
  });

  it("A-08 names keys by the leftmost 160 bits of SHA-256 (RFC 7093 method 1) and says where status is", async () => {
    const example =
      "3059301306072a8648ce3d020106082a8648ce3d030107034200047f7f35a79794c950060b8029fc8f363a28f11159692d9d34e6ac948190434735f833b1a66652dc514337aff7f5c9c75d670c019d95a5d639b72744c64a9128bb";
    assert.equal(
      keyIdentifier(importPublicKey(Buffer.from(example, "hex"))),
      "bf37b3e5808fd46d54b28e846311bcce1cad2e1a",
    );
    const text = await certificateText(await certificate("leafs"));
    const hex = (name: string): string | undefined =>
      new RegExp(`X509v3 ${name} Key Identifier: ?\\s+(?:keyid:)?([0-9A-F:]+)`)
        .exec(text)?.[1]
        ?.replaceAll(":", "")
        .toLowerCase();
    const point = Buffer.from(parseCertificate(await certificate("leafs")).spki).subarray(-65);
    assert.equal(hex("Subject"), createHash("sha256").update(point).digest("hex").slice(0, 40));
    assert.equal(hex("Authority"), (await api.get("/authorities/mid")).subjectKeyId);
    const { urls } = await api.get("/authorities/mid");
    assert.match(text, new RegExp(`CRL Distribution[^]+URI:${urls.crl}\n`));
    assert.match(text, new RegExp(`CA Issuers - URI:${urls.caIssuers}\n`));
    assert.doesNotMatch(text, /OCSP - URI/);
    await make("intermediate", "quiet", { parentId: "top", crlEnabled: false, ocspEnabled: true });
    await make("issuing", "below-quiet", { parentId: "quiet" });
    const quiet = await certificateText(await certificate("below-quiet"));
    assert.doesNotMatch(quiet, /CRL Distribution/);
    assert.match(quiet, new RegExp(`OCSP - URI:${served.url}/ocsp/default/quiet\n`));
  });

  it("A-11 A-13 serves the first CRL, OCSP and every CA certificate without a login", async () => {
    for (const [id, issuer] of [
      ["top", "top"],
      ["mid", "top"],
      ["leafs", "mid"],
    ] as const) {
      const { urls, subjectKeyId } = await api.get(`/authorities/${id}`);
      assert.equal(urls.crl, `${served.url}/crl/default/${id}/${subjectKeyId.slice(0, 8)}/crl.crl`);
      const crl = await fetchBytes(urls.crl);
      assert.ok(await crlVerifies(crl, await certificate(id)));
      assert.match(await crlText(crl), /No Revoked Certificates/);
      assert.deepEqual(await fetchBytes(urls.caIssuers), await certificate(id));
      assert.match(
        await certificateText(await certificate(id)),
        id === "top" ? /Version: 3/ : new RegExp(`URI:${served.url}/ca/default/${issuer}/`),
      );
    }
    assert.equal(
      (await api.get("/authorities/leafs")).urls.ocsp,
      `${served.url}/ocsp/default/leafs`,
    );
    const wrong = `${served.url}/ca/default/leafs/00000000.cer`;
    assert.equal((await fetch(wrong)).status, 404);
  });

  it("A-11 makes no authority before the public base URL is set", async () => {
    const bare = await serve({ publicUrl: undefined });
    try {
      const problem = await (
        await bare.api()
      ).refused("POST", "/authorities", {
        ...{ kind: "root", id: "first", subject: "CN=x", keyAlgorithm: "ec-p256" },
      });
      assert.equal(problem.status, 400);
      assert.deepEqual(
        problem.issues.map(({ path }) => path),
        ["publicUrl"],
      );
    } finally {
      await bare.end();
    }
  });

  it("A-23 A-24 hands out each CA certificate alone and as a bundle, with the fingerprints that openssl prints", async () => {
    const der = await certificate("mid");
    const pem = (await api.bytes("/authorities/mid/certificate")).toString();
    assert.deepEqual(derOf(pem), der);
    const view = await api.get("/authorities/mid");
    for (const [hash, field] of [
      ["sha256", "fingerprintSha256"],
      ["sha1", "fingerprintSha1"],
    ] as const) {
      const printed = await openssl(["x509", "-noout", "-fingerprint", `-${hash}`], { input: pem });
      const hex = printed.trim().split("=")[1]?.replaceAll(":", "").toLowerCase();
      assert.equal(String(view[field]).toLowerCase(), hex);
      assert.equal(createHash(hash).update(der).digest("hex"), hex);
    }
    assert.deepEqual(await chainOf(api, "leafs"), [
      await certificate("leafs"),
      der,
      await certificate("top"),
    ]);
    const auditor = await served.api("default", ["ca-auditor"]);
    assert.equal((await auditor.refused("GET", "/authorities/mid/certificate")).status, 403);
  });

  // ML-DSA is experimental and off; its own tests turn it on.
  for (const keyAlgorithm of KEY_ALGORITHMS.filter((name) => !name.startsWith("ml-dsa"))) {
    it(`A-04 makes a root and its CRL with a key ${keyAlgorithm}`, async () => {
      const id = `k-${keyAlgorithm}`;
      await make("root", id, { keyAlgorithm });
      const der = await certificate(id);
      const bits = keyAlgorithm.replace(/^(?:rsa-|ec-p)/, "");
      const shown =
        keyAlgorithm === "ed25519"
          ? /ED25519 Public-Key:/
          : new RegExp(`Public-Key: \\(${bits} bit\\)`);
      assert.match(await certificateText(der), shown);
      await assertVerifies(der, [der]);
      assert.ok(await crlVerifies(await fetchCrl(api, id), der));
    });
  }

  it("E-05 gives a P-384 issuing CA an RSA RA, and openssl believes what it enrols", async () => {
    const site = await makeSite(api, { id: "p384", hierarchy: { keyAlgorithm: "ec-p384" } });
    const { ra } = await api.get(`/endpoints/${site.endpoint}`);
    assert.ok(years(ra.notBefore, ra.notAfter) <= 1);
    const list = await fetchBytes(`${served.url}/scep/${site.endpoint}?operation=GetCACert`);
    const certificates = (
      await openssl(["pkcs7", "-inform", "DER", "-print_certs"], { input: list })
    ).match(/subject=.*/g);
    assert.deepEqual(
      certificates?.map((line) => /CN ?= ?([^,]+)/.exec(line)?.[1]),
      ["p384 SCEP RA", "p384 Issuing CA", "p384 Root CA"],
    );
    const challenge = await mintChallenge(api, site, await makeDevice(api, "p384-device"));
    const key = await newKey();
    const leaf = await enrolled(`${served.url}/scep/${site.endpoint}`, { key, challenge });
    await assertVerifies(leaf, await chainOf(api, site.authority));
    assert.match(await certificateText(leaf), /Signature Algorithm: ecdsa-with-SHA384/);
  });

  it("A-07 E-03 lets a single RSA authority be its own RA, and refuses it other keys and kinds", async () => {
    await refuses("issuing", "one", { parentId: "top", single: true }, "single");
    await refuses("root", "one", { keyAlgorithm: "rsa-2048", single: true }, "single");
    await make("issuing", "one", { parentId: "top", single: true, keyAlgorithm: "rsa-2048" });
    const der = await certificate("one");
    assert.match(
      await certificateText(der),
      /Key Usage: critical\s+Digital Signature, Key Encipherment, Certificate Sign, CRL Sign\n/,
    );
    await api.post("/templates", { id: "one", authorityId: "one", subject: "CN=%devicename%" });
    const site = { authority: "one", template: "one", endpoint: "one" };
    await api.post("/endpoints", {
      ...{ id: "one", authorityId: "one", templateIds: ["one"], policies: [{ kind: "dynamic" }] },
    });
    const url = `${served.url}/scep/one`;
    const answer = await fetch(`${url}?operation=GetCACert`);
    assert.equal(answer.headers.get("content-type"), "application/x-x509-ca-cert");
    assert.deepEqual(Buffer.from(await answer.arrayBuffer()), der);
    const challenge = await mintChallenge(api, site, await makeDevice(api, "one-device"));
    const leaf = await enrolled(url, { key: await newKey(), challenge });
    await assertVerifies(leaf, await chainOf(api, "one"));
  });

  it("A-02 A-07 leaves room for every path length above, whole chain", async () => {
    await make("root", "room1", { pathLength: 1 });
    await make("issuing", "room1-leafs", { parentId: "room1" });
    const chain = await chainOf(api, "room1-leafs");
    await assertVerifies(chain[0]!, chain.slice(1));
    // An intermediate takes one place itself, so that nothing could stand below it.
    await refuses("intermediate", "room1-mid", { parentId: "room1" }, "parentId");
    await make("root", "room2", { pathLength: 2 });
    await refuses("intermediate", "room2-mid", { parentId: "room2", pathLength: 2 }, "pathLength");
    await refuses("intermediate", "room2-mid", { parentId: "room2", pathLength: 0 }, "pathLength");
    await make("intermediate", "room2-mid", { parentId: "room2" });
    await make("issuing", "room2-leafs", { parentId: "room2-mid" });
    // The room above counts, although the parent itself names no limit.
    await refuses("intermediate", "room2-low", { parentId: "room2-mid" }, "parentId");
    await refuses("root", "room0", { pathLength: 0 }, "pathLength");
    await refuses("issuing", "odd", { parentId: "top", pathLength: 1 }, "pathLength");
  });

  it("A-06 A-16 issues nothing after its end, and says so", async () => {
    const site = await makeSite(api, { id: "ends" });
    const device = await makeDevice(api, "late-device");
    const challenge = await mintChallenge(api, site, device);
    assert.equal((await api.get("/authorities/ends")).status, "active");
    served.clock.advance(11 * YEAR);
    try {
      assert.equal((await api.get("/authorities/ends")).status, "expired");
      assert.equal((await api.get("/authorities/ends-root")).status, "active");
      const fresh = await mintChallenge(api, site, device);
      for (const secret of [challenge, fresh]) {
        const reply = await ask(`${served.url}/scep/ends-scep`, {
          ...{ key: await newKey(), challenge: secret },
        });
        assert.equal(reply.status, "refused");
      }
      const rows = await api.get("/ledger?event=certificate.refused&limit=2");
      assert.equal(rows.items[0].data.label, "authority_not_ready");
      const problem = await api.refused("POST", "/ras", { authorityId: "ends" });
      assert.equal(problem.code, "authority_not_ready");
      assert.match(problem.detail, /ends is expired/);
    } finally {
      served.clock.advance(-11 * YEAR);
    }
  });
});
