import assert from "node:assert/strict";
import { assertVerifies, crlSerials, crlVerifies, ocspStatus } from "../support/openssl.ts";
import type { Api } from "./api.ts";
import { enrolled, newKey, serialOf } from "./device.ts";
import { DAY, eventually, type Served } from "./served.ts";
import { serveWithToken } from "./served-token.ts";
import { chainOf, fetchCrl, makeDevice, makeSite, mintChallenge, type SiteIds } from "./site.ts";

describe("flows: from soft keys into a token", function () {
  this.timeout(60_000);
  let served: Served, api: Api, site: SiteIds;
  before(async function () {
    served = await serveWithToken(this, { rotation: { checkSeconds: 1 } });
    api = await served.api();
    site = await makeSite(api);
  });

  const enrol = async (name: string): Promise<Uint8Array> => {
    const challenge = await mintChallenge(api, site, await makeDevice(api, name));
    return enrolled(`${served.url}/scep/${site.endpoint}`, { key: await newKey(), challenge });
  };
  const stateOf = async (id: string): Promise<string> =>
    (await api.get(`/roll-overs/${id}`)).state as string;

  it("K-08 the next key of a soft-key authority lies in a token, and everything goes on", async () => {
    const before = await enrol("before");
    const oldChain = await chainOf(api, "lab");
    assert.equal((await api.get("/authorities/lab")).keyStore, "soft");
    const roll = await api.post("/authorities/lab/roll-over", { keyStore: "pkcs11" });
    assert.equal((await api.get(`/authorities/${roll.successorId}`)).keyStore, "pkcs11");

    const between = await enrol("between");
    await assertVerifies(between, oldChain);
    served.clock.advance(15 * DAY);
    await eventually(async () => (await stateOf(roll.id)) === "overlap");

    // The key in the token issues, by an RA whose key is in the token too.
    const after = await enrol("after");
    const newChain = await chainOf(api, "lab-g2");
    await assertVerifies(after, newChain, [await fetchCrl(api, "lab-g2")], served.clock.now());
    assert.deepEqual((await api.get(`/roll-overs/${roll.id}`)).devices, { old: 2, new: 1 });

    // The soft key still stands by what it issued.
    await served.countersign.hooks.deviceWiped({ hostId: "mdm", deviceId: "before" });
    const crl = await fetchCrl(api, "lab");
    assert.ok(await crlVerifies(crl, oldChain[0]!));
    assert.deepEqual(await crlSerials(crl), [serialOf(before)]);
    served.clock.advance(31 * DAY);
    await eventually(async () => (await stateOf(roll.id)) === "done");
    assert.equal((await api.get("/authorities/lab")).status, "retired");

    await served.restart();
    api = await served.api();
    assert.equal((await api.get("/authorities/lab-g2")).status, "active");
    await enrol("restarted");
  });

  it("A-22 a retired authority answers OCSP by a responder that it still certifies", async () => {
    const { urls, status } = await api.get("/authorities/lab");
    assert.equal(status, "retired");
    const responders = async (): Promise<number> =>
      (await api.all("/certificates?role=ocsp&authority=lab")).length;
    const before = await responders();
    const issued = "/certificates?authority=lab&role=subscriber&status=issued";
    const [leaf] = await api.all(issued);
    const der = await api.bytes(`/certificates/${leaf.id}/der`);
    // Openssl verifies an answer by its own clock: the new responder's start is all that it minds.
    const said = await ocspStatus(urls.ocsp, der, await chainOf(api, "lab")).catch(String);
    assert.match(said, /^good$/m);
    assert.match(said, /Verify error: certificate is not yet valid/);
    assert.doesNotMatch(said, /signature|unable|expired/);
    assert.equal(await responders(), before + 1);
  });
});
