import type { CountersignConfig } from "../../plugin/config.ts";
import type { Logger } from "../../plugin/ports/ambient.ts";
import type { RenderedProfile } from "../../plugin/ports/mdm-host.ts";
import assert from "node:assert/strict";
import type { Api, Json } from "./api.ts";
import { serialOf } from "./device.ts";
import { gatedCa } from "./gated-ca.ts";
import { pushingHost } from "./key-profiles.ts";
import { lazyHost, until } from "./lazy-host.ts";
import { type Served, serve } from "./served.ts";
import { makeSite, type SiteIds } from "./site.ts";

/** A database to run on, and all that is in it, as one heap of bytes. */
export interface Place {
  readonly config: (context: Mocha.Context) => Promise<Partial<CountersignConfig>>;
  readonly dump: (served: Served) => Promise<Buffer>;
  readonly end: () => Promise<void>;
}

/** For the suite that calls it: an installation on `place` with a CA and the template `p12`, whose keys are made here. */
export const useKeySite = (database: string, place: Place) => {
  const host = lazyHost();
  const pushing = pushingHost();
  const gate = gatedCa();
  const logged: string[] = [];
  const log = (fields: unknown, text?: string): void =>
    void logged.push(JSON.stringify(fields), text ?? "");
  const logger: Logger = { debug: log, info: log, warn: log, error: log };
  let config: Partial<CountersignConfig>;
  let served: Served;
  let api: Api;
  let site: SiteIds;
  before(async function () {
    config = await place.config(this);
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
  return {
    ...{ template, assigned, statusOf, gate, pushing, logged },
    get config() {
      return config;
    },
    get served() {
      return served;
    },
    get api() {
      return api;
    },
    get site() {
      return site;
    },
  };
};
