import assert from "node:assert/strict";
import type { Deployment } from "../../../plugin/domain/deployment.ts";
import type { TenantStore } from "../../../plugin/ports/stores.ts";
import {
  aCertificate,
  aChallenge,
  aCredential,
  aDeployment,
  aDevice,
  aPerson,
  aProfile,
  aTemplate,
  after,
  anAuthority,
  anEndpoint,
  anRa,
} from "./samples.ts";
import { everything, fails, useDatabase, type OpenedDatabase } from "./subject.ts";

/** What an installation configures and knows: round trips, conflicts, versions, pages. */
export const describeObjects = (open: () => Promise<OpenedDatabase>): void => {
  const subject = useDatabase(open);
  let store: TenantStore;
  beforeEach(() => {
    store = subject.tenant();
  });

  it("certificate profiles, people and credentials come back, and change in versions", async () => {
    await store.profiles.insert(aProfile());
    await store.people.insert(aPerson());
    await store.credentials.insert(aCredential());
    assert.deepEqual(await store.profiles.get("mine"), aProfile());
    assert.deepEqual(await store.people.list(), [aPerson()]);
    assert.deepEqual(await store.credentials.get("inventory"), aCredential());
    await fails(store.people.insert(aPerson()), "conflict");
    const changed = aPerson({ roles: [], email: undefined, version: 2 });
    await store.people.update(changed);
    await fails(store.people.update(changed), "precondition_failed");
    assert.deepEqual(await store.people.get("ann@example.org"), changed);
    const used = { ...aCredential(), lastUsedAt: after(60) };
    assert.equal(await store.credentials.note(used), true);
    assert.deepEqual(await store.credentials.get("inventory"), used);
    assert.equal(await store.credentials.note({ ...used, version: used.version + 1 }), false);
    assert.equal(await subject.tenant().credentials.note(used), false);
    assert.deepEqual(await store.credentials.get("inventory"), used);
    assert.deepEqual(
      [await store.profiles.delete("mine"), await store.profiles.delete("mine")],
      [true, false],
    );
    assert.equal(await subject.tenant().people.get("ann@example.org"), undefined);
  });

  describe("authorities, RAs, templates and endpoints", () => {
    it("come back as they went in, with every member and with none", async () => {
      const bare = anAuthority({
        id: "bare",
        parentId: undefined,
        keyRef: undefined,
        certificate: undefined,
        csr: undefined,
        notBefore: undefined,
        notAfter: undefined,
        ocspResponder: undefined,
        signature: undefined,
        profiles: undefined,
        shapeExtras: undefined,
        deletedAt: undefined,
        createdAt: after(1),
      });
      await store.authorities.insert(anAuthority());
      await store.authorities.insert(bare);
      assert.deepEqual(await store.authorities.get("wifi-ca"), anAuthority());
      assert.deepEqual(await store.authorities.list(), [anAuthority(), bare]);
      assert.equal(await store.authorities.get("other"), undefined);

      const bareRa = anRa({
        id: "ra-2",
        certificate: undefined,
        csr: undefined,
        notBefore: undefined,
        notAfter: undefined,
        createdAt: after(1),
      });
      await store.ras.insert(anRa());
      await store.ras.insert(bareRa);
      assert.deepEqual(await store.ras.list(), [anRa(), bareRa]);
      assert.deepEqual(await store.ras.get("ra-2"), bareRa);

      await store.templates.insert(aTemplate());
      assert.deepEqual(await store.templates.get("wifi"), aTemplate());
      assert.deepEqual(await store.templates.list(), [aTemplate()]);

      const full = anEndpoint();
      const empty = anEndpoint({ raId: undefined, chain: [], policies: [], createdAt: after(1) });
      await store.endpoints.insert(full);
      await store.endpoints.insert(empty);
      assert.deepEqual(await store.endpoints.get(full.id), full);
      assert.deepEqual(await store.endpoints.list(), [full, empty]);
    });

    it("refuse a taken id", async () => {
      const endpoint = anEndpoint();
      await store.authorities.insert(anAuthority());
      await store.ras.insert(anRa());
      await store.templates.insert(aTemplate());
      await store.endpoints.insert(endpoint);
      await fails(store.authorities.insert(anAuthority({ name: "other" })), "conflict");
      await fails(store.ras.insert(anRa({ subject: "other" })), "conflict");
      await fails(store.templates.insert(aTemplate({ name: "other" })), "conflict");
      await fails(store.endpoints.insert({ ...endpoint, name: "other" }), "conflict");
      await fails(subject.tenant().endpoints.insert(endpoint), "conflict");
      assert.deepEqual(await store.endpoints.get(endpoint.id), endpoint);
    });

    it("are updated one version at a time", async () => {
      const endpoint = anEndpoint();
      await store.authorities.insert(anAuthority());
      await store.templates.insert(aTemplate());
      await store.endpoints.insert(endpoint);
      const authority = anAuthority({ version: 2, status: "retired", csr: undefined });
      await store.authorities.update(authority);
      assert.deepEqual(await store.authorities.get("wifi-ca"), authority);
      await fails(store.authorities.update(authority), "precondition_failed");
      await fails(store.authorities.update(anAuthority({ version: 9 })), "precondition_failed");
      await fails(store.authorities.update(anAuthority({ id: "none" })), "precondition_failed");
      const template = aTemplate({ version: 2, policies: [] });
      await store.templates.update(template);
      assert.deepEqual(await store.templates.get("wifi"), template);
      await fails(store.templates.update(template), "precondition_failed");
      const changed = { ...endpoint, version: 2, enabled: false };
      await store.endpoints.update(changed);
      assert.deepEqual(await store.endpoints.get(endpoint.id), changed);
      await fails(store.endpoints.update(changed), "precondition_failed");
    });

    it("of RAs: updated without a version, unknown ones are not found", async () => {
      await store.ras.insert(anRa());
      const ra = anRa({ certificate: undefined, origin: "csr" });
      await store.ras.update(ra);
      assert.deepEqual(await store.ras.get("ra-1"), ra);
      await fails(store.ras.update(anRa({ id: "none" })), "not_found");
    });

    it("are deleted once", async () => {
      const endpoint = anEndpoint();
      await store.templates.insert(aTemplate());
      await store.endpoints.insert(endpoint);
      assert.equal(await store.templates.delete("wifi"), true);
      assert.equal(await store.templates.delete("wifi"), false);
      assert.equal(await store.endpoints.delete(endpoint.id), true);
      assert.equal(await store.endpoints.delete(endpoint.id), false);
      assert.equal(await store.endpoints.get(endpoint.id), undefined);
    });
  });

  describe("devices", () => {
    it("are inserted, replaced and found by the host's id and by attribute", async () => {
      await store.devices.save(aDevice());
      assert.deepEqual(await store.devices.get("device-1"), aDevice());
      assert.deepEqual(await store.devices.byHostId("jamf", "42"), aDevice());
      assert.equal(await store.devices.byHostId("jamf", "43"), undefined);
      assert.deepEqual(await store.devices.byAttribute("serialnumber", "c02xg", 5), [aDevice()]);
      assert.deepEqual(await store.devices.byAttribute("username", "ZOË", 5), [aDevice()]);
      assert.deepEqual(await store.devices.byAttribute("colour", "red", 5), []);
      const changed = aDevice({
        ...{ status: "wiped", attributes: { udid: "U1" } },
        userDisabledAt: after(9),
      });
      await store.devices.save(changed);
      assert.deepEqual(await store.devices.get("device-1"), changed);
      assert.deepEqual(await store.devices.byAttribute("serialnumber", "c02xg", 5), []);
      assert.deepEqual(await store.devices.byAttribute("udid", "u1", 5), [changed]);
    });

    it("share attributes, up to the limit", async () => {
      for (const n of [1, 2, 3])
        await store.devices.save(aDevice({ id: `d${n}`, hostDeviceId: String(n) }));
      const found = await store.devices.byAttribute("serialnumber", "C02XG", 2);
      assert.deepEqual(
        found.map(({ id }) => id),
        ["d1", "d2"],
      );
    });

    it("are found for everybody who asks at once", async () => {
      const serial = (n: number): string => `SN${n % 40}`;
      for (let n = 0; n < 80; n += 1)
        await store.devices.save(
          aDevice({
            id: `d${n}`,
            hostDeviceId: String(n),
            attributes: { serialnumber: serial(n) },
          }),
        );
      const asked = Array.from({ length: 120 }, (_, n) => n);
      const found = await Promise.all(
        asked.map((n) =>
          store.devices.byAttribute(n % 3 === 0 ? "udid" : "serialnumber", serial(n), 1 + (n % 2)),
        ),
      );
      assert.deepEqual(
        found.map((devices) => devices.map(({ attributes }) => attributes["serialnumber"])),
        asked.map((n) => (n % 3 === 0 ? [] : Array(1 + (n % 2)).fill(serial(n)))),
      );
    });

    it("stand for one device of the host each", async () => {
      await store.devices.save(aDevice());
      await fails(store.devices.save(aDevice({ id: "device-2" })), "conflict");
      assert.equal(await store.devices.get("device-2"), undefined);
    });

    it("are listed newest first, in pages without gap or double", async () => {
      for (let n = 0; n < 7; n += 1)
        await store.devices.save(
          aDevice({ id: `d${n}`, hostDeviceId: String(n), createdAt: after(n >> 1) }),
        );
      const ids = (await everything((page) => store.devices.list(page), 3)).map(({ id }) => id);
      assert.deepEqual(ids, ["d6", "d5", "d4", "d3", "d2", "d1", "d0"]);
      assert.equal((await store.devices.list({ limit: 7 })).cursor, undefined);
    });

    it("are listed by an endpoint: those with a deployment through it or a certificate of it", async () => {
      for (let n = 0; n < 5; n += 1)
        await store.devices.save(
          aDevice({ id: `d${n}`, hostDeviceId: String(n), createdAt: after(n) }),
        );
      const deploy = (n: number, over: Partial<Deployment>): Promise<void> =>
        store.deployments.save(aDeployment({ id: `p${n}`, deviceId: `d${n}`, ...over }));
      await deploy(0, { endpointId: "wifi" });
      await deploy(1, { endpointId: "vpn" });
      await deploy(2, { endpointId: "wifi", state: "removed" });
      await store.certificates.insert(
        aCertificate({ deviceId: "d4", endpointId: "wifi" }),
        undefined,
      );
      const at = async (endpointId: string): Promise<readonly string[]> =>
        (await everything((page) => store.devices.list(page, { endpointId }), 1)).map(
          ({ id }) => id,
        );
      assert.deepEqual(
        [await at("wifi"), await at("vpn"), await at("none")],
        [["d4", "d0"], ["d1"], []],
      );
    });

    it("refuse a bad limit and a made-up cursor", async () => {
      await fails(store.devices.list({ limit: 0 }), "invalid_input");
      await fails(store.devices.list({ limit: 501 }), "invalid_input");
      await fails(store.devices.list({ limit: 5, cursor: "x" }), "invalid_input");
      const cursor = Buffer.from('["a",1]').toString("base64url");
      await fails(store.devices.list({ limit: 5, cursor }), "invalid_input");
    });
  });

  describe("deployments", () => {
    it("come back, are replaced, and at most one is live for a template on a device", async () => {
      await store.deployments.save(aDeployment());
      assert.deepEqual(await store.deployments.get("deployment-1"), aDeployment());
      assert.deepEqual(await store.deployments.find("device-1", "wifi"), aDeployment());
      await fails(store.deployments.save(aDeployment({ id: "deployment-2" })), "conflict");
      const removed = aDeployment({
        state: "removed",
        nextActionAt: undefined,
        certificateId: undefined,
        failure: undefined,
      });
      await store.deployments.save(removed);
      assert.deepEqual(await store.deployments.get("deployment-1"), removed);
      assert.equal(await store.deployments.find("device-1", "wifi"), undefined);
      const next = aDeployment({ id: "deployment-2", createdAt: after(5) });
      await store.deployments.save(next);
      assert.deepEqual(await store.deployments.find("device-1", "wifi"), next);
      assert.deepEqual((await store.deployments.list({}, { limit: 5 })).items, [next, removed]);
    });

    it("are listed by device and template", async () => {
      await store.deployments.save(aDeployment());
      await store.deployments.save(aDeployment({ id: "b", templateId: "vpn" }));
      await store.deployments.save(aDeployment({ id: "c", deviceId: "device-2" }));
      const ids = async (filter: { deviceId?: string; templateId?: string }): Promise<string[]> =>
        (await everything((page) => store.deployments.list(filter, page), 1)).map(({ id }) => id);
      assert.deepEqual(await ids({ deviceId: "device-1" }), ["deployment-1", "b"]);
      assert.deepEqual(await ids({ templateId: "wifi" }), ["deployment-1", "c"]);
      assert.deepEqual(await ids({ deviceId: "device-1", templateId: "vpn" }), ["b"]);
    });
  });

  describe("challenges", () => {
    it("are found by endpoint and MAC", async () => {
      await store.challenges.insert(aChallenge(), "aa");
      const presented = { challenge: aChallenge(), device: undefined };
      assert.deepEqual(await store.challenges.presented("office", "aa"), presented);
      assert.equal(await store.challenges.presented("other", "aa"), undefined);
      assert.equal(await store.challenges.presented("office", "ab"), undefined);
      assert.deepEqual(await store.challenges.get("challenge-1"), aChallenge());
      await fails(store.challenges.insert(aChallenge(), "bb"), "conflict");
      await fails(store.challenges.insert(aChallenge({ id: "challenge-2" }), "aa"), "conflict");
    });

    it("are presented with their device", async () => {
      const device = aDevice({ id: aChallenge().deviceId });
      await store.devices.save(device);
      await store.challenges.insert(aChallenge(), "aa");
      assert.deepEqual(await store.challenges.presented("office", "aa"), {
        challenge: aChallenge(),
        device,
      });
    });

    it("of a device are burned while open or reserved", async () => {
      for (const state of ["open", "reserved", "spent", "burned"] as const)
        await store.challenges.insert(aChallenge({ id: state, state }), state);
      await store.challenges.insert(aChallenge({ id: "x", deviceId: "device-2" }), "x");
      const burned = await store.challenges.burnOfDevice("device-1");
      assert.deepEqual([...burned].sort(), ["open", "reserved"]);
      assert.equal((await store.challenges.get("open"))?.state, "burned");
      assert.equal((await store.challenges.get("spent"))?.state, "spent");
      assert.equal((await store.challenges.get("x"))?.state, "open");
    });
    it("are spent once without a certificate, and say by which key", async () => {
      await store.challenges.insert(aChallenge(), "aa");
      const { id, expiresAt } = aChallenge();
      assert.equal(await store.challenges.spend(id, "beef", expiresAt), false);
      const before = new Date(expiresAt.getTime() - 1);
      assert.equal(await store.challenges.spend(id, "beef", before), true);
      assert.equal(await store.challenges.spend(id, "cafe", before), false);
      const spent = aChallenge({ state: "spent", spentByKey: "beef" });
      assert.deepEqual(await store.challenges.get(id), spent);
    });
  });
};
