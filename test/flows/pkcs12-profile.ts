import assert from "node:assert/strict";
import { createPrivateKey } from "node:crypto";
import { parse } from "plist";
import type { CountersignConfig } from "../../plugin/config.ts";
import type { Logger } from "../../plugin/ports/ambient.ts";
import type { Device } from "../../plugin/domain/device.ts";
import type { ProfileOffer, RenderedProfile } from "../../plugin/ports/mdm-host.ts";
import type { AgentKeyProfile } from "../../templates/profile/agent-json.ts";
import { openPkcs12, type OpenedPkcs12 } from "../support/open-pkcs12.ts";
import { assertVerifies, openssl } from "../support/openssl.ts";
import type { Api, Json } from "./api.ts";
import { refused, newKey, serialOf } from "./device.ts";
import { gatedCa } from "./gated-ca.ts";
import { lazyHost, until } from "./lazy-host.ts";
import { DAY, eventually, HOUR, type Served, serve } from "./served.ts";
import { chainOf, makeSite, type SiteIds } from "./site.ts";

/** Container and password out of a profile, read as the platform reads it. */
const containerOf = ({ platform, body }: RenderedProfile) => {
  const text = Buffer.from(body).toString();
  if (platform === "apple") {
    const { PayloadContent } = parse(text) as unknown as { PayloadContent: Json[] };
    const payload = PayloadContent.find((one) => one.PayloadType === "com.apple.security.pkcs12");
    return {
      pkcs12: Buffer.from(payload.PayloadContent as Uint8Array),
      password: payload.Password as string,
    };
  }
  if (platform === "windows") {
    const node = (name: string): string =>
      new RegExp(`/${name}</LocURI>[^]*?<Data>([^<]*)</Data>`).exec(text)?.[1] ?? "";
    return {
      pkcs12: Buffer.from(node("PFXCertBlob"), "base64"),
      password: node("PFXCertPassword"),
    };
  }
  const { keyPair } = JSON.parse(text) as AgentKeyProfile;
  return { pkcs12: Buffer.from(keyPair.pkcs12, "base64"), password: keyPair.password };
};

const opened = async (profile: RenderedProfile): Promise<OpenedPkcs12> => {
  const { pkcs12, password } = containerOf(profile);
  return openPkcs12(pkcs12, password);
};

const leafOf = async (profile: RenderedProfile): Promise<Buffer> => {
  const [leaf] = (await opened(profile)).certificates;
  assert.ok(leaf);
  return leaf;
};

/** A database to run on, and all that is in it, as one heap of bytes. */
export interface Place {
  readonly config: (context: Mocha.Context) => Promise<Partial<CountersignConfig>>;
  readonly dump: (served: Served) => Promise<Buffer>;
  readonly end: () => Promise<void>;
}

/** A host that cannot wait for the device; it may fail with the profile in its hands. */
const pushingHost = () => {
  const host = {
    id: "pushing",
    lazyRender: false,
    fails: false,
    publishProfile: async (_device: Device, offer: ProfileOffer): Promise<string> => {
      await offer.render();
      if (host.fails) throw new Error("the MDM server is down");
      return "pushed";
    },
    removeProfile: () => Promise.resolve("removed"),
  };
  return host;
};

/** How bytes of a secret may stand somewhere. */
const spellings = (secret: Uint8Array): readonly Buffer[] => {
  const bytes = Buffer.from(secret);
  return [
    bytes,
    Buffer.from(bytes.toString("hex")),
    Buffer.from(bytes.toString("hex").toUpperCase()),
    // Wherever it begins in a longer text.
    ...[0, 1, 2].map((skip) => Buffer.from(bytes.subarray(skip).toString("base64").slice(0, 24))),
  ];
};

/** The life of keys that are made here, over a real installation (P-05); `whole` also goes through every platform, and waits for the planner. */
export const describeKeysMadeHere = (database: string, place: Place, whole: boolean): void => {
  describe(`flows: keys made at the CA, on ${database}`, function () {
    this.timeout(30_000);
    const host = lazyHost();
    const pushing = pushingHost();
    const gate = gatedCa();
    const logged: string[] = [];
    const log = (fields: unknown, text?: string): void =>
      void logged.push(JSON.stringify(fields), text ?? "");
    const logger: Logger = { debug: log, info: log, warn: log, error: log };
    let served: Served;
    let api: Api;
    let site: SiteIds;
    before(async function () {
      const config = await place.config(this);
      served = await serve(config, { hosts: [host, pushing], caBackends: [gate], logger });
      api = await served.api();
      site = await makeSite(api);
      await template("p12", {});
    });
    after(async () => {
      await served.end();
      await place.end();
    });
    afterEach(() => gate.open());

    const template = (id: string, more: object): Promise<Json> =>
      api.post("/templates", {
        ...{ id, authorityId: site.authority, subject: "CN=%devicename%,O=Lab" },
        ...{ delivery: "pkcs12", keyAlgorithms: ["ec-p256"] },
        ...{ keyUsages: ["digitalSignature"], ...more },
      });
    let count = 0;
    /** A device with the template assigned, its command waiting at the host. */
    const assigned = async (templateId = "p12", platform: Json = "android") => {
      const deviceId = `${database}-${++count}`;
      const event = { hostId: "mdm", deviceId };
      const { hooks } = served.countersign;
      const attributes = { devicename: deviceId };
      const device = await hooks.deviceEnrolled({ ...event, platform, attributes });
      const { id } = await hooks.templateAssigned({ ...event, templateId });
      const state = async (): Promise<Json> => api.get(`/deployments/${id}`);
      const becomes = (wanted: string): Promise<void> =>
        until(`${deviceId} is ${wanted}`, async () => (await state()).state === wanted);
      await becomes("queued");
      const mine = () => host.offers.filter(({ offer }) => offer.deploymentId === id);
      const take = (): Promise<RenderedProfile> => {
        const last = mine().at(-1);
        assert.ok(last);
        return last.offer.render();
      };
      const certificates = (): Promise<Json[]> => api.all(`/certificates?device=${device.id}`);
      const timeline = async (): Promise<Json[]> =>
        (await api.get(`/devices/${device.id}/timeline`)).entries;
      return { event, id, deviceId: device.id, state, becomes, mine, take, certificates, timeline };
    };
    const statusOf = async (der: Uint8Array): Promise<Json> =>
      (await api.get(`/certificates?serial=${serialOf(der)}`)).items[0];

    for (const [platform, key, encoding] of [
      ["apple", "rsa-2048", "compatible"],
      ["windows", "ec-p384", "strong"],
      ["android", "rsa-2048", "strong"],
      ["other", "ec-p256", "strong"],
    ] as const)
      if (whole || platform === "android")
        it(`P-05 ${platform}: the profile holds a ${key} with its certificate and chain, made when the host takes the command`, async () => {
          await template(`p12-${platform}`, { keyAlgorithms: [key] });
          const device = await assigned(`p12-${platform}`, platform);
          served.clock.advance(3 * DAY);
          assert.deepEqual(await device.certificates(), [], "nothing is made before");
          const profile =
            platform === "apple"
              ? await served.countersign.hooks.profileTaken({ deploymentId: device.id })
              : await device.take();
          const container = await opened(profile);
          assert.equal(container.encoding, encoding);
          const jwk = createPrivateKey(container.key).export({ format: "jwk" });
          assert.equal(
            jwk.kty === "RSA" ? "rsa-2048" : `ec-${jwk.crv?.replace("-", "").toLowerCase() ?? ""}`,
            key,
          );
          const [leaf, ...chain] = container.certificates;
          assert.ok(leaf);
          const authorities = await chainOf(api, site.authority);
          assert.deepEqual(chain, authorities);
          await assertVerifies(leaf, authorities, [], served.clock.now());

          const [row] = await device.certificates();
          assert.equal(row.serial, serialOf(leaf));
          assert.deepEqual(
            [row.status, row.templateId, row.subject],
            ["issued", `p12-${platform}`, `CN=${device.event.deviceId},O=Lab`],
          );
          const issued = await device.state();
          assert.deepEqual([issued.state, issued.certificateId], ["issued", row.id]);
          const { commandId } = issued;
          assert.equal(commandId, device.mine().at(-1)?.id);
          await served.countersign.hooks.commandAcknowledged({
            ...{ ...device.event, deploymentId: device.id, commandId },
          });
          assert.equal((await device.state()).state, "installed");
          const told = (await device.timeline()).find(
            ({ event }) => event === "certificate.issued",
          );
          assert.match(told.summary as string, new RegExp(`its ${key} key was made here`));
          await assert.rejects(device.take(), { code: "conflict" });
        });

    it("P-05 a signed Apple profile opens after its signature is taken off", async () => {
      const device = await assigned("p12", "apple");
      const { body, platform, ...rest } = await device.take();
      const plain = await openssl(["cms", "-verify", "-noverify", "-inform", "DER"], {
        input: body,
      });
      const container = await opened({ ...rest, platform, body: Buffer.from(plain) });
      assert.equal(container.certificates.length, 3);
    });

    it("P-05 neither database, ledger, outbox, timeline nor log holds key, container or password", async () => {
      const device = await assigned("p12-android");
      const profile = await device.take();
      const { pkcs12, password } = containerOf(profile);
      const { key } = await openPkcs12(pkcs12, password);
      const jwk = createPrivateKey(key).export({ format: "jwk" });
      const part = (name: "d" | "p" | "q") =>
        Buffer.from(jwk[name] ?? "", "base64url").subarray(0, 24);
      const secrets = [
        part("d"),
        part("p"),
        part("q"),
        pkcs12.subarray(300, 324),
        Buffer.from(password),
      ];
      const kept = Buffer.concat([
        await place.dump(served),
        ...[
          await api.all("/ledger"),
          await api.get("/ledger/chain?limit=500"),
          await api.all("/outbox"),
          await device.timeline(),
          await device.certificates(),
          logged,
        ].map((one) => Buffer.from(JSON.stringify(one))),
      ]);
      const [row] = await device.certificates();
      assert.ok(kept.includes(row.serial as string), "the search sees what is there");
      const der = await api.bytes(`/certificates/${row.id}/der`);
      assert.ok(
        spellings(der.subarray(-40, -16)).some((one) => kept.includes(one)),
        "also in bytes",
      );
      for (const secret of secrets)
        for (const one of spellings(secret)) assert.ok(!kept.includes(one), one.toString("hex"));
    });

    it("P-05 a host that lost the answer asks again: a new key, and the certificate nobody saw dies a day later", async () => {
      const device = await assigned();
      const first = await leafOf(await device.take());
      const second = await leafOf(await device.take());
      assert.notEqual(serialOf(first), serialOf(second));
      assert.equal((await device.state()).state, "issued");
      assert.equal((await statusOf(first)).status, "issued", "the answer may still arrive");
      served.clock.advance(DAY - HOUR);
      assert.equal((await statusOf(first)).status, "issued");
      served.clock.advance(2 * HOUR);
      await until("revoked", async () => (await statusOf(first)).status === "revoked");
      assert.equal((await statusOf(first)).revocationReason, "superseded");
      assert.equal((await statusOf(second)).status, "issued");
      const told = (await device.timeline()).find(({ event }) => event === "certificate.revoked");
      assert.match(told.summary as string, /never seen on the device/);
    });

    it("P-05 a first answer that arrived after all is kept: the device was seen to hold it", async () => {
      const device = await assigned();
      const first = await leafOf(await device.take());
      await device.take();
      await served.countersign.hooks.deviceInventory({
        ...device.event,
        certificates: [{ der: first }],
      });
      served.clock.advance(DAY + HOUR);
      const due = async () =>
        (await api.all("/outbox")).some(
          ({ effect }: Json) =>
            effect.kind === "revoke-unseen" && effect.deploymentId === device.id,
        );
      await until("looked at", async () => !(await due()));
      assert.equal((await statusOf(first)).status, "issued");
    });

    it("P-05 two calls at once get the same container", async () => {
      const device = await assigned();
      const [a, b] = await Promise.all([device.take(), device.take()]);
      assert.deepEqual(containerOf(a), containerOf(b));
      assert.equal((await device.certificates()).length, 1);
    });

    it("P-05 a wipe while the certificate is being signed: nothing is handed over, and it is revoked", async () => {
      const device = await assigned();
      gate.close();
      const waiting = gate.waiting();
      const taking = device.take();
      await waiting;
      const wiped = await served.countersign.hooks.deviceWiped(device.event);
      assert.equal(wiped.revoked.length, 1);
      gate.open();
      await assert.rejects(taking, { code: "device_gone" });
      assert.deepEqual(
        (await device.certificates()).map(({ status }) => status as string),
        ["revoked"],
      );
      assert.equal((await device.state()).state, "removed");
    });

    it("P-05 a removal while the certificate is being signed wins likewise", async () => {
      const device = await assigned();
      gate.close();
      const waiting = gate.waiting();
      const taking = device.take();
      await waiting;
      await served.countersign.hooks.templateRemoved({ ...device.event, templateId: "p12" });
      gate.open();
      await assert.rejects(taking, { code: "device_gone" });
      const [row] = await device.certificates();
      assert.deepEqual([row.status, row.revocationReason], ["revoked", "superseded"]);
    });

    it("P-05 wipe and renewal do what they do to every certificate; a renewal makes a new key", async () => {
      await template("p12-renewed", { oldCertificate: "revoke" });
      const device = await assigned("p12-renewed");
      const seen = async (der: Uint8Array) =>
        served.countersign.hooks.deviceInventory({ ...device.event, certificates: [{ der }] });
      const old = await opened(await device.take());
      await seen(old.certificates[0]!);
      assert.equal((await device.state()).state, "installed");
      await api.post(`/deployments/${device.id}/renew`);
      await device.becomes("queued");
      const renewed = await opened(await device.take());
      assert.notEqual(renewed.publicKey, old.publicKey);
      served.clock.advance(2 * DAY);
      assert.equal((await statusOf(old.certificates[0]!)).status, "issued", "it was seen");
      await seen(renewed.certificates[0]!);
      assert.equal((await statusOf(old.certificates[0]!)).revocationReason, "superseded");
      const { revoked } = await served.countersign.hooks.deviceWiped(device.event);
      assert.deepEqual(revoked, [serialOf(renewed.certificates[0]!)]);
    });

    it("P-05 what is refused is on the timeline with a next step, and goes on by itself when that is put right", async () => {
      const device = await assigned();
      gate.breakDown();
      await assert.rejects(device.take(), { code: "key_unavailable" });
      assert.equal((await device.state()).state, "queued", "it passes by itself");
      const entry = async () =>
        (await device.timeline()).find(({ event }) => event === "certificate.refused");
      const told = await entry();
      assert.deepEqual([told.code, told.deploymentId], ["key_unavailable", device.id]);
      assert.ok((told.nextStep as string).length > 10);
      gate.open();

      await api.patch("/templates/p12", { allowDuplicates: false });
      try {
        await leafOf(await device.take());
        // The one before has been lost: it does not stand in the way of its own replacement.
        await leafOf(await device.take());
      } finally {
        await api.patch("/templates/p12", { allowDuplicates: true });
      }
    });

    it("P-05 a refusal that stays fails the deployment with the reason, and it is tried again by itself", async () => {
      const { authority } = await makeSite(api, { id: `gone-${count}` });
      await template("p12-gone", { authorityId: authority });
      const device = await assigned("p12-gone");
      await api.post(`/authorities/${authority}/retire`);
      await assert.rejects(device.take(), { code: "authority_not_ready" });
      const failed = await device.state();
      assert.deepEqual([failed.state, failed.reason], ["failed", "issuance-refused"]);
      assert.match(failed.nextStep as string, /Read in the timeline/);
      assert.ok(Date.parse(failed.nextActionAt as string) > served.clock.now().getTime());
      const told = (await device.timeline()).find(({ event }) => event === "certificate.refused");
      assert.equal(told.code, "authority_not_ready");
      assert.deepEqual(await device.certificates(), []);
    });

    it("P-05 a device of SCEP gets no way in by such a template, and the template needs no endpoint", async () => {
      const device = await assigned();
      assert.equal((await device.state()).endpointId, undefined);
      const minted = await api.refused("POST", "/challenges", {
        ...{ deviceId: device.deviceId, templateId: "p12" },
      });
      assert.equal(minted.code, "policy_refused");
      await template("p12-static", { challengeMode: "static" });
      await api.post("/endpoints", {
        ...{ id: `p12-scep`, authorityId: site.authority, templateIds: ["p12-static"] },
        policies: [
          {
            kind: "static",
            templateId: "p12-static",
            secret: "a-long-static-secret",
            unknownDevice: "unmanaged",
          },
        ],
      });
      const reply = await refused(`${served.url}/scep/p12-scep`, {
        ...{ key: await newKey(), challenge: "a-long-static-secret" },
      });
      assert.equal(reply.text, "The challenge was refused");
    });

    it("P-05 a host that fails after it was given the profile: that key serves nobody, and the next one comes by itself", async () => {
      const event = { hostId: "pushing", deviceId: `${database}-pushed` };
      const { hooks } = served.countersign;
      const attributes = { devicename: event.deviceId };
      const device = await hooks.deviceEnrolled({ ...event, platform: "other", attributes });
      const certificates = (): Promise<Json[]> => api.all(`/certificates?device=${device.id}`);
      pushing.fails = true;
      const { id } = await hooks.templateAssigned({ ...event, templateId: "p12" });
      const state = async (): Promise<Json> => api.get(`/deployments/${id}`);
      await until("failed", async () => (await state()).state === "failed");
      assert.deepEqual((await state()).reason, "publish-failed");
      pushing.fails = false;
      served.clock.advance(1.1 * HOUR);
      await until("issued", async () => (await state()).commandId === "pushed");
      assert.equal((await state()).state, "issued");
      assert.equal((await certificates()).length, 2);
      served.clock.advance(DAY + HOUR);
      await until("revoked", async () =>
        (await certificates()).some(({ revocationReason }) => revocationReason === "superseded"),
      );
      await hooks.commandAcknowledged({ ...event, deploymentId: id, commandId: "pushed" });
      assert.equal((await state()).state, "installed");
    });

    if (whole)
      it("P-05 L-01 in its renewal window the profile is sent again by itself, with a new key", async () => {
        await template("p12-short", {
          validity: "P10D",
          renewalWindow: "P3D",
          renewalSpread: "0%",
        });
        const device = await assigned("p12-short");
        const der = await leafOf(await device.take());
        await served.countersign.hooks.deviceInventory({
          ...device.event,
          certificates: [{ der }],
        });
        assert.equal((await device.state()).state, "installed");
        served.clock.advance(8 * DAY);
        await eventually(async () => (await device.state()).state === "queued");
        const next = await leafOf(await device.take());
        assert.notEqual(serialOf(next), serialOf(der));
      });

    it("P-05 T-27 a template that could hand over nothing is refused at save, with its field", async () => {
      const { issues } = await api.refused("POST", "/templates", {
        ...{ id: "p12-request", authorityId: site.authority, subject: "CN=x" },
        ...{ delivery: "pkcs12", profileId: "mdmws-digital-signature" },
      });
      assert.ok(
        issues.some(({ path, message }) => path === "profileId" && /requests only/.test(message)),
        JSON.stringify(issues),
      );
    });
  });
};
