import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  ensureTlsFile,
  keepTlsCertificate,
  type OwnTls,
  type TlsKeeper,
} from "../../adapters/standalone/own-tls.ts";
import { silentLogger } from "../support/installation.ts";
import type { Api } from "./api.ts";
import { DAY, eventually, type Served, serve } from "./served.ts";
import { chainOf } from "./site.ts";

describe("flows: a listener's certificate by an own authority", () => {
  let served: Served;
  let api: Api;
  let own: OwnTls;
  const keepers: TlsKeeper[] = [];
  before(async () => {
    served = await serve({ rotation: { checkSeconds: 1 } });
    api = await served.api();
    await api.post("/hierarchies", { id: "tls", keyAlgorithm: "ec-p256" });
    const file = join(served.folder, "tls.pem");
    own = { authorityId: "tls", names: ["pki.example.test", "127.0.0.1"], file };
    await ensureTlsFile(own, served.clock);
  });
  after(async () => {
    for (const keeper of keepers) keeper.stop();
    await served.end();
  });

  const keep = (wanted: OwnTls = own): TlsKeeper => {
    const keeper = keepTlsCertificate(wanted, served.countersign, {
      ...{ clock: served.clock, logger: silentLogger },
    });
    keepers.push(keeper);
    return keeper;
  };
  const shown = async (): Promise<X509Certificate> => new X509Certificate(await readFile(own.file));

  it("E-15 is issued at once, renewed before its end, and not before that", async () => {
    const keeper = keep();
    await eventually(async () => (await shown()).subject === "CN=pki.example.test");
    const first = await shown();
    assert.equal(first.subjectAltName, "DNS:pki.example.test, IP Address:127.0.0.1");
    const [issuing] = await chainOf(api, "tls");
    assert.ok(first.verify(new X509Certificate(issuing!).publicKey));
    assert.deepEqual(first.keyUsage, ["1.3.6.1.5.5.7.3.1"]);
    const file = (await readFile(own.file)).toString();
    assert.match(file, /^-----BEGIN PRIVATE KEY-----/);
    assert.equal(file.match(/BEGIN CERTIFICATE/g)?.length, 2, "its own and the issuing CA");

    assert.equal(await keeper.look(), false);
    served.clock.advance(59 * DAY);
    assert.equal(await keeper.look(), false);
    served.clock.advance(2 * DAY);
    assert.equal(await keeper.look(), true);
    const second = await shown();
    assert.notEqual(second.serialNumber, first.serialNumber);
    assert.notDeepEqual(
      second.publicKey.export({ type: "spki", format: "der" }),
      first.publicKey.export({ type: "spki", format: "der" }),
    );
    const rows = await api.all("/ledger?event=certificate.issued");
    assert.deepEqual(
      rows.map(({ principal, data }) => [principal, data.role]),
      [
        ["system:listener", "tls"],
        ["system:listener", "tls"],
      ],
    );
    keeper.stop();
  });

  it("E-15 another name is due at once, and an authority that cannot issue leaves the old one", async () => {
    const before = await shown();
    const keeper = keep({ ...own, authorityId: "nobody", names: ["other.example.test"] });
    assert.equal(await keeper.look(), false);
    assert.equal((await shown()).serialNumber, before.serialNumber);
    keeper.stop();
    const right = keep({ ...own, names: ["other.example.test"] });
    await eventually(async () => (await shown()).subject === "CN=other.example.test");
    right.stop();
    await assert.rejects(
      served.countersign.certifyListener({
        ...{ authorityId: "tls", names: ["a b"], csr: new Uint8Array(3) },
      }),
      /cannot be read/,
    );
  });

  it("K-08 E-15 an authority that has handed over is followed by its successor", async () => {
    const roll = await api.post("/authorities/tls/roll-over", {});
    served.clock.advance(20 * DAY);
    await eventually(async () => (await api.get(`/roll-overs/${roll.id}`)).state === "overlap");
    served.clock.advance(45 * DAY);
    await eventually(async () => (await api.get("/authorities/tls")).status === "retired");
    const keeper = keep({ ...own, names: ["other.example.test"] });
    await keeper.look();
    const [issuing] = await chainOf(api, "tls-g2");
    await eventually(async () => (await shown()).verify(new X509Certificate(issuing!).publicKey));
    keeper.stop();
  });
});
