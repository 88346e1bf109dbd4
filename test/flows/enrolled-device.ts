import assert from "node:assert/strict";
import type { Api } from "./api.ts";
import { ask, newKey } from "./device.ts";
import { makeDevice, mintChallenge, type SiteIds } from "./site.ts";

/** A device of this name that has enrolled with a one-time challenge; answers our id of it. `url`: the installation's base. */
export const enrolledDevice = async (
  api: Api,
  url: string,
  site: SiteIds,
  name: string,
): Promise<string> => {
  const device = await makeDevice(api, name);
  const challenge = await mintChallenge(api, site, device);
  const subject = `CN=${name},O=Lab`;
  const asked = { subject, challenge, key: await newKey() };
  const reply = await ask(`${url}/scep/${site.endpoint}`, asked);
  assert.equal(reply.status, "issued");
  return device;
};
