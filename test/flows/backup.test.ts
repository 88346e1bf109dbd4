import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { adminClient } from "../../adapters/standalone/admin-client.ts";
import { ledgerToFile } from "../../adapters/standalone/ledger-out.ts";
import { ledgerStretches } from "../../adapters/standalone/ledger-source.ts";
import { memoryHost, type MemoryHost } from "../../adapters/mdm/memory.ts";
import { builtins } from "../../adapters/preset.ts";
import {
  backupInstallation,
  type CountersignConfig,
  readBackup,
  restoreInstallation,
  type RestoreInstallationOptions,
  verifyLedgerFile,
} from "../../plugin/index.ts";
import { parseCrl } from "../../plugin/sdk.ts";
import type { AgentProfile } from "../../templates/profile/agent-json.ts";
import { fails } from "../contract/store/subject.ts";
import { configIn, silentLogger } from "../support/installation.ts";
import { crlSerials } from "../support/openssl.ts";
import { postgresServer, type PostgresServer } from "../support/postgres.ts";
import { workFolder, type WorkFolder } from "../support/tools.ts";
import type { Api } from "./api.ts";
import { ask, enrolled, newKey, refused, serialOf } from "./device.ts";
import { serve, type Served } from "./served.ts";
import { fetchBytes, makeDevice, makeSite, mintChallenge, type SiteIds } from "./site.ts";

/** A database for an installation, and a new one for its restore. */
interface Databases {
  make(folder: WorkFolder, name: string): Promise<CountersignConfig["database"]>;
}

const setup = builtins({ logger: silentLogger });

const suite = (kind: string, databases: (context: Mocha.Context) => Promise<Databases>) =>
  describe(`flows: backup and restore on ${kind}`, function () {
    this.timeout(60_000);
    let folder: WorkFolder;
    let make: (name: string) => Promise<CountersignConfig["database"]>;
    let served: Served;
    let api: Api;
    let site: SiteIds;
    let host: MemoryHost;
    let key: Awaited<ReturnType<typeof newKey>>;
    const open: Served[] = [];
    before(async function () {
      const source = await databases(this);
      folder = await workFolder();
      make = (name) => source.make(folder, name);
      key = await newKey();
    });
    after(() => folder.remove());

    const configOf = async (name: string): Promise<CountersignConfig> => {
      const keys = { kind: "soft", folder: folder.file(`${name}-keys`), inProcess: true };
      return {
        ...configIn(folder.path),
        database: await make(name),
        keys: [{ ...keys, passphrase: () => "a passphrase" }],
      };
    };
    let config: CountersignConfig;
    let count = 0;
    beforeEach(async () => {
      config = await configOf(`source${++count}`);
      host = memoryHost("mdm");
      served = await serve(placesOf(config), { hosts: [host] });
      open.push(served);
      api = await served.api();
      site = await makeSite(api);
    });
    afterEach(async () => {
      for (const one of open.splice(0)) await one.end();
    });
    // Without the public URL, which is the listener's own.
    const placesOf = ({ database, keys }: CountersignConfig) => ({ database, keys });

    const at = (node: Served): string => `${node.url}/scep/${site.endpoint}`;
    const device = async (): Promise<string> => makeDevice(api, `device-${++count}`);
    const enrol = async (): Promise<string> => {
      const challenge = await mintChallenge(api, site, await device());
      return serialOf(await enrolled(at(served), { key, challenge }));
    };
    const fileOf = (name: string): string => folder.file(`${name}-${++count}`);
    const backup = async (): Promise<string> => {
      const file = fileOf("backup");
      await backupInstallation(config, setup, { file });
      return file;
    };
    const restored = async (
      file: string,
      options: RestoreInstallationOptions = {},
    ): Promise<{
      node: Served;
      at: CountersignConfig;
      host: MemoryHost;
      report: Awaited<ReturnType<typeof restoreInstallation>>;
    }> => {
      const target = await configOf(`target${++count}`);
      const whole = await readBackup(file, target, {});
      const report = await restoreInstallation(whole, target, setup, options);
      const theirs = memoryHost("mdm");
      const node = await serve(placesOf(target), { hosts: [theirs] });
      open.push(node);
      return { node, at: target, host: theirs, report };
    };
    const exportLedger = async (node: Served): Promise<string> => {
      const token = await node.countersign.tokens.mint({
        ...{ subject: "auditor", tenant: "default", roles: ["owner"], lifetimeSeconds: 600 },
      });
      const client = adminClient(node.url, () => Promise.resolve(token));
      const file = fileOf("ledger");
      const out = await ledgerToFile(file, 0);
      const { signal } = new AbortController();
      for await (const stretch of ledgerStretches(client, { after: 0, follow: false, signal }))
        await out.write(stretch);
      await out.close();
      return file;
    };
    const crlOf = async (node: Served): Promise<Buffer> => {
      const { urls } = await (await node.api()).get(`/authorities/${site.authority}`);
      return fetchBytes(new URL(new URL(urls.crl as string).pathname, node.url).href);
    };
    const statusOf = async (node: Served, serial: string): Promise<string | undefined> => {
      const { items } = await (await node.api()).get(`/certificates?serial=${serial}`);
      return (items[0]?.hold ? "on hold" : items[0]?.status) as string | undefined;
    };
    /** Everything that was written has its place, and the end is signed. */
    const sealed = async (node: Served): Promise<void> => {
      const theirs = await node.api();
      for (let waited = 0; waited < 100; waited += 1) {
        const { items } = await theirs.get("/ledger?limit=1");
        const place = items[0].sequence as number | undefined;
        if (place !== undefined && (await theirs.get(`/ledger/chain?after=${place - 1}`)).head)
          return;
        await pause(100);
      }
      assert.fail("the ledger was never sealed");
    };

    it("K-05 K-06 brings an older backup back that was made under load, with what happened since", async () => {
      const issued = new Set<string>();
      let going = true;
      const worker = async (): Promise<void> => {
        while (going) {
          const serial = await enrol();
          assert.ok(!issued.has(serial));
          issued.add(serial);
        }
      };
      const workers = [worker(), worker(), worker()];
      while (issued.size < 6) await pause(20);
      const waiting = await mintChallenge(api, site, await device());
      const before = issued.size;
      const file = await backup();
      const during = issued.size;
      while (issued.size < during + 6) await pause(20);
      going = false;
      await Promise.all(workers);
      assert.ok(during > before, "the server stood still during the backup");

      // After the backup: a wipe, a challenge, lists.
      const gone = await device();
      const challenge = await mintChallenge(api, site, gone);
      const wiped = serialOf(await enrolled(at(served), { key, challenge }));
      await api.post("/hooks/deviceWiped", await eventOf(gone));
      const later = await mintChallenge(api, site, await device());
      const list = parseCrl(await crlOf(served));
      assert.ok((await crlSerials(await crlOf(served))).includes(wiped));
      await sealed(served);
      const tail = await exportLedger(served);
      await served.countersign.close();

      const { node, report } = await restored(file, { ledgerTails: [tail] });
      assert.ok((report.tails[0]?.replayed["certificate.issued"] ?? 0) > 6);
      for (const serial of issued) assert.equal(await statusOf(node, serial), "issued", serial);
      assert.equal(await statusOf(node, wiped), "revoked");
      // Found again means that it can be revoked.
      const [last] = [...issued].slice(-1);
      const theirs = await node.api();
      const { items } = await theirs.get(`/certificates?serial=${last}`);
      await theirs.post(`/certificates/${items[0].id}/revoke`, { reason: "keyCompromise" });
      const after = await crlOf(node);
      assert.ok(parseCrl(after).number! > list.number!);
      const serials = await crlSerials(after);
      assert.ok(serials.includes(wiped) && serials.includes(last!));
      // Neither the challenges of the backup nor those after it are good for anything.
      for (const dead of [waiting, later]) await refused(at(node), { key, challenge: dead });
      // The chain goes on behind the tail.
      await sealed(node);
      const whole = await verifyLedgerFile(await exportLedger(node));
      assert.ok(whole.entries > (await verifyLedgerFile(tail)).entries);
      const { items: told } = await theirs.get("/ledger?event=backup.restored");
      assert.equal(told.length, 1);
      // And new ones are issued, none with an old serial.
      const device2 = await makeDevice(theirs, "new");
      const fresh = serialOf(
        await enrolled(at(node), { key, challenge: await mintChallenge(theirs, site, device2) }),
      );
      assert.ok(!issued.has(fresh));
    });

    const eventOf = async (id: string): Promise<object> => {
      const found = await api.get(`/devices/${id}`);
      return { hostId: found.hostId, deviceId: found.hostDeviceId };
    };

    it("K-06 mints anew for deployments whose challenge was open", async () => {
      const id = await device();
      await api.post("/deployments", { deviceId: id, templateId: site.template });
      for (let n = 0; host.deliveries.length === 0 && n < 100; n += 1) await pause(50);
      const old = profileOf(host).scep.challenge;
      const file = await backup();
      await served.countersign.close();
      const { node, host: theirs, report } = await restored(file);
      assert.deepEqual([report.burned, report.republished, report.toMint], [1, 1, []]);
      for (let n = 0; theirs.deliveries.length === 0 && n < 100; n += 1) await pause(50);
      const { challenge } = profileOf(theirs).scep;
      assert.notEqual(challenge, old);
      await refused(at(node), { key, challenge: old });
      await enrolled(at(node), { key, challenge });
    });

    const profileOf = ({ deliveries }: MemoryHost): AgentProfile => {
      const [delivery] = deliveries;
      assert.ok(delivery);
      return JSON.parse(Buffer.from(delivery.profile.body).toString("utf8")) as AgentProfile;
    };

    it("K-06 keeps revoked what a published CRL says, also serials that it does not know", async () => {
      const known = await enrol();
      const file = await backup();
      const unknown = await enrol();
      const revoke = async (serial: string): Promise<void> => {
        const { items } = await api.get(`/certificates?serial=${serial}`);
        await api.post(`/certificates/${items[0].id}/revoke`, { reason: "keyCompromise" });
      };
      await revoke(known);
      await revoke(unknown);
      const crl = fileOf("crl");
      await writeFile(crl, await crlOf(served));
      const published = parseCrl(await readFile(crl));
      await served.countersign.close();
      const { node, report } = await restored(file, { crls: [crl] });
      assert.deepEqual([report.crls[0]?.revoked, report.crls[0]?.unknown], [1, 1]);
      const after = parseCrl(await crlOf(node));
      assert.deepEqual(after.entries.map(({ serial }) => serial).sort(), [known, unknown].sort());
      assert.ok(after.number! > published.number!);
    });

    const idOf = async (node: Api, serial: string): Promise<string> =>
      (await node.get(`/certificates?serial=${serial}`)).items[0].id as string;

    it("K-06 brings suspensions back, and their ends, from the tail; from a CRL alone those on it", async () => {
      const [held, freed, heldLater] = [await enrol(), await enrol(), await enrol()];
      const turn = async (serial: string, how: "suspend" | "unsuspend"): Promise<void> => {
        await api.post(`/certificates/${await idOf(api, serial)}/${how}`, {});
      };
      for (const serial of [held, freed]) await turn(serial, "suspend");
      await sealed(served);
      const file = await backup();
      await turn(freed, "unsuspend");
      await turn(heldLater, "suspend");
      const [newHeld, newFreed] = [await enrol(), await enrol()];
      for (const serial of [newHeld, newFreed]) await turn(serial, "suspend");
      await turn(newFreed, "unsuspend");
      const crl = fileOf("crl");
      await writeFile(crl, await crlOf(served));
      await sealed(served);
      const tail = await exportLedger(served);
      await served.countersign.close();

      const whole = await restored(file, { ledgerTails: [tail] });
      const wanted: Readonly<Record<string, string>> = {
        ...{ [held]: "on hold", [freed]: "issued", [heldLater]: "on hold" },
        ...{ [newHeld]: "on hold", [newFreed]: "issued" },
      };
      for (const [serial, status] of Object.entries(wanted))
        assert.equal(await statusOf(whole.node, serial), status, serial);
      assert.deepEqual(
        [...(await crlSerials(await crlOf(whole.node)))].sort(),
        [held, heldLater, newHeld].sort(),
      );
      // An admin may end it there as before.
      const theirs = await whole.node.api();
      await theirs.post(`/certificates/${await idOf(theirs, newHeld)}/unsuspend`, {});
      assert.equal(await statusOf(whole.node, newHeld), "issued");

      const { node } = await restored(file, { crls: [crl] });
      assert.equal(await statusOf(node, heldLater), "on hold");
      assert.equal(await statusOf(node, newHeld), "on hold");
      // Of its end a CRL says nothing.
      assert.equal(await statusOf(node, freed), "on hold");
    });

    it("K-06 C-16 brings back an earlier date of a compromise that was learned of after the backup, from the tail and from a CRL", async () => {
      const serial = await enrol();
      const revoke = async (invalidityDate: Date): Promise<void> => {
        const body = { reason: "keyCompromise", invalidityDate: invalidityDate.toISOString() };
        await api.post(`/certificates/${await idOf(api, serial)}/revoke`, body);
      };
      const at = (minutes: number): Date =>
        new Date(Math.floor(Date.now() / 1000) * 1000 - minutes * 60_000);
      await revoke(at(5));
      await sealed(served);
      const file = await backup();
      const earlier = at(50);
      await revoke(earlier);
      const crl = fileOf("crl");
      await writeFile(crl, await crlOf(served));
      await sealed(served);
      const tail = await exportLedger(served);
      await served.countersign.close();
      for (const with_ of [{ ledgerTails: [tail] }, { crls: [crl] }]) {
        const { node } = await restored(file, with_);
        const [entry] = parseCrl(await crlOf(node)).entries;
        assert.deepEqual([entry?.serial, entry?.invalidityDate], [serial, earlier]);
      }
    });

    it("K-06 keeps out users that were disabled and devices that were deactivated, and lets in those that were let in, after the backup", async () => {
      const { hooks } = served.countersign;
      const turn = (how: "userDisabled" | "userEnabled", user: string) =>
        hooks[how]({ hostId: "mdm", user });
      const owned = (name: string, user: string) => makeDevice(api, name, { username: user });
      const [eves, bobs] = [await owned("eves", "eve"), await owned("bobs", "bob")];
      const [barred, free] = [await owned("barred", "ann"), await owned("free", "ann")];
      const turnDevice = (id: string, to: string) => api.post(`/end-entities/${id}/${to}`);
      await turnDevice(free, "deactivate");
      await turn("userDisabled", "bob");
      await sealed(served);
      const file = await backup();
      await turn("userDisabled", "eve");
      await turn("userEnabled", "bob");
      await turnDevice(barred, "deactivate");
      await turnDevice(free, "activate");
      await sealed(served);
      const tail = await exportLedger(served);
      await served.countersign.close();

      const { node, report } = await restored(file, { ledgerTails: [tail] });
      const { replayed } = report.tails[0]!;
      assert.deepEqual([replayed["user.disabled"], replayed["user.enabled"]], [1, 1]);
      const theirs = await node.api();
      assert.ok((await theirs.get(`/devices/${eves}`)).userDisabledAt);
      await assert.rejects(mintChallenge(theirs, site, eves), /user_disabled/);
      assert.equal((await theirs.get(`/devices/${bobs}`)).userDisabledAt, undefined);
      await mintChallenge(theirs, site, bobs);
      await assert.rejects(mintChallenge(theirs, site, barred), /device_gone/);
      await mintChallenge(theirs, site, free);
      // The name itself is kept, not only the mark on the device that was there.
      const next = await makeDevice(theirs, "eves-next", { username: "Eve" });
      await assert.rejects(mintChallenge(theirs, site, next), /user_disabled/);
    });

    it("K-06 deployments stand where the tail's certificates have brought them, and are renewed in their windows", async () => {
      const [fresh, renewed] = [await device(), await device()];
      const publish = (deviceId: string) =>
        api.post("/deployments", { deviceId, templateId: site.template });
      const enrolAgain = async (id: string): Promise<string> => {
        const challenge = await mintChallenge(api, site, id);
        return serialOf(await enrolled(at(served), { key, challenge }));
      };
      const deployments = { fresh: await publish(fresh), renewed: await publish(renewed) };
      await enrolAgain(renewed);
      const first = await api.get(`/deployments/${deployments.renewed.id as string}`);
      await sealed(served);
      const file = await backup();
      for (const id of [fresh, renewed]) await enrolAgain(id);
      await sealed(served);
      const tail = await exportLedger(served);
      const wanted = {
        fresh: await api.get(`/deployments/${deployments.fresh.id as string}`),
        renewed: await api.get(`/deployments/${deployments.renewed.id as string}`),
      };
      const plan = await api.get("/renewals/plan?days=366");
      await served.countersign.close();

      const { node } = await restored(file, { ledgerTails: [tail] });
      const theirs = await node.api();
      // Some looks of its sweeper and its planner.
      await pause(3000);
      for (const name of ["fresh", "renewed"] as const) {
        const now = await theirs.get(`/deployments/${deployments[name].id as string}`);
        const members = ["state", "certificateId", "certificateEndsAt", "previousCertificateId"];
        for (const member of members) assert.equal(now[member], wanted[name][member], member);
      }
      assert.equal(wanted.renewed.previousCertificateId, first.certificateId);
      const row = await theirs.get(`/certificates/${wanted.renewed.certificateId as string}`);
      assert.equal(row.templateVersion, 1);
      const theirPlan = await theirs.get("/renewals/plan?days=366");
      assert.deepEqual([theirPlan.backlog, theirPlan.days], [0, plan.days]);
      assert.equal(theirPlan.authorities[0].planned, 2);
    });

    it("K-06 counts as lost what an authority has issued that is not in the backup, and what became of it", async () => {
      await enrol();
      await sealed(served);
      const file = await backup();
      const other = await makeSite(api, { id: "later" });
      const challenge = await mintChallenge(api, other, await device());
      const at2 = `${served.url}/scep/${other.endpoint}`;
      const serial = serialOf(await enrolled(at2, { key, challenge }));
      await api.post(`/certificates/${await idOf(api, serial)}/revoke`, {});
      const known = await enrol();
      await sealed(served);
      const tail = await exportLedger(served);
      await served.countersign.close();
      const { node, report } = await restored(file, { ledgerTails: [tail] });
      const { replayed, lost } = report.tails[0]!;
      assert.equal(replayed["certificate.issued"], 1);
      assert.equal(lost["certificate.issued"], 1);
      assert.equal(lost["certificate.revoked"], 1);
      // Root and issuing CA.
      assert.equal(lost["authority.created"], 2);
      assert.equal(await statusOf(node, known), "issued");
      assert.equal(await statusOf(node, serial), undefined);
    });

    it("refuses what would not work, and leaves nothing", async () => {
      await enrol();
      // Ends with a signed head, so that the backup holds the ledger's key.
      const exported = await exportLedger(served);
      const file = await backup();
      const target = await configOf(`target${++count}`);
      const keys = (target.keys[0] as unknown as { folder: string }).folder;
      const other = { ...target, serverSecret: new Uint8Array(32).fill(9) };
      await fails(readBackup(file, other, {}), "key_pin_incorrect");
      const whole = await readBackup(file, target, {});
      const restore = (at: CountersignConfig, options: RestoreInstallationOptions = {}) =>
        restoreInstallation(whole, at, setup, options);
      const nothing = (): void =>
        assert.deepEqual(existsSync(keys) ? readdirSync(keys) : [], [], "keys were left");

      const [soft] = target.keys;
      const wrong = { ...target, keys: [{ ...soft!, passphrase: () => "another" }] };
      await fails(restore(wrong), "key_pin_incorrect");
      nothing();
      // A key that is not there, and another under its name.
      const names = Object.keys(whole.extras).filter((name) => name.endsWith(".key.json"));
      const [one = "", two = ""] = names;
      for (const extras of [
        Object.fromEntries(Object.entries(whole.extras).filter(([name]) => name !== one)),
        { ...whole.extras, [one]: whole.extras[two]! },
      ]) {
        await fails(restoreInstallation({ ...whole, extras }, target, setup), "key_not_found");
        nothing();
      }
      const manifest = {
        ...whole.manifest,
        keys: whole.manifest.keys.map((facts) => ({ ...facts, publicKey: "00".repeat(32) })),
      };
      await fails(restoreInstallation({ ...whole, manifest }, target, setup), "key_not_found");
      const stopping = new AbortController();
      await fails(
        restore(target, {
          signal: stopping.signal,
          onProgress: ({ phase }) => phase === "restore" && stopping.abort(),
        }),
        "stopped",
      );
      nothing();
      const tail = fileOf("tail");
      await writeFile(
        tail,
        (await readFile(exported, "utf8")).replace("hierarchy", "x").replace("system:", "admin:"),
      );
      await fails(restore(target, { ledgerTails: [tail] }), "ledger_broken");
      nothing();
      const newer = { ...whole.manifest, schema: [...whole.manifest.schema, "9999-later"] };
      await fails(
        restoreInstallation({ ...whole, manifest: newer }, target, setup),
        "schema_outdated",
      );
      nothing();
      // After all these the same target takes it, once.
      await restore(target);
      await fails(restore(target), "already_initialised");
      await rm(keys, { recursive: true });
      await fails(restore(target), "already_initialised");
      nothing();
      await fails(backupInstallation(config, setup, { file }), "conflict");
      const half = new AbortController();
      const stoppedFile = fileOf("stopped");
      await fails(
        backupInstallation(config, setup, {
          file: stoppedFile,
          signal: half.signal,
          onProgress: () => half.abort(),
        }),
        "stopped",
      );
      assert.deepEqual(
        readdirSync(folder.path).filter((name) =>
          name.startsWith(stoppedFile.slice(folder.path.length + 1)),
        ),
        [],
      );
      assert.equal(
        (await ask(at(served), { key, challenge: await mintChallenge(api, site, await device()) }))
          .status,
        "issued",
      );
    });
  });

suite("SQLite", async () => ({
  make: async (folder, name) => ({ file: folder.file(`${name}.db`) }),
}));

suite("PostgreSQL", async (context) => {
  const server: PostgresServer = await postgresServer(context);
  return {
    make: async () => {
      const name = await server.create();
      return { client: "pg", connection: { url: () => server.url(name) } };
    },
  };
});
