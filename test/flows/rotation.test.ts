import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { enrol, type EnrolmentShape } from "../support/scep/enrolment.ts";
import { isOpaque } from "../support/scep/expect.ts";
import { Lab } from "../support/scep/lab.ts";
import { type LabReply, readDegenerate } from "../support/scep/reply.ts";
import { assertVerifies, crlVerifies } from "../support/openssl.ts";
import { Api, type Json } from "./api.ts";
import { DAY, eventually } from "./served.ts";
import { fetchBytes } from "./site.ts";

describe("flows: keys that are replaced", function () {
  this.timeout(60_000);
  let lab: Lab;
  let api: Api;
  before(async () => {
    lab = await Lab.start({
      config: { publicUrl: "http://pki.example", rotation: { checkSeconds: 1 } },
    });
    const token = await lab.installation.countersign.tokens.mint({
      ...{ subject: "years", tenant: "default", roles: ["owner"] },
      lifetimeSeconds: 30 * 365 * 86_400,
    });
    api = new Api(`http://127.0.0.1:${lab.port}`, token);
  });
  after(() => lab.end());

  const caCert = async (
    endpoint: string,
    operation = "GetCACert",
  ): Promise<readonly Uint8Array[]> =>
    readDegenerate((await lab.scep({ path: `?operation=${operation}` }, endpoint)).body)
      .certificates;
  const to = (recipient: Uint8Array): EnrolmentShape => ({ envelope: { recipient } });
  const ledgerOf = async (event: string, subjectId?: string): Promise<Json[]> =>
    (await api.all(`/ledger?event=${event}`)).filter(
      (row) => subjectId === undefined || row.subjectId === subjectId,
    );
  const leafOf = (reply: LabReply): Uint8Array => {
    assert.equal(reply.status, "0", reply.text);
    return reply.certificates[0] ?? assert.fail("no certificate");
  };
  const local = (url: string): string =>
    url.replace("http://pki.example", `http://127.0.0.1:${lab.port}`);
  const endpointOf = (id: string): Promise<Json> => api.get(`/endpoints/${id}`);

  it("K-08 E-05 an RA is replaced ahead of its end by itself, with overlap, and retired", async () => {
    const old = lab.ra;
    const oldId = (await endpointOf("std")).raId as string;
    leafOf(await enrol(lab, { devicename: "d-early" }));
    const used = await api.get(`/ras/${oldId}/usage`);
    assert.deepEqual(used, { devices: 1, endpoints: ["std"] });

    // 60 days before its end the next one is made and announced, and takes over 14 days later.
    lab.time.ahead = 306 * DAY;
    await eventually(async () => (await endpointOf("std")).next !== undefined);
    const { next } = await endpointOf("std");
    const days = (Date.parse(next.from) - Date.now() - lab.time.ahead) / DAY;
    assert.ok(days > 13.9 && days < 14.1, String(days));
    assert.equal((await api.get(`/ras/${next.raId}`)).replaces, oldId);
    const announced = await lab.scep({ path: "?operation=GetNextCACert" });
    assert.equal(announced.status, 200);
    assert.deepEqual(Buffer.from((await caCert("std"))[0]!), Buffer.from(old));
    assert.deepEqual((await api.get(`/ras/${oldId}/usage`)).endpoints, ["std"]);

    lab.time.ahead = 321 * DAY;
    await eventually(async () => (await endpointOf("std")).raId === next.raId);
    assert.equal((await endpointOf("std")).retiredRas[0].raId, oldId);
    const [fresh] = await caCert("std");
    assert.notDeepEqual(Buffer.from(fresh!), Buffer.from(old));
    leafOf(await enrol(lab, to(old)));
    leafOf(await enrol(lab, { ...to(fresh!), devicename: "d-early" }));
    assert.equal((await api.get(`/ras/${oldId}/usage`)).devices, 1);
    assert.deepEqual(await api.get(`/ras/${next.raId}/usage`), { devices: 1, endpoints: ["std"] });

    lab.time.ahead = 352 * DAY;
    await eventually(async () => (await api.get(`/ras/${oldId}`)).retiredAt !== undefined);
    isOpaque(await enrol(lab, to(old)));
    assert.deepEqual((await endpointOf("std")).retiredRas, []);
    const [row] = await ledgerOf("ra.retired", oldId);
    assert.deepEqual([row.principal, row.data.keyDestroyed], ["system:rotation", false]);
    // One successor was made, whoever looked and how often.
    assert.equal((await api.get("/ras")).items.length, 2);
    const refused = await api.refused("PATCH", "/endpoints/std", { raId: oldId });
    assert.equal(refused.code, "endpoint_incomplete");
    lab.ra = fresh!;
  });

  it("K-08 a CA key is rolled over: announced, overlap, counts of devices, and the old is retired", async () => {
    leafOf(await enrol(lab, { ...to(lab.ra), devicename: "k-stays" }));
    leafOf(await enrol(lab, { ...to(lab.ra), devicename: "k-moves" }));
    const before = await api.get("/authorities/lab/usage");
    const roll = await api.post("/authorities/lab/roll-over", { keyAlgorithm: "ec-p384" });
    assert.deepEqual(
      [roll.state, roll.successorId, roll.overdue, roll.devices.new],
      ["announced", "lab-g2", false, 0],
    );
    assert.equal(roll.devices.old, before.devices);
    assert.equal(roll.deadline, roll.startsAt);
    const [old, g2] = [await api.get("/authorities/lab"), await api.get("/authorities/lab-g2")];
    assert.equal(g2.subject, old.subject);
    assert.equal(g2.signingKey, "ECDSAP384+SHA384");
    const again = await api.refused("POST", "/authorities/lab/roll-over", {});
    assert.equal(again.code, "conflict");
    const retired = await api.refused("POST", "/authorities/lab/retire", {});
    assert.equal(retired.code, "invalid_input");

    const early = (await lab.scep({ path: "?operation=GetNextCACert" })).status;
    assert.equal(early, 200);
    assert.equal((await api.get("/templates/device")).authorityId, "lab");
    // An endpoint that is made in the meantime comes along too.
    await lab.addEndpoint("later");

    lab.time.ahead += 15 * DAY;
    const shown = (): Promise<Json> => api.get(`/roll-overs/${roll.id}`);
    await eventually(async () => (await shown()).state === "overlap");
    assert.equal((await api.get("/templates/device")).authorityId, "lab-g2");
    for (const id of ["std", "later"]) assert.equal((await endpointOf(id)).authorityId, "lab-g2");
    const [ra, issuing, root] = await caCert("std");
    const late = leafOf(await enrol(lab, to(lab.ra)));
    assert.ok(new X509Certificate(late).verify(new X509Certificate(lab.chain[0]!).publicKey));
    const moved = leafOf(await enrol(lab, { ...to(ra!), devicename: "k-moves" }));
    assert.ok(new X509Certificate(moved).verify(new X509Certificate(issuing!).publicKey));
    await verifies(moved, [issuing!, root!]);
    assert.deepEqual((await shown()).devices, { old: before.devices, new: 1 });
    const busy = await api.refused("POST", `/roll-overs/${roll.id}/cancel`);
    assert.equal(busy.code, "conflict");

    lab.time.ahead += 31 * DAY;
    await eventually(async () => (await shown()).state === "done");
    assert.deepEqual([(await shown()).deadline, (await shown()).overdue], [undefined, false]);
    assert.equal((await api.get("/authorities/lab")).status, "retired");
    // What it issued is still looked after: the responder's certificate has run out meanwhile.
    const crl = await fetchBytes(local((await api.get("/authorities/lab")).urls.crl));
    assert.ok(await crlVerifies(crl, lab.chain[0]!));
    const events = ["scheduled", "announced", "started", "finished"];
    for (const event of events)
      assert.equal((await ledgerOf(`roll-over.${event}`, "lab")).length, 1, event);
    assert.equal((await ledgerOf("authority.retired", "lab")).length, 1);
    const issue = await api.refused("POST", "/ras", { authorityId: "lab" });
    assert.equal(issue.code, "authority_not_ready");
    [lab.ra, lab.chain] = [ra!, [issuing!, root!]];
  });

  it("K-08 a roll-over can be called off before it begins, and wrong ones are refused", async () => {
    const soon = new Date(Date.now() + lab.time.ahead + DAY).toISOString();
    for (const [body, path] of [
      [{ startsAt: "2020-01-01T00:00:00Z" }, "startsAt"],
      [{ successorId: "lab-root" }, "successorId"],
      [{ keyStore: "nowhere" }, "keyStore"],
    ] as const) {
      const problem = await api.refused("POST", "/authorities/lab-g2/roll-over", body);
      assert.equal(problem.code, "invalid_input", problem.detail);
      assert.equal(problem.issues[0]?.path, path);
    }
    const roll = await api.post("/authorities/lab-g2/roll-over", { startsAt: soon });
    assert.equal(roll.successorId, "lab-g3");
    assert.equal((await endpointOf("std")).next.authorityId, "lab-g3");
    const cancelled = await api.post(`/roll-overs/${roll.id}/cancel`);
    assert.equal(cancelled.state, "cancelled");
    assert.equal((await endpointOf("std")).next, undefined);
    // The same successor may be taken up again.
    const named = await api.refused("POST", "/authorities/lab-g2/roll-over", {});
    assert.equal(named.code, "conflict");
    const next = await api.post("/authorities/lab-g2/roll-over", { successorId: "lab-g3" });
    assert.deepEqual([next.state, next.successorId], ["announced", "lab-g3"]);
    await api.post(`/roll-overs/${next.id}/cancel`);
    assert.equal((await api.get("/roll-overs")).items.length, 3);
  });

  it("A-19 renews a CA certificate with the same key; both are served, and both verify", async () => {
    const leaf = leafOf(await enrol(lab, to(lab.ra)));
    await api.patch("/endpoints/later", {
      chain: lab.chain.map((der) => Buffer.from(der).toString("base64")),
    });
    const before = await api.get("/authorities/lab-g2");
    const tooLate = await api.refused("POST", "/authorities/lab-g2/renew", {
      notAfter: "2099-01-01T00:00:00Z",
    });
    assert.equal(tooLate.issues[0]?.path, "notAfter");
    lab.time.ahead += 60 * DAY;
    const after = await api.post("/authorities/lab-g2/renew", {});
    assert.notEqual(after.serial, before.serial);
    assert.equal(after.subjectKeyId, before.subjectKeyId);
    assert.ok(Date.parse(after.notAfter) > Date.parse(before.notAfter));
    assert.deepEqual(
      after.certificates.map(({ serial }: Json) => serial),
      [after.serial, before.serial],
    );
    const [now, then] = await Promise.all(
      after.certificates.map(({ url }: Json) => fetchBytes(local(url))),
    );
    assert.deepEqual(Buffer.from(then), Buffer.from(lab.chain[0]!));
    assert.deepEqual(await fetchBytes(local(after.urls.caIssuers)), now);
    const bundle = await fetchBytes(local(after.urls.caIssuers.replace(/\.cer$/, ".p7c")));
    assert.deepEqual(
      readDegenerate(bundle).certificates.map((der) => Buffer.from(der)),
      [now, then],
    );
    const unknown = await fetch(
      local(after.certificates[0].url).replace(/[0-9a-f]+\.cer$/, "0a.cer"),
    );
    assert.equal(unknown.status, 404);

    const root = lab.chain[1]!;
    await verifies(leaf, [now!, root]);
    const fresh = leafOf(await enrol(lab, to(lab.ra)));
    await verifies(fresh, [then!, root]);
    await verifies(fresh, [now!, root], [await crlNow("lab-g2")]);
    for (const endpoint of ["std", "later"])
      assert.deepEqual(Buffer.from((await caCert(endpoint))[1]!), now, endpoint);
    const [row] = await ledgerOf("authority.renewed", "lab-g2");
    assert.deepEqual([row.data.serial, row.data.replaces], [after.serial, before.serial]);

    const rootBefore = await api.get("/authorities/lab-root");
    const rootAfter = await api.post("/authorities/lab-root/renew", {});
    assert.notEqual(rootAfter.fingerprintSha256, rootBefore.fingerprintSha256);
    const newRoot = await fetchBytes(local(rootAfter.urls.caIssuers));
    await verifies(leaf, [now!, newRoot]);
    await verifies(leaf, [then!, root]);
  });

  /** By openssl, at the installation's time. */
  const verifies = (
    leaf: Uint8Array,
    chain: readonly Uint8Array[],
    crls: readonly Uint8Array[] = [],
  ): Promise<void> => assertVerifies(leaf, chain, crls, new Date(Date.now() + lab.time.ahead));
  const crlNow = async (authority: string): Promise<Buffer> =>
    fetchBytes(local((await api.get(`/authorities/${authority}`)).urls.crl));
});
