import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import type { Api } from "../flows/api.ts";
import { type Served, serve } from "../flows/served.ts";
import { chainOf, makeDevice, makeSite, mintChallenge, type SiteIds } from "../flows/site.ts";
import { Certmonger, CERTMONGER_PROGRAMS } from "../support/certmonger.ts";
import { assertVerifies, certificateText, derOf } from "../support/openssl.ts";
import { requirePrograms, workFolder, type WorkFolder } from "../support/tools.ts";

const SECRET = "certmonger-secret";

describe("interop: certmonger on a session bus", function () {
  this.timeout(60_000);
  let served: Served;
  let api: Api;
  let site: SiteIds;
  let folder: WorkFolder;
  let client: Certmonger;
  const ends: (() => Promise<void>)[] = [];
  before(async function () {
    requirePrograms(this, ...CERTMONGER_PROGRAMS);
    served = await serve();
    ends.push(() => served.end());
    api = await served.api();
    site = await makeSite(api, {
      template: {
        subject: "C=NZ,O=Lab,CN=%devicename%",
        sans: [{ type: "dns", pattern: "%devicename%" }],
        challengeMode: "static",
      },
      endpoint: {
        policies: [{ kind: "static", templateId: "lab-wifi", secret: SECRET }, { kind: "dynamic" }],
      },
    });
    folder = await workFolder();
    ends.push(() => folder.remove());
    client = new Certmonger(folder);
    ends.push(() => client.end());
    await client.start();
    await client.addCa("lab", `${served.url}/scep/${site.endpoint}`);
  });
  after(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });

  const request = async (id: string, challenge: string) => {
    const subject = `C=NZ,O=Lab,CN=${id}.lab.example`;
    return client.request(id, { ca: "lab", subject, challenge, dns: `${id}.lab.example` });
  };

  it("E-24 enrols with a static secret, by one long GET", async () => {
    await makeDevice(api, "cm1.lab.example");
    const tracking = await request("cm1", SECRET);
    assert.equal(tracking.status, "MONITORING", tracking.text);
    const leaf = derOf(await readFile(folder.file("cm1.crt"), "latin1"));
    await assertVerifies(leaf, await chainOf(api, site.authority));
    assert.match(await certificateText(leaf), /DNS:cm1\.lab\.example/);
  });

  it("E-24 enrols with a one-time challenge", async () => {
    const id = await makeDevice(api, "cm2.lab.example");
    const tracking = await request("cm2", await mintChallenge(api, site, id));
    assert.equal(tracking.status, "MONITORING", tracking.text);
  });

  it("E-24 hears CA_REJECTED for a wrong challenge, and does not try for ever", async () => {
    await makeDevice(api, "cm3.lab.example");
    const tracking = await request("cm3", "wrong");
    assert.equal(tracking.status, "CA_REJECTED", tracking.text);
    const refusals = await api.all("/ledger?event=certificate.refused");
    assert.equal(refusals.length, 1);
    assert.equal(refusals[0].data.claimSubject, "C=NZ,O=Lab,CN=cm3.lab.example");
  });
});
