import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { capsText, capText } from "../../adapters/standalone/cap-text.ts";
import { toPem } from "../../plugin/sdk.ts";
import { labCsr } from "../support/scep/csr.ts";
import { rsaKey } from "../support/scep/keys.ts";
import type { Api } from "./api.ts";
import { DAY, type Served, serve } from "./served.ts";

describe("flows: caps", () => {
  let served: Served;
  let api: Api;
  let operator: Api;
  before(async () => {
    served = await serve();
    api = await served.api();
    operator = await served.operator();
  });
  after(() => served.end());

  const make = (kind: string, id: string, more: object = {}) => ({
    ...{ kind, id, subject: `CN=${id}`, keyAlgorithm: "ec-p256" },
    ...more,
  });
  const allow = (caps: object): ReturnType<Api["patch"]> =>
    operator.patch("/tenants/default/caps", caps);

  it("O-02 CAs are capped by the operator: those with a key here count while they are active or pending, and retiring one frees its place", async () => {
    await api.post("/authorities", make("root", "top"));
    const set = await allow({ authorities: 3 });
    assert.deepEqual(set.authorities, { active: 1, cap: 3 });
    await api.post("/hierarchies", { id: "wifi", rootId: "top", keyAlgorithm: "ec-p256" });
    const two = await api.refused("POST", "/hierarchies", { id: "vpn", keyAlgorithm: "ec-p256" });
    assert.deepEqual([two.status, two.code], [409, "cap_reached"]);
    assert.equal((await api.get("/authorities")).items.length, 2, "nothing was half made");
    await api.post("/authorities", make("issuing", "mail", { parentId: "top" }));
    const four = await api.refused("POST", "/authorities", make("root", "fourth"));
    assert.match(four.detail, /the tenant has as many active authorities as its cap allows: 3/);
    assert.deepEqual((await api.get("/caps")).authorities, { active: 3, cap: 3 });
    await api.post("/authorities/mail/retire");
    assert.deepEqual((await api.get("/caps")).authorities, { active: 2, cap: 3 });
    await api.post("/authorities", make("root", "fourth"));
  });

  it("A-21 a deleted CA holds its place for 24 hours", async () => {
    await api.delete("/authorities/fourth?confirm=fourth");
    assert.deepEqual((await api.get("/caps")).authorities, { active: 3, cap: 3 });
    const early = await api.refused("POST", "/authorities", make("root", "again"));
    assert.equal(early.code, "cap_reached");
    served.clock.advance(DAY - 60_000);
    assert.equal((await api.get("/caps")).authorities.active, 3);
    served.clock.advance(60_000);
    assert.equal((await api.get("/caps")).authorities.active, 2);
    await api.post("/authorities", make("root", "again"));
  });

  it("O-02 two CAs that are asked for at once do not both get the last place", async () => {
    await allow({ authorities: 4 });
    const made = await Promise.allSettled(
      ["left", "right"].map((id) => api.post("/authorities", make("root", id))),
    );
    assert.equal(made.filter(({ status }) => status === "fulfilled").length, 1);
    assert.deepEqual((await api.get("/caps")).authorities, { active: 4, cap: 4 });
  });

  it("O-02 certificates by hand stand under the tenant's cap and the authority's; those of the CA itself do not", async () => {
    await api.patch("/authorities/wifi/cap", { certificates: 1 });
    await allow({ certificates: 10 });
    const byHand = () => ({
      authorityId: "wifi",
      profileId: "scep-digital-signature",
      csr: toPem(labCsr({ key: rsaKey(), subject: "CN=by hand" }), "CERTIFICATE REQUEST"),
    });
    await api.post("/certificates", byHand());
    const refused = await api.refused("POST", "/certificates", byHand());
    assert.deepEqual([refused.status, refused.code], [409, "cap_reached"]);
    assert.deepEqual(await api.get("/authorities/wifi/cap"), { active: 1, cap: 1, version: 1 });
    const caps = await api.get("/caps");
    assert.deepEqual(caps.certificates, { active: 1, cap: 10 });
    assert.deepEqual(caps.byAuthority, [{ id: "wifi", active: 1, cap: 1 }]);
  });

  it("O-02 only an issuing CA has a cap, an administrator does not lift the tenant's, and each change is in the ledger", async () => {
    const root = await api.refused("PATCH", "/authorities/top/cap", { certificates: 1 });
    assert.equal(root.code, "invalid_input");
    const own = await api.refused("PATCH", "/tenants/default/caps", { certificates: null });
    assert.equal(own.code, "forbidden");
    assert.equal((await operator.refused("GET", "/tenants/nobody/caps")).status, 404);
    assert.equal((await allow({ certificates: null })).certificates.cap, undefined);
    const { items } = await api.get("/ledger?event=cap.changed&limit=1");
    assert.deepEqual(items[0].data, { certificates: { from: 10, to: null } });
    assert.match(items[0].principal, /operator/);
  });

  it("O-02 the successor of a capped CA has the same cap", async () => {
    await allow({ authorities: null });
    const { successorId } = await api.post("/authorities/wifi/roll-over", {});
    assert.equal((await api.get(`/authorities/${successorId}/cap`)).cap, 1);
  });

  it("O-02 the command line shows <issued>/<cap>", async () => {
    assert.equal(capText({ active: 3, cap: 10 }), "3/10");
    assert.equal(capText({ active: 3 }), "3");
    const text = capsText({
      ...{ countedTo: 10_000, certificates: { active: 10_001 } },
      authorities: { active: 2, cap: 4 },
      byAuthority: [{ id: "wifi", active: 1, cap: 5 }],
    });
    assert.equal(
      text,
      "certificates  more than 10000\nauthorities   2/4\ncertificates of wifi  1/5\n",
    );
    const docs = await readFile(new URL("../../docs/operations.md", import.meta.url), "utf8");
    assert.match(docs, /^## Caps$/m);
  });
});
