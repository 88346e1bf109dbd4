import assert from "node:assert/strict";
import type { Api } from "./api.ts";
import { ask, newKey } from "./device.ts";
import { makeDevice, mintChallenge, type SiteIds } from "./site.ts";

/** Enrols a device that is there, as `CN=name,O=Lab`, with a one-time challenge. `url`: the installation's base. */
export const enrolDevice = async (
  api: Api,
  url: string,
  site: SiteIds,
  name: string,
  deviceId: string,
): Promise<void> => {
  const challenge = await mintChallenge(api, site, deviceId);
  const subject = `CN=${name},O=Lab`;
  const asked = { subject, challenge, key: await newKey() };
  const reply = await ask(`${url}/scep/${site.endpoint}`, asked);
  assert.equal(reply.status, "issued");
};

/** The same for a new device of this name; answers our id of it. */
export const enrolledDevice = async (
  api: Api,
  url: string,
  site: SiteIds,
  name: string,
): Promise<string> => {
  const deviceId = await makeDevice(api, name);
  await enrolDevice(api, url, site, name, deviceId);
  return deviceId;
};
