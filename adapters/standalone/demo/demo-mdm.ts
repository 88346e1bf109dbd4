import { mkdir, writeFile } from "node:fs/promises";
import { extname, join } from "node:path";
import type { MdmHost } from "../../../plugin/sdk.ts";
import { memoryHost } from "../../mdm/memory.ts";

export const DEMO_HOST = "demo";

/** An MDM server in memory whose devices take every profile at once: each lies as a file in `folder`, named after its device. */
export const demoMdm = (folder: string): MdmHost => {
  const host = memoryHost(DEMO_HOST);
  return {
    ...host,
    publishProfile: (device, offer) =>
      host.publishProfile(device, {
        ...offer,
        render: async () => {
          const profile = await offer.render();
          await mkdir(folder, { recursive: true, mode: 0o700 });
          // Whoever reports devices names them; not what lies outside of the folder.
          const name = `${encodeURIComponent(device.hostDeviceId)}${extname(profile.fileName)}`;
          // A profile carries its challenge.
          await writeFile(join(folder, name), profile.body, { mode: 0o600 });
          return profile;
        },
      }),
  };
};
