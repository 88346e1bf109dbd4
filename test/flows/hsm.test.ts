import assert from "node:assert/strict";
import {
  assertVerifies,
  crlSerials,
  crlVerifies,
  ocspStatus,
  opensslVerify,
} from "../support/openssl.ts";
import { freshToken, requireSoftHsm, type SoftToken, tokenStore } from "../support/softhsm.ts";
import { StrongSwan } from "../support/strongswan.ts";
import { output, requirePrograms, workFolder, type WorkFolder } from "../support/tools.ts";
import type { Api } from "./api.ts";
import { serialOf } from "./device.ts";
import { type Served, serve } from "./served.ts";
import { chainOf, fetchCrl, makeDevice, makeSite, mintChallenge, type SiteIds } from "./site.ts";

describe("flows: the main job on a PKCS#11 token", function () {
  this.timeout(60_000);
  let token: SoftToken;
  let folder: WorkFolder;
  let served: Served;
  let api: Api;
  let site: SiteIds;
  let client: StrongSwan;
  const ends: (() => Promise<void>)[] = [];
  before(async function () {
    requireSoftHsm(this);
    requirePrograms(this, "pki", "openssl", "pkcs11-tool");
    token = await freshToken();
    ends.push(() => token.remove());
    folder = await workFolder();
    ends.push(() => folder.remove());
    served = await serve({ keys: [tokenStore(token)] });
    ends.push(() => served.end());
    api = await served.api();
    site = await makeSite(api, {
      hierarchy: { keyAlgorithm: "rsa-2048" },
      template: { subject: "O=Lab,CN=%devicename%" },
    });
    client = new StrongSwan(`${served.url}/scep/${site.endpoint}`, folder);
    await client.fetchCaCertificates();
  });
  after(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });

  /** What OpenSC sees of them. */
  const privateKeys = async (): Promise<string> => {
    const { module, tokenLabel, pin, environment } = token;
    const where = ["--module", module, "--token-label", tokenLabel, "--login", "--pin", pin];
    const what = ["--list-objects", "--type", "privkey"];
    const listed = (await output("pkcs11-tool", [...where, ...what], { environment })).toString();
    // The ledger's own key is made in the background, at some moment.
    return listed
      .split(/^(?=Private Key Object)/m)
      .filter((object) => !object.includes("Countersign ledger"))
      .join("");
  };

  it("A-01 E-05 has every private key in the token, sensitive and not extractable", async () => {
    for (const id of [site.authority, `${site.authority}-root`])
      assert.equal((await api.get(`/authorities/${id}`)).keyStore, "pkcs11");
    const listed = await privateKeys();
    // Root, issuing CA, its OCSP responder and the RA; the ledger's comes with its first seal.
    const keys = listed.match(/Private Key Object; (?:RSA|EC)/g)?.length ?? 0;
    assert.ok(keys === 4 || (keys === 5 && /label: +Countersign ledger/.test(listed)), listed);
    assert.equal(
      listed.match(/Access: +sensitive, always sensitive, never extract/g)?.length,
      keys,
      listed,
    );
  });

  it("E-24 L-08 enrols with strongSwan, and a wipe puts the certificate on the CRL", async () => {
    const device = await makeDevice(api, "hsm-device");
    const leaf = await client.enrol({
      dn: "O=Lab, CN=hsm-device",
      password: await mintChallenge(api, site, device),
    });
    const chain = await chainOf(api, site.authority);
    await assertVerifies(leaf, chain, [await fetchCrl(api, site.authority)]);
    const { urls } = await api.get(`/authorities/${site.authority}`);
    assert.equal(await ocspStatus(urls.ocsp, leaf, chain), "good");

    await served.countersign.hooks.deviceWiped({ hostId: "mdm", deviceId: "hsm-device" });
    const crl = await fetchCrl(api, site.authority);
    assert.ok(await crlVerifies(crl, chain[0]!));
    assert.deepEqual(await crlSerials(crl), [serialOf(leaf)]);
    assert.match((await opensslVerify(leaf, chain, [crl])).stderr, /certificate revoked/);
    assert.equal(await ocspStatus(urls.ocsp, leaf, chain), "revoked");
  });

  it("A-01 works on with the same keys after a restart", async () => {
    await served.restart();
    api = await served.api();
    const device = await makeDevice(api, "hsm-device-2");
    const password = await mintChallenge(api, site, device);
    const leaf = await client.enrol({ dn: "O=Lab, CN=hsm-device-2", password });
    await assertVerifies(leaf, await chainOf(api, site.authority));
  });

  it("A-01 makes elliptic curve CAs in the token too, with an RSA RA", async () => {
    const ec = await makeSite(api, {
      id: "ec",
      hierarchy: { keyAlgorithm: "ec-p384" },
      template: { subject: "O=Lab,CN=%devicename%" },
    });
    const device = await makeDevice(api, "hsm-ec");
    const other = await workFolder();
    try {
      const pki = new StrongSwan(`${served.url}/scep/${ec.endpoint}`, other);
      await pki.fetchCaCertificates();
      const password = await mintChallenge(api, ec, device);
      const leaf = await pki.enrol({ dn: "O=Lab, CN=hsm-ec", password });
      await assertVerifies(leaf, await chainOf(api, ec.authority));
    } finally {
      await other.remove();
    }
  });

  it("A-01 two makers of one authority leave no key behind in the token", async () => {
    const made = () =>
      api.post("/authorities", {
        ...{ kind: "issuing", id: "raced", parentId: `${site.authority}-root` },
        ...{ subject: "CN=Raced", keyAlgorithm: "ec-p256" },
      });
    const keys = async () => (await privateKeys()).match(/Private Key Object/g)?.length ?? 0;
    const before = await keys();
    const both = await Promise.allSettled([made(), made()]);
    assert.equal(both.filter(({ status }) => status === "fulfilled").length, 1);
    assert.equal((await keys()) - before, 2);
  });
});
