import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import type { Api } from "../flows/api.ts";
import { type Served, serve } from "../flows/served.ts";
import { makeDevice, makeSite, mintChallenge, type SiteIds } from "../flows/site.ts";
import { requirePrograms, run, workFolder } from "../support/tools.ts";

/** Debian's scepclient 2.1.0 knows only single DES with SHA-1: the good end is a clear refusal (scep.md case 43). */
describe("interop: micromdm scepclient", () => {
  let served: Served;
  let api: Api;
  let site: SiteIds;
  before(async function () {
    requirePrograms(this, "scepclient");
    served = await serve();
    api = await served.api();
    site = await makeSite(api, { hierarchy: { keyAlgorithm: "rsa-2048" } });
  });
  after(async () => {
    // Undefined when the suite was skipped.
    await (served as Served | undefined)?.end();
  });

  for (const legacy of [false, true]) {
    it(`E-18 E-24 is told badAlg for single DES${legacy ? ", on a legacy endpoint too" : ""}, and its challenge stays open`, async () => {
      await api.patch(`/endpoints/${site.endpoint}`, { legacy });
      const device = await makeDevice(api, "des");
      const challenge = await mintChallenge(api, site, device);
      const folder = await workFolder();
      try {
        const { status, stdout, stderr } = await run(
          "scepclient",
          [
            ...["-server-url", `${served.url}/scep/${site.endpoint}`, "-challenge", challenge],
            ...["-private-key", "client.key", "-certificate", "client.crt", "-cn", "des"],
          ],
          { cwd: folder.path },
        );
        assert.notEqual(status, 0);
        assert.match(`${stdout.toString()}${stderr}`, /badAlg/);
        assert.ok(!(await readdir(folder.path)).includes("client.crt"));
      } finally {
        await folder.remove();
      }
      const [row] = (await api.get("/ledger?event=certificate.refused&limit=1")).items;
      assert.equal(row.data.label, "bad_algorithm");
      assert.deepEqual(await api.all(`/certificates?device=${device}`), []);
    });
  }
});
