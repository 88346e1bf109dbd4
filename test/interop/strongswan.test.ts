import assert from "node:assert/strict";
import { createPrivateKey, createPublicKey } from "node:crypto";
import { readFile } from "node:fs/promises";
import { parseCertificate } from "../../plugin/sdk.ts";
import type { Api } from "../flows/api.ts";
import { type Served, serve } from "../flows/served.ts";
import { chainOf, makeDevice, makeSite, mintChallenge, type SiteIds } from "../flows/site.ts";
import { assertVerifies, certificateText } from "../support/openssl.ts";
import { StrongSwan } from "../support/strongswan.ts";
import { requirePrograms, workFolder, type WorkFolder } from "../support/tools.ts";

const SECRET = "strongswan-secret";

for (const keyAlgorithm of ["rsa-2048", "ec-p256"] as const) {
  describe(`interop: strongSwan pki with an issuing CA ${keyAlgorithm}`, () => {
    let served: Served;
    let api: Api;
    let site: SiteIds;
    let folder: WorkFolder;
    let client: StrongSwan;
    const ends: (() => Promise<void>)[] = [];
    before(async function () {
      requirePrograms(this, "pki", "openssl");
      served = await serve();
      ends.push(() => served.end());
      folder = await workFolder();
      ends.push(() => folder.remove());
      api = await served.api();
      site = await makeSite(api, {
        hierarchy: { keyAlgorithm },
        template: {
          subject: "C=NZ,O=Lab,CN=%devicename%",
          sans: [{ type: "dns", pattern: "%devicename%.lab.example" }],
        },
        endpoint: {
          policies: [
            { kind: "dynamic" },
            { kind: "static", templateId: "lab-wifi", secret: SECRET },
          ],
        },
      });
      client = new StrongSwan(`${served.url}/scep/${site.endpoint}`, folder);
      await client.fetchCaCertificates();
    });
    after(async () => {
      for (const end of ends.splice(0).reverse()) await end();
    });

    let count = 0;
    const device = async () => {
      const name = `ss-${++count}`;
      const id = await makeDevice(api, name);
      return {
        ...{ id, dn: `C=NZ, O=Lab, CN=${name}`, sans: [`${name}.lab.example`] },
        mint: () => mintChallenge(api, site, id),
      };
    };

    it("E-24 finds RA, issuing CA and root in GetCACert", async () => {
      const [issuing, root] = await chainOf(api, site.authority);
      assert.deepEqual(await client.certificate("ca-1"), issuing);
      assert.deepEqual(await client.certificate("ca"), root);
      await assertVerifies(await client.certificate("ra"), [issuing!, root!]);
    });

    it("E-24 E-19 enrols with a static secret, and again gets the same certificate", async () => {
      const { dn, sans } = await device();
      const wanted = { dn, sans, password: SECRET, key: await client.newKey() };
      const leaf = await client.enrol(wanted);
      await assertVerifies(leaf, await chainOf(api, site.authority));
      assert.match(await certificateText(leaf, "-ext", "subjectAltName"), /DNS:ss-\d+\.lab/);
      assert.deepEqual(await client.enrol(wanted), leaf);
    });

    for (const [cipher, digest, padding] of [
      ["aes", "sha256", undefined],
      ["aes", "sha384", undefined],
      ["aes", "sha512", undefined],
      ["aes", "sha256", "pss"],
    ] as const) {
      it(`E-18 E-24 enrols with a one-time challenge: ${cipher}, ${digest}${padding ? `, ${padding}` : ""}`, async () => {
        const { dn, mint } = await device();
        const key = await client.newKey();
        const leaf = await client.enrol({
          ...{ dn, cipher, digest, key, password: await mint() },
          ...(padding === undefined ? {} : { padding }),
        });
        await assertVerifies(leaf, await chainOf(api, site.authority));
        const spki = createPrivateKey(await readFile(key));
        assert.deepEqual(
          Buffer.from(parseCertificate(leaf).spki),
          createPublicKey(spki).export({ type: "spki", format: "der" }),
        );
      });
    }

    // The CA's key has no part in it.
    if (keyAlgorithm === "rsa-2048")
      it("E-24 is refused with a wrong challenge, a spent one and old algorithms", async () => {
        const { dn, mint } = await device();
        const password = await mint();
        await client.enrol({ dn, password });
        for (const wanted of [
          { dn, password: "wrong" },
          { dn, password },
          { dn },
          { dn, password: await mint(), cipher: "des3" },
          { dn, password: await mint(), digest: "sha1" },
        ]) {
          const { status, stdout } = await client.request(wanted);
          assert.notEqual(status, 0, JSON.stringify(wanted));
          assert.equal(stdout.length, 0);
        }
      });
  });
}
