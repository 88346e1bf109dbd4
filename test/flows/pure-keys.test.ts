import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { parseCertificate } from "../../plugin/pki/certificate.ts";
import { verifyIssued } from "../../plugin/pki/chain.ts";
import { parseSignedMessage, verifySignedMessage } from "../../plugin/pki/cms-signed.ts";
import { findBouncyCastle, judgeChain } from "../support/bouncy-castle.ts";
import {
  assertVerifies,
  certificateText,
  crlText,
  crlVerifies,
  ocspStatus,
} from "../support/openssl.ts";
import { cannotDo } from "../support/left-out.ts";
import { flipLast } from "../support/scep/csr.ts";
import { workFolder, type WorkFolder } from "../support/tools.ts";
import type { Api } from "./api.ts";
import { enrolled, newKey } from "./device.ts";
import { DAY, type Served, serve } from "./served.ts";
import { serveWithToken } from "./served-token.ts";
import { chainOf, fetchBytes, fetchCrl, makeDevice, makeSite, mintChallenge } from "./site.ts";

describe("flows: authorities with Ed25519 and ML-DSA", function () {
  this.timeout(60_000);
  let served: Served, api: Api, folder: WorkFolder;
  before(async function () {
    served = await serveWithToken(this, { experimental: { postQuantum: true } });
    folder = await workFolder();
    api = await served.api();
  });
  after(() => folder.remove());

  const enrolUnder = async (id: string, hierarchy: Readonly<Record<string, unknown>>) => {
    const site = await makeSite(api, { id, hierarchy });
    const challenge = await mintChallenge(api, site, await makeDevice(api, `${id}-device`));
    const url = `${served.url}/scep/${site.endpoint}`;
    const leaf = await enrolled(url, { key: await newKey(), challenge });
    return { leaf, chain: await chainOf(api, id), url, site };
  };
  /** GetNextCACert is signed by the CA key itself. */
  const nextIsSigned = async (url: string, endpoint: string): Promise<void> => {
    const from = new Date(served.clock.now().getTime() + 10 * DAY).toISOString();
    await api.post(`/endpoints/${endpoint}/roll-over`, { from });
    const signed = parseSignedMessage(await fetchBytes(`${url}?operation=GetNextCACert`));
    assert.ok(verifySignedMessage(signed));
  };

  for (const keyStore of ["soft", "pkcs11"])
    it(`K-08 Ed25519 in ${keyStore}: certificates, CRL and OCSP that openssl verifies`, async () => {
      const id = `ed-${keyStore}`;
      const { leaf, chain, url, site } = await enrolUnder(id, {
        keyAlgorithm: "ed25519",
        keyStore,
      });
      const view = await api.get(`/authorities/${id}`);
      assert.deepEqual([view.signingKey, view.keyStore], ["ED25519", keyStore]);
      assert.match(view.warnings.join(), /Ed25519/);
      await assertVerifies(leaf, chain, [await fetchCrl(api, id)]);
      assert.match(await certificateText(leaf), /Signature Algorithm: ED25519/);
      assert.match(await crlText(await fetchCrl(api, id)), /ED25519/);
      assert.ok(await crlVerifies(await fetchCrl(api, id), chain[0]!));
      assert.equal(await ocspStatus(view.urls.ocsp, leaf, chain), "good");
      await nextIsSigned(url, site.endpoint);
    });

  for (const keyAlgorithm of ["ml-dsa-44", "ml-dsa-65", "ml-dsa-87"])
    it(`K-02 ${keyAlgorithm} from soft keys: the whole chain, its CRL and an enrolment`, async () => {
      const { leaf, chain, url, site } = await enrolUnder(keyAlgorithm, { keyAlgorithm });
      const view = await api.get(`/authorities/${keyAlgorithm}`);
      assert.equal(view.signingKey, keyAlgorithm.toUpperCase());
      assert.match(view.warnings.join(), /experimental/);
      assert.ok(verifyIssued(leaf, chain[0]!));
      assert.ok(verifyIssued(chain[0]!, chain[1]!));
      assert.ok(!verifyIssued(leaf, chain[1]!));
      const { signatureAlgorithm, publicKey } = parseCertificate(chain[0]!);
      // RFC 9881 section 2: the identifier alone, without parameters.
      assert.equal(signatureAlgorithm.length, 13);
      assert.equal(publicKey.algorithm, keyAlgorithm);
      // It cannot be verified by this openssl, but it is read: the encoding holds.
      assert.match(await certificateText(leaf), /2\.16\.840\.1\.101\.3\.4\.3\.1[789]/);
      await fetchCrl(api, keyAlgorithm);
      await nextIsSigned(url, site.endpoint);
    });

  it("K-02 BouncyCastle verifies ML-DSA chains and CRLs, and none that was changed", async function () {
    const jar = findBouncyCastle();
    if (jar === undefined)
      return cannotDo(this, "no JDK with BouncyCastle's provider 1.79 is at hand");
    for (const keyAlgorithm of ["ml-dsa-44", "ml-dsa-65", "ml-dsa-87"]) {
      const id = `by-bc-${keyAlgorithm.slice(-2)}`;
      const { leaf, chain } = await enrolUnder(id, { keyAlgorithm });
      const files: Record<string, Uint8Array> = { crl: await fetchCrl(api, id), leaf };
      for (const [at, der] of chain.entries()) files[`ca-${at}`] = der;
      const paths = Object.keys(files).map((name) => folder.file(name));
      for (const [name, der] of Object.entries(files)) await writeFile(folder.file(name), der);
      const judged = await judgeChain(jar, paths);
      assert.equal(judged.status, 0, judged.stderr);
      const name = keyAlgorithm.toUpperCase();
      assert.equal(judged.stdout.toString().match(new RegExp(name, "g"))?.length, 7);
      if (keyAlgorithm !== "ml-dsa-44") continue;
      await writeFile(folder.file("leaf"), flipLast(leaf));
      const bent = await judgeChain(jar, paths);
      assert.notEqual(bent.status, 0);
      assert.match(bent.stderr, /SignatureException|verif/);
    }
  }).timeout(120_000);

  it("K-02 a token makes no ML-DSA key, and a device has none", async () => {
    const root = { kind: "root", id: "pq", subject: "CN=PQ", keyAlgorithm: "ml-dsa-65" };
    const tokens = await api.refused("POST", "/authorities", { ...root, keyStore: "pkcs11" });
    assert.equal(tokens.code, "key_unsupported");
    const template = { id: "pq", authorityId: "ml-dsa-44", subject: "CN=x" };
    for (const keyAlgorithms of [["ml-dsa-44"], ["ed25519"]]) {
      const problem = await api.refused("POST", "/templates", { ...template, keyAlgorithms });
      assert.match(problem.issues[0]?.path ?? "", /^keyAlgorithms/);
    }
  });

  it("K-02 ML-DSA is refused until the setting allows it", async () => {
    const plain = await serve();
    try {
      const problem = await (
        await plain.api()
      ).refused("POST", "/hierarchies", {
        ...{ id: "pq", keyAlgorithm: "ml-dsa-65" },
      });
      assert.equal(problem.issues[0]?.path, "keyAlgorithm");
      assert.match(problem.issues[0].message, /experimental\.postQuantum/);
      assert.deepEqual((await (await plain.api()).get("/authorities")).items, []);
    } finally {
      await plain.end();
    }
  });
});
