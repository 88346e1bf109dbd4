import assert from "node:assert/strict";
import { parseCrl } from "../../plugin/pki/crl-read.ts";
import { parseCertificate } from "../../plugin/pki/certificate.ts";
import { toPem } from "../../plugin/sdk.ts";
import {
  certificateText,
  crlSerials,
  crlText,
  crlVerifies,
  openssl,
  pem,
  pemOf,
} from "../support/openssl.ts";
import { ocspRequestFor, readOcspResponse } from "../../plugin/pki/ocsp-ask.ts";
import { labCsr } from "../support/scep/csr.ts";
import { rsaKey } from "../support/scep/keys.ts";
import { run, workFolder } from "../support/tools.ts";
import { writeFile } from "node:fs/promises";
import type { Api, Json } from "./api.ts";
import { enrolled, newKey, serialOf } from "./device.ts";
import { DAY, HOUR, type Served, serve } from "./served.ts";
import {
  chainOf,
  fetchBytes,
  fetchCrl,
  makeDevice,
  makeSite,
  mintChallenge,
  type SiteIds,
} from "./site.ts";

describe("flows: CRLs", () => {
  let served: Served;
  let api: Api;
  let site: SiteIds;
  before(async () => {
    served = await serve({ crl: { keepExpiredSeconds: 30 * 86_400 } });
    api = await served.api();
    site = await makeSite(api);
  });
  after(() => served.end());

  let count = 0;
  const enrol = async (at: SiteIds = site): Promise<{ der: Uint8Array; id: string }> => {
    const device = await makeDevice(api, `crl-${(count += 1)}`);
    const der = await enrolled(`${served.url}/scep/${at.endpoint}`, {
      key: await newKey(),
      challenge: await mintChallenge(api, at, device),
    });
    const [row] = (await api.get(`/certificates?serial=${serialOf(der)}`)).items;
    return { der, id: row.id as string };
  };
  /** An issuing CA under the site's root, with its own template and endpoint. */
  const more = async (id: string, wanted: object): Promise<SiteIds> => {
    const root = (await api.get(`/authorities/${site.authority}`)).parentId as string;
    await api.post("/authorities", {
      ...{ id, kind: "issuing", parentId: root, subject: `CN=${id}`, keyAlgorithm: "ec-p256" },
      ...wanted,
    });
    await api.post("/templates", { id: `${id}-wifi`, authorityId: id, subject: "CN=%devicename%" });
    await api.post("/endpoints", {
      ...{ id: `${id}-scep`, authorityId: id, templateIds: [`${id}-wifi`] },
      policies: [{ kind: "dynamic" }],
    });
    return { authority: id, template: `${id}-wifi`, endpoint: `${id}-scep` };
  };

  it("L-10 C-16 say when they were made, for how long, until when the expired are listed, and since when a key was bad", async () => {
    const { id, der } = await enrol();
    const since = new Date(served.clock.now().getTime() - HOUR).toISOString();
    await api.post(`/certificates/${id}/revoke`, {
      reason: "keyCompromise",
      invalidityDate: since,
      comment: "the laptop was stolen",
    });
    const [row] = await api.all(`/ledger?event=certificate.revoked&subject=${id}`);
    assert.equal(row.data.comment, "the laptop was stolen");
    const crl = await fetchCrl(api, site.authority);
    const text = await crlText(crl);
    assert.match(text, /X509v3 CRL Number/);
    assert.match(text, /Key Compromise/);
    assert.match(text, /Invalidity Date: *\n/);
    assert.match(
      await openssl(["asn1parse", "-inform", "DER"], { input: crl }),
      /:2\.5\.29\.60|expiredCertsOnCRL/i,
    );
    const parsed = parseCrl(crl);
    assert.equal(parsed.nextUpdate!.getTime() - parsed.thisUpdate.getTime(), 7 * DAY);
    assert.equal(
      parsed.entries.find(({ serial }) => serial === serialOf(der))?.reason,
      "keyCompromise",
    );
    const chain = await chainOf(api, site.authority);
    assert.ok(await crlVerifies(crl, chain[0]!));
    // One list has both names.
    const { urls } = await api.get(`/authorities/${site.authority}`);
    const shard = (urls.crl as string).replace("crl.crl", "0.crl");
    assert.deepEqual(await fetchBytes(shard), await fetchBytes(urls.crl as string));
    assert.equal((await fetch(shard.replace("0.crl", "1.crl"))).status, 404);
  });

  it("L-09 are published in the background after a revocation, and daily; numbers only grow", async () => {
    const { id } = await enrol();
    const [before] = (await api.get(`/authorities/${site.authority}/crl`)).items;
    await api.post(`/certificates/${id}/revoke`, { reason: "superseded" });
    served.clock.advance(31_000);
    const published = await until(async () => {
      const [now] = (await api.get(`/authorities/${site.authority}/crl`)).items;
      return now.behind === 0 && BigInt(now.number) > BigInt(before.number) ? now : undefined;
    });
    assert.equal(published.entries, Number(before.entries) + 1);
    served.clock.advance(DAY);
    const daily = await until(async () => {
      const [now] = (await api.get(`/authorities/${site.authority}/crl`)).items;
      return BigInt(now.number) > BigInt(published.number) ? now : undefined;
    });
    assert.equal(daily.entries, published.entries);
    const { body } = await metrics(served);
    assert.match(body, /countersign_time_to_revoked_seconds_count\{seen="crl"\} [1-9]/);
    assert.match(body, /countersign_time_to_revoked_seconds_count\{seen="ocsp"\} [1-9]/);
  });

  it("L-11 C-20 are signed before the answer when a revocation asks for it, once for a bulk run", async () => {
    const some = [await enrol(), await enrol(), await enrol(), await enrol(), await enrol()];
    const [one, ...rest] = some;
    await api.post(`/certificates/${one!.id}/revoke`, { publishNow: true });
    const [first] = (await api.get(`/authorities/${site.authority}/crl`)).items;
    assert.equal(first.behind, 0);
    const { items } = await api.post("/certificates/bulk", {
      action: "revoke",
      rows: [...rest.map(({ id }) => ({ id })), { id: "nobody's" }],
      publishNow: true,
    });
    assert.deepEqual(
      (items as Json[]).map(({ done }) => done as boolean),
      [true, true, true, true, false],
    );
    const [second] = (await api.get(`/authorities/${site.authority}/crl`)).items;
    assert.equal(second.behind, 0);
    assert.equal(second.entries, Number(first.entries) + rest.length);
    const numbers = (await api.all("/ledger?event=crl.published")).map(({ data }) => data.number);
    const later = numbers.filter((number) => BigInt(number) > BigInt(first.number));
    assert.deepEqual(later, [second.number], "one list for the whole run, not one for each row");
    const [third] = (await api.post(`/authorities/${site.authority}/crl`)).items;
    assert.ok(BigInt(third.number) > BigInt(second.number));
  });

  it("L-11 L-09 a bulk run that asks for nothing is on one list of the background within a minute, and the time is measured", async () => {
    const quiet = await more("quiet", {});
    const rows = [];
    for (let n = 0; n < 3; n += 1) rows.push({ id: (await enrol(quiet)).id });
    const list = async (): Promise<Json> => (await api.get("/authorities/quiet/crl")).items[0];
    const published = async (): Promise<Json[]> =>
      api.all("/ledger?event=crl.published&subject=quiet");
    const before = await list();
    const measured = async (what: "sum" | "count"): Promise<number> => {
      const { body } = await metrics(served);
      const line = new RegExp(`time_to_revoked_seconds_${what}\\{seen="crl"\\} (\\S+)`);
      return Number(line.exec(body)?.[1] ?? 0);
    };
    const [sum, times] = [await measured("sum"), await measured("count")];
    const asked = served.clock.now().getTime();
    const { done } = await api.post("/certificates/bulk", { action: "revoke", rows });
    assert.equal(done, 3);
    // Nobody fetches it. Half of the minute is left for building, so nothing is due yet.
    served.clock.advance(25_000);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    assert.deepEqual([(await list()).number, (await list()).behind], [before.number, 3]);
    served.clock.advance(5_000);
    const after = await until(async () => {
      const now = await list();
      return now.behind === 0 ? now : undefined;
    });
    assert.equal(after.entries, 3);
    assert.equal((await published()).length, 1, "one list for the whole run");
    const took = (Date.parse((await published())[0]!.at as string) - asked) / 1000;
    assert.ok(took > 25 && took <= 60, `${took} s`);
    assert.equal(await measured("count"), times + 1);
    const told = (await measured("sum")) - sum;
    assert.ok(told >= took - 1 && told <= 60, `${told} s`);
  });

  it("L-12 in shards each list only their own certificates, which name them", async () => {
    const shards = await more("sharded", { crlShards: 4 });
    const { urls } = await api.get(`/authorities/${shards.authority}`);
    assert.equal(urls.crls.length, 4);
    const chain = await chainOf(api, shards.authority);
    const seen = new Map<string, string>();
    while (seen.size < 2 || new Set(seen.values()).size < 2) {
      const { der, id } = await enrol(shards);
      const url = /URI:(\S+\.crl)/.exec(await certificateText(der))?.[1] ?? "";
      assert.ok(urls.crls.includes(url), url);
      seen.set(serialOf(der), url);
      await api.post(`/certificates/${id}/revoke`, {});
    }
    for (const url of urls.crls as string[]) {
      const crl = await fetchBytes(url);
      assert.ok(await crlVerifies(crl, chain[0]!));
      const own = [...seen].filter(([, at]) => at === url).map(([serial]) => serial);
      assert.deepEqual([...(await crlSerials(crl))].sort(), own.sort());
      assert.match(
        await crlText(crl),
        new RegExp(`Issuing Distribution Point: critical\\n.*\\n.*${url}`),
      );
    }
    assert.equal((await fetch((urls.crls[0] as string).replace("0.crl", "4.crl"))).status, 404);
    assert.equal((await fetch((urls.crls[0] as string).replace("0.crl", "crl.crl"))).status, 404);
    const refused = await api.refused("POST", "/authorities", {
      ...{ id: "three", kind: "root", subject: "CN=x", keyAlgorithm: "ec-p256", crlShards: 3 },
    });
    assert.match(JSON.stringify(refused.issues), /crlShards/);
  });

  it("L-09 as deltas say what has changed since the base that names them, and openssl adds them up", async () => {
    const delta = await more("delta", { deltaCrl: true });
    const [kept, held, late] = [await enrol(delta), await enrol(delta), await enrol(delta)];
    await api.post(`/certificates/${held.id}/suspend`);
    const { urls } = await api.get(`/authorities/${delta.authority}`);
    await fetchBytes(urls.crl);
    // The next base holds the suspension.
    served.clock.advance(DAY + HOUR);
    const base = parseCrl(await fetchBytes(urls.crl));
    const baseDer = await fetchBytes(urls.crl);
    assert.match(
      await crlText(baseDer),
      new RegExp(`X509v3 Freshest CRL: *\\n[^]*${urls.deltas[0] as string}`),
    );
    await api.post(`/certificates/${held.id}/unsuspend`);
    await api.post(`/certificates/${late.id}/revoke`, { reason: "superseded" });
    const complete = parseCrl(await fetchBytes(urls.crl));
    const der = await fetchBytes(urls.deltas[0]);
    const parsed = parseCrl(der);
    assert.equal(parsed.number, complete.number);
    assert.equal(parsed.baseNumber, base.number);
    assert.match(await crlText(der), /X509v3 Delta CRL Indicator: critical/);
    assert.doesNotMatch(await crlText(der), /Freshest CRL/);
    assert.deepEqual(
      new Map(parsed.entries.map(({ serial, reason }) => [serial, reason])),
      new Map([
        [serialOf(held.der), "removeFromCRL"],
        [serialOf(late.der), "superseded"],
      ]),
    );
    const chain = await chainOf(api, delta.authority);
    assert.ok(await crlVerifies(der, chain[0]!));
    const folder = await workFolder();
    try {
      await writeFile(folder.file("ca.pem"), pemOf(...chain));
      await writeFile(folder.file("base.pem"), pem("X509 CRL", baseDer));
      await writeFile(folder.file("both.pem"), pem("X509 CRL", baseDer) + pem("X509 CRL", der));
      const verdict = async (leaf: Uint8Array, lists: string): Promise<string> => {
        await writeFile(folder.file("leaf.pem"), pemOf(leaf));
        const at = String(Math.floor(served.clock.now().getTime() / 1000));
        const ran = await run("openssl", [
          ...["verify", "-crl_check", "-use_deltas", "-extended_crl", "-attime", at],
          ...[
            "-CAfile",
            folder.file("ca.pem"),
            "-CRLfile",
            folder.file(lists),
            folder.file("leaf.pem"),
          ],
        ]);
        return ran.status === 0 ? "good" : ran.stderr.includes("revoked") ? "revoked" : ran.stderr;
      };
      assert.equal(await verdict(late.der, "base.pem"), "good");
      assert.equal(await verdict(late.der, "both.pem"), "revoked");
      assert.equal(await verdict(held.der, "base.pem"), "revoked");
      assert.equal(await verdict(held.der, "both.pem"), "good");
      assert.equal(await verdict(kept.der, "both.pem"), "good");
    } finally {
      await folder.remove();
    }
  });

  it("A-22 of a retired authority go on, with what is revoked from then on, while it issues nothing more", async () => {
    const old = await more("old", {});
    const { der, id } = await enrol(old);
    const before = parseCrl(await fetchCrl(api, old.authority)).number;
    await api.delete(`/endpoints/${old.endpoint}`);
    await api.post("/authorities/old/retire");
    await api.post(`/certificates/${id}/revoke`, {});
    const after_ = parseCrl(await fetchCrl(api, old.authority));
    assert.ok(after_.number !== undefined && before !== undefined);
    assert.ok(after_.number > before);
    assert.ok(after_.entries.some(({ serial }) => serial === serialOf(der)));
    served.clock.advance(DAY);
    const [daily] = await until(async () => {
      const { items } = await api.get("/authorities/old/crl");
      return BigInt(items[0].number) > after_.number! ? (items as Json[]) : undefined;
    });
    assert.equal(daily.entries, 1);
    const refusal = await api.refused("POST", "/certificates", {
      ...{ authorityId: "old", profileId: "scep-digital-signature" },
      csr: toPem(labCsr({ key: rsaKey(), subject: "CN=by hand" }), "CERTIFICATE REQUEST"),
    });
    assert.equal(refusal.code, "authority_not_ready");
  });

  it("A-22 of a retired authority end with its last certificate, as OCSP does; the last list stays", async () => {
    const brief = await more("brief", {});
    await api.patch(`/templates/${brief.template}`, { validity: "P10D", maxValidity: "P10D" });
    const { der } = await enrol(brief);
    // What it still has to say something about: its RA's certificates, and the device's.
    const certificates = "/certificates?authority=brief&status=issued";
    const last = async (): Promise<number> =>
      Math.max(
        ...(await api.all(certificates))
          .filter(({ role }) => role !== "ocsp")
          .map(({ notAfter }) => Date.parse(notAfter as string)),
      );
    await api.delete(`/endpoints/${brief.endpoint}`);
    await api.post("/authorities/brief/retire");
    const { urls } = await api.get("/authorities/brief");
    const number = async (): Promise<bigint> =>
      BigInt((await api.get("/authorities/brief/crl")).items[0].number);
    const asked = async (): Promise<string> => {
      const issuer = parseCertificate((await chainOf(api, "brief"))[0]!);
      const body = ocspRequestFor(issuer, serialOf(der));
      const answer = await fetch(urls.ocsp as string, { method: "POST", body: Buffer.from(body) });
      const read = new Uint8Array(await answer.arrayBuffer());
      return read[4] === 6
        ? "unauthorized"
        : readOcspResponse(read, (await chainOf(api, "brief"))[0]!, serialOf(der)).status;
    };
    // As long as lists promise to name what has ended.
    const over = (await last()) + 30 * DAY;
    const first = await number();
    served.clock.advance(over - served.clock.now().getTime() - HOUR);
    await until(async () => (await number()) > first || undefined);
    assert.equal((await api.get("/authorities/brief")).endedAt, undefined);
    assert.equal(await asked(), "good");
    const before = parseCrl(await fetchBytes(urls.crl as string));

    // When the next daily list would be due.
    served.clock.advance(DAY);
    const ended = await until(async () => {
      const authority = await api.get("/authorities/brief");
      return authority.endedAt === undefined ? undefined : authority;
    });
    assert.ok(Date.parse(ended.endedAt as string) > over);
    const [row] = await api.all("/ledger?event=authority.ended&subject=brief");
    assert.equal(row.subjectId, "brief");
    served.clock.advance(3 * DAY);
    assert.equal(await asked(), "unauthorized");
    assert.equal(parseCrl(await fetchBytes(urls.crl as string)).number, before.number);
    assert.equal((await api.refused("POST", "/authorities/brief/crl")).code, "authority_not_ready");
    const standing = async (): Promise<string[]> =>
      ((await api.post("/alerts/check")).items as Json[]).map(
        ({ rule, subject }) => `${rule as string} ${subject as string}`,
      );
    served.clock.advance(30 * DAY);
    const told = await standing();
    for (const rule of ["ocsp-expiry", "crl-overdue"])
      assert.ok(!told.includes(`${rule} brief`), told.join());
    assert.equal(
      (await api.all("/ledger?event=authority.ended&subject=brief")).length,
      1,
      "it ends once",
    );
  });

  it("A-09 are not there where they are switched off, and certificates then name none", async () => {
    const off = await more("silent", { crlEnabled: false });
    const { der, id } = await enrol(off);
    const { urls } = await api.get(`/authorities/${off.authority}`);
    assert.deepEqual([urls.crl, urls.crls], [undefined, []]);
    assert.equal(parseCertificate(der).crlUrls, undefined);
    await api.post(`/certificates/${id}/revoke`, {});
    assert.deepEqual((await api.get(`/authorities/${off.authority}/crl`)).items, []);
    assert.equal(
      (await api.refused("POST", `/authorities/${off.authority}/crl`)).code,
      "authority_not_ready",
    );
  });
});

const until = async <T>(look: () => Promise<T | undefined>): Promise<T> => {
  for (let n = 0; n < 100; n += 1) {
    const seen = await look();
    if (seen !== undefined) return seen;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.fail("it never happened");
};

const metrics = async (served: Served): Promise<{ body: string }> => {
  const token = await served.countersign.tokens.mint({
    ...{
      subject: "prometheus",
      tenant: "default",
      roles: ["ca-auditor"],
      lifetimeSeconds: 10 ** 9,
    },
  });
  const answer = await fetch(`${served.url}/metrics`, {
    headers: { authorization: `Bearer ${token}` },
  });
  return { body: await answer.text() };
};
