import assert from "node:assert/strict";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { Api, type Json } from "./api.ts";
import { ask, newKey } from "./device.ts";
import { type Served, serve } from "./served.ts";
import { makeDevice, makeSite, mintChallenge, type SiteIds } from "./site.ts";

const ISSUER = "https://idp.example";

describe("flows: four eyes", () => {
  let served: Served;
  let owner: Api;
  let site: SiteIds;
  let personOf: (sub: string) => Promise<Api>;
  before(async () => {
    const keys = await generateKeyPair("ES256");
    const jwks = { keys: [{ ...(await exportJWK(keys.publicKey)), alg: "ES256" }] };
    served = await serve({ admin: { issuer: { issuer: ISSUER, audience: "countersign", jwks } } });
    personOf = async (sub) => {
      const token = await new SignJWT({ tenant: "default", sub })
        .setProtectedHeader({ alg: "ES256" })
        .setIssuer(ISSUER)
        .setAudience("countersign")
        .setExpirationTime("10m")
        .sign(keys.privateKey);
      return new Api(served.url, token);
    };
    owner = await served.api();
    site = await makeSite(owner, { endpoint: { approval: "manual" } });
    for (const id of ["anna", "bruno"])
      await owner.post("/people", { id, roles: ["certificate-administrator", "owner"] });
  });
  after(() => served.end());

  let count = 0;
  /** A request that waits, asked for by somebody; `again` is the device that comes back for it. */
  const requested = async (by: Api) => {
    const name = `waiting-${(count += 1)}`;
    const device = await makeDevice(by, name);
    const asking = {
      ...{ subject: `CN=${name},O=Lab`, key: await newKey() },
      challenge: await mintChallenge(by, site, device),
    };
    const url = `${served.url}/scep/${site.endpoint}`;
    const again = async (): Promise<string> => (await ask(url, asking)).status;
    assert.equal(await again(), "pending");
    const { items } = await owner.get("/approvals?state=pending");
    const { id } = items.find(({ deviceId }: Json) => deviceId === device);
    return { id: id as string, again };
  };
  const mayApproveOwn = (id: string, approveOwn: boolean): Promise<Json> =>
    owner.patch(`/people/${id}`, { approveOwn });
  const decisions = async (id: string): Promise<readonly string[]> =>
    (await owner.get(`/ledger?subject=${id}`)).items
      .filter(({ event }: Json) => /approved|denied/.test(event as string))
      .map(({ event, principal }: Json) => `${event} by ${principal}`);

  it("decision 5 nobody approves what they asked for, not even an Owner, until somebody else does", async () => {
    const [anna, bruno] = [await personOf("anna"), await personOf("bruno")];
    assert.equal((await owner.get("/people/anna")).approveOwn, false);
    const { id, again } = await requested(anna);
    const refusal = await anna.refused("POST", `/approvals/${id}/approve`);
    assert.deepEqual([refusal.status, refusal.code], [403, "forbidden"]);
    assert.match(refusal.detail, /anna has asked for this request; somebody else approves it/);
    assert.equal(await again(), "pending");
    assert.deepEqual(await decisions(id), []);
    await bruno.post(`/approvals/${id}/approve`);
    assert.equal(await again(), "issued");
    assert.deepEqual(await decisions(id), ["approval.approved by bruno"]);
  });

  it("decision 5 who may approve their own requests does, and the ledger says who asked and who approved", async () => {
    const anna = await personOf("anna");
    const { id, again } = await requested(anna);
    await anna.refused("POST", `/approvals/${id}/approve`);
    assert.equal((await mayApproveOwn("anna", true)).approveOwn, true);
    assert.equal((await anna.get("/whoami")).approveOwn, true);
    await anna.post(`/approvals/${id}/approve`);
    assert.equal(await again(), "issued");
    assert.deepEqual(await decisions(id), ["approval.approved by anna"]);
    // Taken away again, it holds from the next request on.
    await mayApproveOwn("anna", false);
    const next = await requested(anna);
    await anna.refused("POST", `/approvals/${next.id}/approve`);
    const { items } = await owner.get("/ledger?event=person.changed");
    assert.deepEqual(
      items.slice(0, 2).map(({ data }: Json) => data.approveOwn),
      [false, true],
    );
  });

  it("decision 5 the right is one person's: it neither spreads to others nor replaces the right to approve", async () => {
    const [anna, bruno] = [await personOf("anna"), await personOf("bruno")];
    await mayApproveOwn("bruno", true);
    const annas = await requested(anna);
    await anna.refused("POST", `/approvals/${annas.id}/approve`);
    await bruno.post(`/approvals/${annas.id}/approve`);
    await owner.post("/people", { id: "carla", roles: ["protocol-operator"], approveOwn: true });
    const carla = await personOf("carla");
    const carlas = await requested(carla);
    const refusal = await carla.refused("POST", `/approvals/${carlas.id}/approve`);
    assert.deepEqual([refusal.status, refusal.code], [403, "forbidden"]);
  });

  it("decision 5 who asked may deny it all the same", async () => {
    const anna = await personOf("anna");
    const { id, again } = await requested(anna);
    await anna.post(`/approvals/${id}/deny`, { reason: "asked for by mistake" });
    assert.equal(await again(), "refused");
    assert.deepEqual(await decisions(id), ["approval.denied by anna"]);
  });
});
