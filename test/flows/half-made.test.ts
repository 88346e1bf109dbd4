import assert from "node:assert/strict";
import type { Api } from "./api.ts";
import { failingKeys } from "./failing-keys.ts";
import { type Served, serve } from "./served.ts";

describe("flows: authorities that fail on the way", () => {
  const keys = failingKeys();
  const wanted = { subject: "CN=Frail", keyAlgorithm: "ec-p256" };
  let served: Served;
  let api: Api;
  before(async () => {
    served = await serve({}, { keyStores: keys.keyStores });
    api = await served.api();
  });
  after(() => served.end());
  afterEach(() => (keys.signaturesLeft = Infinity));

  it("A-01 E-04 whatever signature fails, nothing is half made: no row, no key", async () => {
    const left = async () => [
      keys.made.size,
      (await api.get("/authorities")).items.length,
      (await api.all("/certificates")).filter(({ status }) => status !== "failed").length,
      (await api.get("/ras")).items.length,
      (await api.all("/ledger")).length,
    ];
    const reserved = () => api.all("/certificates?status=reserved");
    const steps: readonly [string, object, number][] = [
      // Its certificate and its CRL; below, also the OCSP responder's; an RA has one.
      ["/authorities", { ...wanted, kind: "root", id: "frail-root" }, 2],
      ["/authorities", { ...wanted, kind: "issuing", id: "frail", parentId: "frail-root" }, 3],
      ["/ras", { authorityId: "frail" }, 1],
    ];
    for (const [path, body, signatures] of steps) {
      const before = await left();
      for (let good = 0; good < signatures; good++) {
        keys.signaturesLeft = good;
        const problem = await api.refused("POST", path, body);
        assert.deepEqual([problem.status, problem.code], [503, "key_unavailable"]);
        assert.deepEqual(await left(), before, `${path} after ${good} signatures`);
        assert.ok((await reserved()).length === 0, "no row is left reserved");
      }
      keys.signaturesLeft = signatures;
      await api.post(path, body);
      assert.equal(keys.signaturesLeft, 0);
    }
    // Root, issuing CA, its OCSP responder, RA.
    assert.equal(keys.made.size, 4);
    // What was reserved and never signed stays visible: two tries for the root, three for the issuing CA with two responders, one RA.
    const failed = await api.all("/certificates?status=failed");
    assert.deepEqual(failed.map(({ role }) => role).sort(), [
      "authority",
      "authority",
      "authority",
      "authority",
      "authority",
      "ocsp",
      "ocsp",
      "ra",
    ]);
  });

  it("A-01 two makers of one authority: one wins, and the other leaves no key behind", async () => {
    const before = keys.made.size;
    const make = () =>
      api.post("/authorities", { ...wanted, kind: "issuing", id: "raced", parentId: "frail-root" });
    const both = await Promise.allSettled([make(), make()]);
    assert.deepEqual(both.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
    // The CA's key and that of its OCSP responder.
    assert.equal(keys.made.size - before, 2);
  });
});
