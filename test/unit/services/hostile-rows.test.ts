import assert from "node:assert/strict";
import type { Resolve } from "../../../plugin/container.ts";
import { systemPrincipal } from "../../../plugin/domain/principal.ts";
import { CountersignError } from "../../../plugin/errors.ts";
import type { MdmHost } from "../../../plugin/ports/mdm-host.ts";
import type { TenantStore } from "../../../plugin/ports/stores.ts";
import { CertificateStatuses } from "../../../plugin/services/revocation/certificate-statuses.ts";
import { CrlLists } from "../../../plugin/services/status/crl-lists.ts";
import { DeploymentSteps } from "../../../plugin/services/deployments/deployment-steps.ts";
import { Dispatcher } from "../../../plugin/services/background/dispatcher.ts";
import { EventIntake } from "../../../plugin/services/hosts/event-intake.ts";
import { GroupSync } from "../../../plugin/services/distribution/group-sync.ts";
import { Inventories } from "../../../plugin/services/hosts/inventories.ts";
import { RenewalGroups } from "../../../plugin/services/renewal/renewal-groups.ts";
import { RenewalSweep } from "../../../plugin/services/background/renewal-sweep.ts";
import { StatusTransactions } from "../../../plugin/services/certificates/status-transactions.ts";
import {
  aCertificate,
  aDeployment,
  aDevice,
  after as later,
  anAuthority,
  aTemplate,
  NOW,
} from "../../contract/store/samples.ts";
import { postgresDatabase, sqliteDatabase, type TestDatabase } from "../../support/databases.ts";
import { postgresServer } from "../../support/postgres.ts";
import { lazyHost } from "../../flows/lazy-host.ts";
import { addDevice, nodeOn, ownerOf } from "./renewal-node.ts";

const DAY = 86_400;
/** What no text of ours holds and PostgreSQL refuses, and what no UTF-8 can say. */
const NUL = "a\0b";
const HALF = "\ud83d";

for (const kind of ["SQLite", "PostgreSQL"] as const)
  describe(`hostile rows spoil no batch, on ${kind}`, () => {
    let subject: TestDatabase;
    let now = NOW;
    let tenants = 0;
    let store: TenantStore;
    let host: ReturnType<typeof lazyHost>;
    let node: Resolve;
    before(async function () {
      subject =
        kind === "SQLite"
          ? await sqliteDatabase()
          : await postgresDatabase(await postgresServer(this));
      await subject.database.migrate();
    });
    after(() => subject.close());
    beforeEach(async () => {
      now = NOW;
      const id = `t${(tenants += 1)}`;
      await subject.database.directory.createTenant({ id, name: id, createdAt: NOW });
      store = subject.database.directory.open(id);
      host = lazyHost("jamf");
      node = nodeOn(subject.database, () => now, [host]);
    });

    const withCertificate = async (id: string, over: Parameters<typeof aCertificate>[0] = {}) => {
      await store.devices.save(aDevice({ id: `device-${id}`, hostId: "jamf", hostDeviceId: id }));
      await store.certificates.insert(
        aCertificate({
          ...{ id, deviceId: `device-${id}`, notAfter: later(300 * DAY), authorityId: "wifi-ca" },
          ...over,
        }),
        undefined,
      );
    };

    it("an inventory: what cannot be read or kept is passed over, the rest counts", async () => {
      await withCertificate("one", { serial: "0a01", templateId: "wifi" });
      await store.templates.insert(aTemplate({ sans: [] }));
      await store.deployments.save(
        aDeployment({
          ...{ id: "d", deviceId: "device-one", templateId: "wifi", state: "issued" },
          ...{ certificateId: "one", certificateEndsAt: later(300 * DAY), since: NOW },
        }),
      );
      const result = await node(Inventories).reportIn(
        { id: "test" },
        store,
        (await store.devices.get("device-one"))!,
        {
          at: later(10),
          complete: true,
          certificates: [
            { serial: "0a:01" },
            { serial: "0a01", issuer: `CN=${NUL}`, subject: NUL },
            { serial: "0b", issuer: `CN=${HALF}` },
            { serial: "0b", issuer: `CN=\ud83e` },
            { serial: "0c", notAfter: new Date(Number.NaN) },
            { serial: "0d", notAfter: new Date(8_640_000_000_000_000) },
            { serial: NUL },
            { serial: "0e", fingerprintSha256: "no hex" },
            { der: new Uint8Array(0) },
            { der: Uint8Array.from([0x30, 0x84, 0xff, 0xff, 0xff, 0xff]) },
            {},
          ],
        },
      );
      assert.deepEqual(result.installed, ["d"]);
      assert.equal(result.unreadable, 3);
      const { items } = await store.inventories.get("device-one");
      assert.ok(
        items.some(({ serial, certificateId }) => serial === "0a01" && certificateId === "one"),
      );
    });

    it("events: each hostile one is refused by itself, and those around it are done", async () => {
      await withCertificate("one", { serial: "0a" });
      await withCertificate("two", { serial: "0b" });
      const intake = node(EventIntake);
      const principal = systemPrincipal("hook", store.tenant, ["host-events:report"]);
      const of = (deviceId: string) => ({ hostId: "jamf", deviceId });
      const report = (event: Parameters<typeof intake.report>[1]) =>
        intake.report(principal, event).then(
          () => "done",
          (error: unknown) => (error instanceof CountersignError ? error.code : "thrown"),
        );
      assert.equal(await report({ kind: "deviceWiped", ...of("one") }), "done");
      for (const event of [
        { kind: "deviceWiped", ...of(NUL) },
        { kind: "deviceWiped", ...of("two"), eventId: "" },
        { kind: "deviceLost", ...of("two"), at: later(DAY) },
        { kind: "templateAssigned", ...of("two"), templateId: NUL },
        { kind: "commandFailed", ...of("two"), deploymentId: NUL, error: NUL },
      ] as const)
        assert.match(await report(event), /invalid_input|not_found/);
      assert.equal(await report({ kind: "deviceLost", ...of("two") }), "done");
      assert.equal((await store.certificates.get("one"))?.revocationReason, "cessationOfOperation");
      assert.equal((await store.certificates.get("two"))?.revocationReason, "certificateHold");
    });

    it("what a device says of a failed command is kept, whatever octets it has", async () => {
      await withCertificate("one");
      await store.deployments.save(
        aDeployment({ id: "d", deviceId: "device-one", state: "delivered", commandId: undefined }),
      );
      await node(EventIntake).report(
        systemPrincipal("hook", store.tenant, ["host-events:report"]),
        {
          ...{ kind: "commandFailed", hostId: "jamf", deviceId: "one", deploymentId: "d" },
          error: `no ${NUL} ${HALF}`,
        },
      );
      const failed = await store.deployments.get("d");
      assert.equal(failed?.state, "failed");
      assert.match(failed.failure ?? "", /^no a.?b/u);
    });

    it("the outbox: words of a host that no database keeps hold up neither the others nor other tenants", async () => {
      const others = subject.database.directory.open(`${store.tenant}-z`);
      await subject.database.directory.createTenant({
        ...{ id: others.tenant, name: "z", createdAt: NOW },
      });
      const broken: MdmHost = {
        ...lazyHost("broken"),
        publishProfile: () => Promise.reject(new Error(`${NUL}${HALF}${"x".repeat(100_000)}`)),
        removeProfile: () => Promise.reject(new Error(NUL)),
      };
      const work = nodeOn(subject.database, () => now, [host, broken]);
      for (const [at, id] of [
        [store, "a"],
        [store, "b"],
        [others, "c"],
      ] as const) {
        const hostId = id === "a" ? "broken" : "jamf";
        await at.devices.save(aDevice({ id, hostId, hostDeviceId: id, status: "enrolled" }));
        await at.templates.insert(aTemplate({ id: `t-${id}` }));
        await at.deployments.save(
          aDeployment({
            ...{ id: `d-${id}`, deviceId: id, templateId: `t-${id}`, state: "assigned" },
            ...{ nextActionAt: later(DAY), commandId: undefined },
          }),
        );
        await at.outbox.add({ kind: "publish-profile", deploymentId: `d-${id}` }, now);
      }
      await store.outbox.add({ kind: "remove-profile", deviceId: "a", profileId: "p" }, now);
      await work(Dispatcher).runDue();
      assert.equal((await store.deployments.get("d-b"))?.state, "queued");
      assert.equal((await others.deployments.get("d-c"))?.state, "queued");
      const { items } = await store.outbox.list({}, { limit: 10 });
      assert.deepEqual(
        items.map(({ attempts, state }) => [attempts, state]),
        [
          [1, "waiting"],
          [1, "waiting"],
        ],
      );
      assert.ok(items.every(({ reason }) => reason !== undefined && reason.length <= 2000));
      for (let tries = 1; tries < 12; tries += 1) {
        now = new Date(now.getTime() + 3_600_000);
        await work(Dispatcher).runDue();
      }
      assert.equal((await store.deployments.get("d-a"))?.reason, "publish-failed");
      assert.deepEqual(
        (await store.outbox.list({}, { limit: 10 })).items.map(({ state }) => state),
        ["dead"],
      );
    });

    it("suspensions with an end: one that cannot be lifted keeps no other, and no outbox entry", async () => {
      for (const id of ["a", "b", "c"]) {
        await withCertificate(id, { serial: `0${id}` });
        await store.certificates.hold(id, NOW, "admin", later(10));
      }
      await store.outbox.add({ kind: "scan-device", deviceId: "device-a" }, NOW);
      now = later(20);
      const statuses = node(StatusTransactions);
      const run = statuses.run.bind(statuses);
      let first = true;
      statuses.run = (...args) => {
        if (!first) return run(...args);
        first = false;
        return Promise.reject(new Error("odd row"));
      };
      await node(Dispatcher).runDue();
      const held = [];
      for (const id of ["a", "b", "c"])
        if ((await store.certificates.get(id))?.status === "revoked") held.push(id);
      assert.equal(held.length, 1);
      assert.deepEqual((await store.outbox.list({}, { limit: 5 })).items, []);
      await node(Dispatcher).runDue();
      assert.equal((await store.certificates.get(held[0]!))?.status, "issued");
    });

    it("renewals: one that cannot be started, or judged, keeps no other from it", async () => {
      const template = aTemplate({
        ...{ sans: [], autoRenewal: true, renewalWindow: "20%", renewalSpread: "0%" },
      });
      await store.templates.insert(template);
      await store.renewalRules.save({
        ...{ authorityId: template.authorityId, version: 1, updatedAt: NOW },
        rules: { perHour: "off", perDay: "off", quietHours: undefined },
      });
      // As no form of ours would save it.
      const odd = aTemplate({ ...template, id: "odd" });
      await store.templates.insert(odd);
      for (let n = 0; n < 4; n += 1)
        await addDevice(store, template, n, later(-90 * DAY), 100 * DAY * 1000);
      await addDevice(store, odd, 9, later(-90 * DAY), 100 * DAY * 1000);
      await store.templates.update({ ...odd, renewalWindow: "all of it", version: 2 });
      await store.renewals.change([
        {
          id: "d-00009",
          from: (await store.renewals.byIds(["d-00009"]))[0]?.renewAt,
          to: new Date(0),
        },
      ]);
      const steps = node(DeploymentSteps);
      const applyAll = steps.applyAll.bind(steps);
      steps.applyAll = (tx, principal, deployments, event, dataOf) =>
        deployments.some(({ id }) => id === "d-00002")
          ? Promise.reject(new Error("odd row"))
          : applyAll(tx, principal, deployments, event, dataOf);
      const states = async () => {
        const { items } = await store.deployments.list({}, { limit: 10 });
        return Object.fromEntries(items.map(({ id, state }) => [id.slice(-1), state]));
      };
      await node(RenewalSweep).runDue();
      assert.deepEqual(await states(), {
        ...{ 0: "renewing", 1: "renewing", 2: "installed", 3: "renewing", 9: "installed" },
      });
      // A group that cannot go on does not end the tenant's renewals either.
      steps.applyAll = applyAll;
      node(RenewalGroups).advance = () => Promise.reject(new Error("odd group"));
      now = later(3 * 3600);
      await node(RenewalSweep).runDue();
      assert.equal((await states())["2"], "renewing");
    });

    it("the groups of a host: a member that no database keeps is passed over, and said", async () => {
      const read: MdmHost = {
        ...lazyHost("jamf"),
        groups: () =>
          Promise.resolve({
            items: [
              { groupId: NUL, name: "x", kind: "device" },
              { groupId: "staff", name: NUL, kind: "device" },
            ],
            cursor: undefined,
          }),
        groupMembers: () =>
          Promise.resolve({ items: ["one", NUL, "", "x".repeat(300), "two"], cursor: undefined }),
      };
      const sync = nodeOn(subject.database, () => now, [read])(GroupSync);
      await sync.sync(store);
      const group = await store.hostGroups.get("jamf:staff");
      assert.ok(group, "the one before it did not end the reading");
      await sync.members(store, group);
      assert.deepEqual(await store.hostGroups.members(group.id, undefined, 10), ["one", "two"]);
      const { syncedAt, problem } = (await store.hostGroups.get(group.id)) ?? {};
      assert.deepEqual(syncedAt, now);
      assert.match(problem ?? "", /3 members .* passed over/);
    });

    it("a bulk run: each hostile row is told, the others are done, and a list that cannot be signed undoes nothing", async () => {
      for (const id of ["a", "b"]) await withCertificate(id, { serial: `0${id}` });
      await store.authorities.insert(anAuthority({ crlShards: 1 }));
      const lists = node(CrlLists);
      lists.publishScopes = () => Promise.reject(new CountersignError("key_unavailable", "away"));
      const { rows, unpublished } = await node(CertificateStatuses).bulk(
        ownerOf(store.tenant),
        [
          { action: "revoke", id: "a", comment: NUL },
          { action: "revoke", id: NUL },
          { action: "revoke", serial: NUL },
          { action: "suspend", id: "b", until: later(-5) },
          { action: "revoke", id: "b", invalidityDate: later(DAY) },
          { action: "revoke", serial: "0b", authorityId: HALF },
          new CountersignError("invalid_input", "no row at all"),
          { action: "revoke", serial: "0B", authorityId: "wifi-ca" },
        ],
        true,
      );
      const codes = rows.map(({ done, code }) => (done ? "done" : code));
      // Each database has its own word for what cannot be there.
      for (const row of [1, 2]) assert.match(codes[row] ?? "", /^(?:not_found|invalid_input)$/);
      assert.deepEqual(
        [codes[0], ...codes.slice(3)],
        ["done", "invalid_input", "invalid_input", "not_found", "invalid_input", "done"],
      );
      assert.match(unpublished ?? "", /away/);
      assert.equal((await store.certificates.get("b"))?.status, "revoked");
    });
  });
