import assert from "node:assert/strict";
import {
  assertVerifies,
  type Certifying,
  crlVerifies,
  derOf,
  ocspStatus,
  openssl,
  OpensslCa,
} from "../support/openssl.ts";
import type { Api } from "./api.ts";
import { enrolled, newKey } from "./device.ts";
import { failingKeys } from "./failing-keys.ts";
import { eventually, type Served, serve } from "./served.ts";
import { chainOf, fetchBytes, fetchCrl, makeDevice, mintChallenge } from "./site.ts";

describe("flows: authorities under an outside root", () => {
  const CA = ["basicConstraints = critical, CA:TRUE", "keyUsage = critical, keyCertSign, cRLSign"];
  const ISSUING = [
    "basicConstraints = critical, CA:TRUE, pathlen:0",
    "keyUsage = critical, digitalSignature, keyCertSign, cRLSign",
    "subjectKeyIdentifier = hash",
    "authorityKeyIdentifier = keyid:always",
  ];
  const SKI = "subjectKeyIdentifier = hash";

  const keys = failingKeys();
  let served: Served;
  let api: Api;
  let outside: OpensslCa;
  let csr: string;
  before(async () => {
    served = await serve({ rotation: { checkSeconds: 1 } }, { keyStores: keys.keyStores });
    api = await served.api();
    outside = await OpensslCa.create("Outside Root", { extensions: [...CA, SKI] });
  });
  after(async () => {
    await outside.remove();
    await served.end();
  });

  const importRefused = async (certificate: string, ...paths: string[]) => {
    const problem = await api.refused("POST", "/authorities/import-root", {
      id: "bad",
      certificate,
    });
    assert.equal(problem.code, "certificate_not_matching", problem.detail);
    assert.deepEqual(
      problem.issues.map(({ path }) => path),
      paths,
    );
  };

  it("A-17 takes the certificate of an outside root, and nothing that is not one in date", async () => {
    const other = await OpensslCa.create("No CA", {
      extensions: ["basicConstraints = critical, CA:FALSE"],
    });
    const past = await OpensslCa.create("Past", {
      extensions: CA,
      from: "20100101000000Z",
      until: "20200101000000Z",
    });
    const future = await OpensslCa.create("Future", {
      extensions: CA,
      from: "20400101000000Z",
      until: "20450101000000Z",
    });
    try {
      await importRefused(other.certificate, "basicConstraints");
      await importRefused(past.certificate, "dates");
      await importRefused(future.certificate, "dates");
      const request = await csrOf("CN=Below");
      await importRefused(await outside.certify(request, { extensions: CA }), "selfSigned");
      const plain = { extensions: ["keyUsage = critical, digitalSignature"] };
      await importRefused(
        await outside.certify(request, plain),
        ...["basicConstraints", "keyCertSign", "selfSigned"],
      );
      const garbage = { id: "bad", certificate: "not a certificate" };
      const problem = await api.refused("POST", "/authorities/import-root", garbage);
      assert.equal(problem.issues[0]?.path, "certificate");
    } finally {
      await Promise.all([other, past, future].map((ca) => ca.remove()));
    }
    const view = await api.post("/authorities/import-root", {
      id: "outside",
      certificate: outside.certificate,
    });
    assert.deepEqual([view.kind, view.status, view.keyStore], ["external", "active", undefined]);
    assert.deepEqual(await fetchBytes(view.urls.caIssuers), derOf(outside.certificate));
    assert.equal(view.urls.crl, undefined);
  });

  it("A-16 A-18 gives out a request under it, and issues nothing while it waits", async () => {
    const before = keys.made.size;
    const view = await api.post("/authorities", {
      ...{ kind: "issuing", id: "waiting", parentId: "outside" },
      ...{ subject: "CN=Waiting CA,O=Lab", keyAlgorithm: "ec-p384" },
    });
    assert.equal(view.status, "pending");
    assert.equal(keys.made.size, before + 1);
    csr = (await api.bytes("/authorities/waiting/csr")).toString();
    const text = await openssl(["req", "-verify", "-noout", "-text"], { input: csr });
    assert.match(text, /Subject: CN = Waiting CA, O = Lab/);
    assert.match(text, /Public-Key: \(384 bit\)/);

    await api.post("/templates", {
      id: "wait",
      authorityId: "waiting",
      subject: "CN=%devicename%",
    });
    const problem = await api.refused("POST", "/endpoints", {
      ...{ id: "wait", authorityId: "waiting", templateIds: ["wait"] },
      policies: [{ kind: "dynamic" }],
    });
    assert.equal(problem.code, "endpoint_incomplete");
    assert.deepEqual(
      problem.issues.map(({ path }) => path),
      ["authorityId", "raId"],
    );
    assert.equal(
      (await api.refused("POST", "/ras", { authorityId: "waiting" })).code,
      "authority_not_ready",
    );
    assert.equal(
      (
        await api.refused("POST", "/authorities", {
          ...{ kind: "issuing", id: "under", parentId: "waiting", subject: "CN=u" },
          keyAlgorithm: "ec-p256",
        })
      ).status,
      400,
    );
    assert.equal((await api.refused("GET", "/authorities/waiting/certificate")).status, 404);
    assert.equal((await fetch(view.urls.crl)).status, 404);
  });

  const wrong = (extensions: readonly string[], more: Partial<Certifying> = {}) => ({
    extensions,
    ...more,
  });
  const cases: readonly [string, Certifying, readonly string[]][] = [
    ["no CA", wrong(["basicConstraints = critical, CA:FALSE", ISSUING[1]!]), ["basicConstraints"]],
    [
      "no certificate signing",
      wrong([ISSUING[0]!, "keyUsage = critical, cRLSign"]),
      ["keyCertSign"],
    ],
    ["no CRL signing", wrong([ISSUING[0]!, "keyUsage = critical, keyCertSign"]), ["cRLSign"]],
    [
      "nothing at all",
      wrong(["nsComment = nothing"]),
      ["basicConstraints", "keyCertSign", "cRLSign"],
    ],
    [
      "an end in the past",
      wrong(ISSUING, { from: "20200101000000Z", until: "20210101000000Z" }),
      ["dates"],
    ],
    ["a start in the future", wrong(ISSUING, { from: "20300101000000Z", days: 3650 }), ["dates"]],
    ["an end after its CA's", wrong(ISSUING, { days: 20_000 }), ["dates"]],
  ];
  for (const [what, wanted, paths] of cases) {
    it(`A-18 refuses a certificate with ${what}, and names it`, async () => {
      const certificate = await outside.certify(csr, wanted);
      await certifyRefused("waiting", certificate, paths);
    });
  }

  const certifyRefused = async (id: string, certificate: string, paths: readonly string[]) => {
    const path = `/authorities/${id}/certificate`;
    const problem = await api.refused("POST", path, { certificate });
    assert.equal(problem.code, "certificate_not_matching", problem.detail);
    assert.deepEqual(
      problem.issues.map((issue) => issue.path),
      paths,
    );
    assert.equal((await api.get(`/authorities/${id}`)).status, "pending");
  };

  it("A-18 refuses a certificate for another key, from another root, or with no room above", async () => {
    const another = await csrOf("CN=Waiting CA");
    await certifyRefused("waiting", await outside.certify(another, { extensions: ISSUING }), [
      "key",
    ]);
    const stranger = await OpensslCa.create("Outside Root", { extensions: [...CA, SKI] });
    const tight = await OpensslCa.create("Tight Root", {
      extensions: ["basicConstraints = critical, CA:TRUE, pathlen:0", CA[1]!, SKI],
    });
    try {
      await certifyRefused("waiting", await stranger.certify(csr, { extensions: ISSUING }), [
        "chain",
      ]);
      const imported = { id: "tight", certificate: tight.certificate };
      await api.post("/authorities/import-root", imported);
      const problem = await api.refused("POST", "/authorities", {
        ...{ kind: "issuing", id: "narrow", parentId: "tight", subject: "CN=n" },
        keyAlgorithm: "ec-p256",
      });
      assert.deepEqual(
        problem.issues.map(({ path }) => path),
        ["parentId"],
      );
    } finally {
      await stranger.remove();
      await tight.remove();
    }
    await api.post("/authorities", {
      ...{ kind: "intermediate", id: "middle", parentId: "outside", subject: "CN=Middle" },
      keyAlgorithm: "ec-p256",
    });
    const request = (await api.bytes("/authorities/middle/csr")).toString();
    await certifyRefused("middle", await outside.certify(request, { extensions: ISSUING }), [
      "pathLength",
    ]);
  });

  it("A-18 takes the right one, and then enrols under the outside root", async () => {
    const certificate = await outside.certify(csr, { extensions: ISSUING });
    const view = await api.post("/authorities/waiting/certificate", { certificate });
    assert.equal(view.status, "active");
    assert.equal(
      (await api.refused("POST", "/authorities/waiting/certificate", { certificate })).code,
      "conflict",
    );
    assert.ok(await crlVerifies(await fetchCrl(api, "waiting"), derOf(certificate)));
    const chain = await chainOf(api, "waiting");
    assert.deepEqual(chain, [derOf(certificate), derOf(outside.certificate)]);
    const site = { authority: "waiting", template: "wait", endpoint: "wait" };
    await api.post("/endpoints", {
      ...{ id: "wait", authorityId: "waiting", templateIds: ["wait"] },
      policies: [{ kind: "dynamic" }],
    });
    const challenge = await mintChallenge(api, site, await makeDevice(api, "outside-device"));
    const url = `${served.url}/scep/wait`;
    const leaf = await enrolled(url, { key: await newKey(), challenge });
    await assertVerifies(leaf, chain, [await fetchCrl(api, "waiting")]);
    assert.equal(await ocspStatus(view.urls.ocsp, leaf, chain), "good");
  });

  it("A-19 a CA under it is renewed by request and import; a certificate of another name or key is refused", async () => {
    const path = "/authorities/waiting";
    const [old] = await chainOf(api, "waiting");
    assert.equal((await api.refused("POST", "/authorities/outside/renew", {})).code, "conflict");
    const asked = await api.post(`${path}/renew`, {});
    assert.deepEqual([asked.status, asked.renewing], ["active", true]);
    const request = (await api.bytes(`${path}/csr`)).toString();
    assert.match(await openssl(["req", "-verify", "-noout", "-text"], { input: request }), /384/);
    const another = await outside.certify(await csrOf("CN=Waiting CA"), { extensions: ISSUING });
    const renamed = await outside.certify(request, { extensions: ISSUING, subject: "/CN=Else" });
    for (const [wrong, fault] of [
      [another, "key"],
      [renamed, "subject"],
    ] as const) {
      const problem = await api.refused("POST", `${path}/certificate`, { certificate: wrong });
      assert.deepEqual(
        problem.issues.map((issue) => issue.path),
        [fault],
      );
    }
    const certificate = await outside.certify(request, { extensions: ISSUING });
    const renewed = await api.post(`${path}/certificate`, { certificate });
    assert.equal(renewed.renewing, false);
    assert.equal(renewed.certificates.length, 2);
    assert.deepEqual(await fetchBytes(renewed.certificates[1].url), old);
    const site = { authority: "waiting", template: "wait", endpoint: "wait" };
    const challenge = await mintChallenge(api, site, await makeDevice(api, "renewed-ca"));
    const leaf = await enrolled(`${served.url}/scep/wait`, { key: await newKey(), challenge });
    await assertVerifies(leaf, [derOf(certificate), derOf(outside.certificate)]);
    await assertVerifies(leaf, [old!, derOf(outside.certificate)]);
    const again = await api.refused("POST", `${path}/certificate`, { certificate });
    assert.equal(again.code, "conflict");
  });

  it("K-08 a roll-over under it waits for the certificate of the successor, and says when it is late", async () => {
    const startsAt = new Date(Date.now() + 1500).toISOString();
    const roll = await api.post("/authorities/waiting/roll-over", { startsAt });
    assert.deepEqual([roll.state, roll.successorId], ["waiting", "waiting-g2"]);
    assert.equal((await api.get("/authorities/waiting-g2")).status, "pending");
    assert.equal((await api.get("/endpoints/wait")).next, undefined);
    const shown = () => api.get(`/roll-overs/${roll.id}`);
    await eventually(async () => (await shown()).overdue);
    const request = (await api.bytes("/authorities/waiting-g2/csr")).toString();
    const certificate = await outside.certify(request, { extensions: ISSUING });
    await api.post("/authorities/waiting-g2/certificate", { certificate });
    served.clock.advance(60_000);
    await eventually(async () => (await shown()).state === "overlap");
    assert.equal((await shown()).overdue, false);
    assert.equal((await api.get("/endpoints/wait")).authorityId, "waiting-g2");
  });

  it("E-04 takes an RA certificate that the outside CA made from our request, and refuses a wrong one", async () => {
    const ra = await api.post("/ras", { authorityId: "outside", origin: "csr" });
    const request = ra.csrPem as string;
    const usage = "keyUsage = critical, digitalSignature, keyEncipherment";
    const path = `/ras/${ra.id}/certificate`;
    const wrongUsage = await outside.certify(request, { extensions: ISSUING });
    const problem = await api.refused("POST", path, { certificate: wrongUsage });
    assert.deepEqual(
      problem.issues.map((issue) => issue.path),
      ["basicConstraints", "keyUsage"],
    );
    const certified = await api.post(path, {
      certificate: await outside.certify(request, {
        extensions: ["basicConstraints = critical, CA:FALSE", usage],
        days: 300,
      }),
    });
    assert.ok(certified.notAfter);
  });

  it("K-08 the successor of an RA that the outside CA certified waits for its certificate", async () => {
    const usage = "keyUsage = critical, digitalSignature, keyEncipherment";
    const certify = async (ra: { id: string; csrPem: string }, days: number) =>
      api.post(`/ras/${ra.id}/certificate`, {
        certificate: await outside.certify(ra.csrPem, {
          extensions: ["basicConstraints = critical, CA:FALSE", usage],
          days,
        }),
      });
    const old = await api.post("/ras", { authorityId: "waiting-g2", origin: "csr" });
    await certify(old, 70);
    await api.patch("/endpoints/wait", { raId: old.id });
    served.clock.advance(12 * 86_400_000);
    const heir = async () =>
      (await api.get("/ras")).items.find((ra: { replaces?: string }) => ra.replaces === old.id);
    await eventually(async () => (await heir()) !== undefined);
    const made = await heir();
    assert.equal(made.origin, "csr");
    assert.match(made.csrPem, /BEGIN CERTIFICATE REQUEST/);
    assert.equal((await api.get("/endpoints/wait")).next, undefined);
    await certify(made, 300);
    await eventually(async () => (await api.get("/endpoints/wait")).next?.raId === made.id);
    assert.equal(
      (await api.get("/ras")).items.filter((ra: { replaces?: string }) => ra.replaces === old.id)
        .length,
      1,
    );
  });
});

/** A P-256 request of nobody's, PEM. */
const csrOf = (subject: string): Promise<string> =>
  openssl([
    ...["req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"],
    ...["-keyout", "/dev/null", "-subj", `/${subject}`],
  ]);
