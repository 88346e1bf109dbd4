import assert from "node:assert/strict";
import { CountersignError } from "../../plugin/sdk.ts";
import { Enrolments } from "../../plugin/store/enrolments.ts";
import type { Api } from "./api.ts";
import { enrolled, newKey, scepMessage, serialOf } from "./device.ts";
import { type Served, serve } from "./served.ts";
import { makeDevice, makeSite, mintChallenge, type SiteIds } from "./site.ts";

/** Longer than a node holds a reservation. */
const LEASE = 31_000;

/** The reply is signed while the certificate is being stored (`OnSigned`). */
describe("flows: stored before it leaves", () => {
  const original = Object.getOwnPropertyDescriptor(Enrolments.prototype, "settle")!;
  const settle = original.value as Enrolments["settle"];
  const restore = (): void => {
    Object.defineProperty(Enrolments.prototype, "settle", original);
  };
  let served: Served;
  let api: Api;
  let site: SiteIds;
  let url: string;
  let devices = 0;
  before(async () => {
    served = await serve();
    api = await served.api();
    site = await makeSite(api);
    url = `${served.url}/scep/${site.endpoint}`;
  });
  afterEach(restore);
  after(() => served.end());

  it("E-19 no certificate leaves while it is being stored", async () => {
    const device = await makeDevice(api, `phone-${++devices}`);
    const key = await newKey();
    const challenge = await mintChallenge(api, site, device);
    let letThrough = (): void => undefined;
    const gate = new Promise<void>((resolve) => (letThrough = resolve));
    let answered = false;
    let answer: Promise<Uint8Array> | undefined;
    await new Promise<void>((arrived) => {
      Enrolments.prototype.settle = async function (settlement) {
        arrived();
        await gate;
        return settle.call(this, settlement);
      };
      answer = enrolled(url, { key, challenge }).finally(() => (answered = true));
    });
    // Far longer than a signature takes.
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.equal(answered, false);
    letThrough();
    const { items } = await api.get(`/certificates?serial=${serialOf(await answer!)}`);
    assert.equal(items.length, 1);
  });

  it("E-19 what could not be stored never leaves, and the same message gets its certificate later", async () => {
    const device = await makeDevice(api, `phone-${++devices}`);
    const message = await scepMessage(url, {
      key: await newKey(),
      challenge: await mintChallenge(api, site, device),
    });
    Enrolments.prototype.settle = () =>
      Promise.reject(new CountersignError("storage_full", "the disk is full"));
    const refused = await fetch(url, { method: "POST", body: Buffer.from(message.bytes) });
    assert.equal(refused.status, 507);
    assert.doesNotMatch(refused.headers.get("content-type") ?? "", /pki-message/);
    restore();
    served.clock.advance(LEASE);
    const reply = await message.send();
    assert.equal(reply.status, "issued");
    const { items } = await api.get(`/certificates?device=${device}&status=issued`);
    assert.equal(items.length, 1);
  });
});
