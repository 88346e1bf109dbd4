import assert from "node:assert/strict";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CountersignError } from "../../plugin/errors.ts";
import { parseCertificate } from "../../plugin/pki/certificate.ts";
import { ocspRequestFor, readOcspResponse } from "../../plugin/pki/ocsp-ask.ts";
import { context, enumerated, sequence } from "../../plugin/pki/der-write.ts";
import { certificateText, ocspStatus, openssl, pemOf } from "../support/openssl.ts";
import { type Ran, run, workFolder, type WorkFolder } from "../support/tools.ts";
import type { Api } from "./api.ts";
import { enrolled, newKey, serialOf } from "./device.ts";
import { DAY, type Served } from "./served.ts";
import { serveSite } from "./served-site.ts";
import { chainOf, makeDevice, makeSite, mintChallenge, type SiteIds } from "./site.ts";

const MALFORMED = sequence(enumerated(1));
const UNAUTHORIZED = sequence(enumerated(6));

describe("flows: OCSP", () => {
  let served: Served;
  let api: Api;
  let site: SiteIds;
  let url: string;
  let chain: readonly Buffer[];
  let folder: WorkFolder;
  let leaf: Uint8Array;
  let other: Uint8Array;
  before(async () => {
    ({ served, api, site } = await serveSite());
    url = (await api.get(`/authorities/${site.authority}`)).urls.ocsp as string;
    chain = await chainOf(api, site.authority);
    folder = await workFolder();
    await writeFile(folder.file("root.pem"), pemOf(...chain.slice(-1)));
    await writeFile(folder.file("chain.pem"), pemOf(...chain));
    await writeFile(folder.file("issuer.pem"), pemOf(chain[0]!));
    [leaf, other] = [await enrol(), await enrol()];
    await writeFile(folder.file("leaf.pem"), pemOf(leaf));
    await writeFile(folder.file("other.pem"), pemOf(other));
    await writeFile(folder.file("root-as-leaf.pem"), pemOf(...chain.slice(-1)));
  });
  after(async () => {
    await folder.remove();
    await served.end();
  });

  let count = 0;
  const enrol = async (at = site): Promise<Uint8Array> =>
    enrolled(`${served.url}/scep/${at.endpoint}`, {
      key: await newKey(),
      challenge: await mintChallenge(api, at, await makeDevice(api, `ocsp-${(count += 1)}`)),
    });
  const file = (name: string): string => folder.file(`${name}.pem`);
  const ask = (...args: readonly string[]): Promise<Ran> =>
    run("openssl", [
      ...["ocsp", "-url", url, "-issuer", file("issuer"), "-CAfile", file("root")],
      ...["-verify_other", file("chain"), "-resp_text", ...args],
    ]);
  const idOf = async (der: Uint8Array): Promise<string> =>
    (await api.get(`/certificates?serial=${serialOf(der)}`)).items[0].id as string;
  /** A request without a nonce, as openssl writes it. */
  const request = async (...names: readonly string[]): Promise<Buffer> => {
    const certificates = names.flatMap((name) => ["-cert", file(name)]);
    await openssl([
      ...["ocsp", "-issuer", file("issuer"), ...certificates, "-no_nonce"],
      ...["-reqout", folder.file("request.der")],
    ]);
    return readFile(folder.file("request.der"));
  };
  const get = (der: Uint8Array): Promise<Response> =>
    fetch(`${url}/${encodeURIComponent(Buffer.from(der).toString("base64"))}`);

  it("L-13 answers several certificates at once, with a nonce, each with the archive cutoff", async () => {
    const ran = await ask("-cert", file("leaf"), "-cert", file("other"), "-serial", "0x1234");
    const said = ran.stdout.toString();
    assert.match(`${said}${ran.stderr}`, /Response verify OK/);
    assert.doesNotMatch(ran.stderr, /nonce/i);
    assert.match(said, /leaf\.pem: good/);
    assert.match(said, /other\.pem: good/);
    assert.match(said, /0x1234: unknown/);
    assert.equal(said.match(/Archive Cutoff/g)?.length, 2);
    assert.match(said, /OCSP Nonce/);
  });

  it("L-13 takes requests by SHA-256 CertIDs, signed ones, and a foreign issuer as unknown", async () => {
    const sha256 = await ask("-sha256", "-cert", file("leaf"));
    assert.match(sha256.stdout.toString(), /leaf\.pem: good/);
    await openssl([
      ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"],
      ...["-subj", "/CN=asker", "-keyout", file("key"), "-out", file("signer")],
    ]);
    const signed = await ask(
      "-cert",
      file("leaf"),
      "-signer",
      file("signer"),
      "-signkey",
      file("key"),
    );
    assert.match(signed.stdout.toString(), /leaf\.pem: good/);
    // The root's own certificate under the root: another issuer than the one that is asked.
    const foreign = await run("openssl", [
      ...["ocsp", "-url", url, "-issuer", file("root"), "-cert", file("root-as-leaf")],
      ...["-issuer", file("issuer"), "-cert", file("leaf")],
      ...["-CAfile", file("root"), "-verify_other", file("chain")],
    ]);
    assert.match(foreign.stdout.toString(), /root-as-leaf\.pem: unknown[^]*leaf\.pem: good/);
  });

  it("A-12 answers are read as a careful client does: of a certified responder, about that certificate", async () => {
    const issuer = parseCertificate(chain[0]!);
    const serial = serialOf(leaf);
    const answer = await fetch(url, {
      method: "POST",
      body: Buffer.from(ocspRequestFor(issuer, serial)),
    });
    const der = new Uint8Array(await answer.arrayBuffer());
    assert.equal(readOcspResponse(der, chain[0]!, serial).status, "good");
    const code = (expected: string) => (error: unknown) =>
      error instanceof CountersignError && error.code === expected;
    assert.throws(() => readOcspResponse(der, chain[1]!, serial), code("unverified"));
    assert.throws(() => readOcspResponse(der, chain[0]!, serialOf(other)), code("bad_message"));
    assert.throws(() => readOcspResponse(UNAUTHORIZED, chain[0]!, serial), code("bad_message"));
    const text = Buffer.from(der).toString("hex");
    // Another status under the same signature: good to unknown.
    const forged = text.replace(/8000180f/, "8200180f");
    assert.notEqual(forged, text);
    assert.throws(
      () => readOcspResponse(Buffer.from(forged, "hex"), chain[0]!, serial),
      code("unverified"),
    );
  });

  it("A-10 is switched on later for what is issued from then on, and never off", async () => {
    const late = await makeSite(api, { id: "late" });
    const root = (await api.get("/authorities/late")).parentId as string;
    await api.post("/authorities", {
      ...{ id: "silent", kind: "issuing", parentId: root, subject: "CN=silent" },
      ...{ keyAlgorithm: "ec-p256", ocspEnabled: false },
    });
    await api.post("/templates", {
      id: "silent",
      authorityId: "silent",
      subject: "CN=%devicename%",
    });
    await api.post("/endpoints", {
      ...{ id: "silent", authorityId: "silent", templateIds: ["silent"] },
      policies: [{ kind: "dynamic" }],
    });
    const at = { ...late, authority: "silent", template: "silent", endpoint: "silent" };
    const before = await enrol(at);
    assert.deepEqual(parseCertificate(before).ocspUrls ?? [], []);
    const { ocspEnabled, urls, version } = await api.get("/authorities/silent");
    assert.deepEqual([ocspEnabled, urls.ocsp], [false, undefined]);

    const on = await api.patch("/authorities/silent", { ocspEnabled: true });
    assert.deepEqual([on.ocspEnabled, on.version], [true, Number(version) + 1]);
    // At once: nobody has asked it anything yet.
    assert.equal((await api.all("/certificates?role=ocsp&authority=silent")).length, 1);
    const after_ = await enrol(at);
    assert.deepEqual(parseCertificate(after_).ocspUrls, [on.urls.ocsp]);
    const silent = await chainOf(api, "silent");
    for (const leaf_ of [before, after_])
      assert.equal(await ocspStatus(on.urls.ocsp as string, leaf_, silent), "good");
    assert.equal(
      (await api.patch("/authorities/silent", { ocspEnabled: true })).version,
      on.version,
    );

    const off = await api.refused("PATCH", "/authorities/silent", { ocspEnabled: false });
    assert.equal(off.code, "policy_refused");
    assert.match(off.detail, /cannot be switched off: certificates that name its address/);
    assert.equal((await api.get("/authorities/silent")).ocspEnabled, true);
    assert.equal((await api.refused("PATCH", "/authorities/silent", {})).code, "invalid_input");
    const auditor = await served.api("default", ["ca-auditor"]);
    assert.equal(
      (await auditor.refused("PATCH", "/authorities/silent", { ocspEnabled: true })).code,
      "forbidden",
    );
    // A root as well.
    assert.equal(
      (await api.patch(`/authorities/${root}`, { ocspEnabled: true })).ocspEnabled,
      true,
    );
  });

  it("L-14 the responder's key may be RSA-2048, per authority", async () => {
    const root = (await api.get(`/authorities/${site.authority}`)).parentId as string;
    await api.post("/authorities", {
      ...{
        id: "rsa-ocsp",
        kind: "issuing",
        parentId: root,
        subject: "CN=rsa",
        keyAlgorithm: "ec-p256",
      },
      ocspKeyAlgorithm: "rsa-2048",
    });
    const [row] = (await api.get("/certificates?role=ocsp&authority=rsa-ocsp")).items;
    const der = await api.bytes(`/certificates/${row.id as string}/der`);
    assert.equal(parseCertificate(der).publicKey.algorithm, "rsa-2048");
    const text = await certificateText(der);
    assert.match(text, /OCSP No Check/);
    assert.match(text, /OCSP Signing/);
    const at = (await api.get("/authorities/rsa-ocsp")).urls.ocsp as string;
    await writeFile(file("rsa-issuer"), pemOf(...(await chainOf(api, "rsa-ocsp")).slice(0, 1)));
    const ran = await run("openssl", [
      ...["ocsp", "-url", at, "-issuer", file("rsa-issuer"), "-serial", "0x77"],
      ...["-CAfile", file("root"), "-verify_other", file("rsa-issuer"), "-resp_text"],
    ]);
    assert.match(ran.stdout.toString(), /Signature Algorithm: sha256WithRSAEncryption/);
    assert.match(ran.stdout.toString(), /0x77: unknown/);
  });

  it("L-13 gives an answer without a nonce again, by GET with what caches need, until its certificate is revoked", async () => {
    const mine = await enrol();
    await writeFile(file("mine"), pemOf(mine));
    const der = await request("mine");
    const first = await get(der);
    assert.match(first.headers.get("cache-control") ?? "", /^max-age=60, public/);
    assert.ok(first.headers.get("last-modified"));
    const body = Buffer.from(await first.arrayBuffer());
    const again = await fetch(url, { method: "POST", body: Buffer.from(der) });
    assert.equal(again.headers.get("cache-control"), "no-store");
    assert.ok(Buffer.from(await again.arrayBuffer()).equals(body), "it was signed anew");
    const { generated } = await answers();
    await get(der);
    assert.equal((await answers()).generated, generated);
    await api.post(`/certificates/${await idOf(mine)}/suspend`);
    const held = await ask("-no_nonce", "-cert", file("mine"));
    assert.match(held.stdout.toString(), /mine\.pem: revoked[^]*Reason: certificateHold/);
    await api.post(`/certificates/${await idOf(mine)}/unsuspend`);
    assert.equal(await ocspStatus(url, mine, chain), "good");
    assert.match((await ask("-no_nonce", "-cert", file("mine"))).stdout.toString(), /: good/);
    await api.post(`/certificates/${await idOf(mine)}/revoke`, { reason: "keyCompromise" });
    assert.match(
      (await ask("-no_nonce", "-cert", file("mine"))).stdout.toString(),
      /mine\.pem: revoked[^]*Reason: keyCompromise/,
    );
    // An answer does not outlive its time: it is made anew long before.
    served.clock.advance(11 * 60_000);
    const later = Buffer.from(await (await get(await request("leaf"))).arrayBuffer());
    served.clock.advance(11 * 60_000);
    const latest = Buffer.from(await (await get(await request("leaf"))).arrayBuffer());
    assert.ok(!later.equals(latest));
  });

  const answers = async (): Promise<{ generated: number }> => {
    const token = await served.countersign.tokens.mint({
      ...{ subject: "m", tenant: "default", roles: ["ca-auditor"], lifetimeSeconds: 10 ** 9 },
    });
    const text = await (
      await fetch(`${served.url}/metrics`, { headers: { authorization: `Bearer ${token}` } })
    ).text();
    return {
      generated: Number(/countersign_ocsp_answers_total\{made="live"\} (\d+)/.exec(text)?.[1] ?? 0),
    };
  };

  it("answers what it cannot answer with the errors of RFC 6960", async () => {
    const post = async (at: string, body: Uint8Array): Promise<Buffer> =>
      Buffer.from(
        await (await fetch(at, { method: "POST", body: Buffer.from(body) })).arrayBuffer(),
      );
    assert.deepEqual(await post(url, context(0)), Buffer.from(MALFORMED));
    assert.deepEqual(await post(url, new Uint8Array(0)), Buffer.from(MALFORMED));
    assert.deepEqual(await post(`${url}x`, await request("leaf")), Buffer.from(UNAUTHORIZED));
    assert.equal((await get(context(0))).headers.get("cache-control"), "no-store");
  });

  it("L-14 the responder is rolled by itself, and its key before is destroyed", async () => {
    const responder = async (): Promise<string> => {
      const [row] = (await api.get(`/certificates?role=ocsp&authority=${site.authority}`)).items;
      return row.serial as string;
    };
    const before = await responder();
    const keys = async (): Promise<number> => (await readdir(join(served.folder, "keys"))).length;
    const held = await keys();
    served.clock.advance(24 * DAY);
    const lasting = await enrol();
    await writeFile(file("lasting"), pemOf(lasting));
    const der = await request("lasting");
    await writeFile(folder.file("answer.der"), Buffer.from(await (await get(der)).arrayBuffer()));
    const text = await openssl([
      "ocsp",
      "-respin",
      folder.file("answer.der"),
      "-resp_text",
      "-noverify",
    ]);
    const after = await responder();
    assert.notEqual(after, before);
    assert.match(text.replaceAll(":", "").toLowerCase(), new RegExp(after));
    const [entry] = await api.all("/ledger?event=authority.changed");
    assert.deepEqual([entry.principal, entry.data.ocspResponder], ["system:ocsp", "rolled"]);
    // Another node may still sign with the key before, for a day.
    assert.equal(await keys(), held + 1);
    served.clock.advance(DAY + 1000);
    assert.equal((await get(der)).status, 200);
    assert.equal(await keys(), held);
  });
});
