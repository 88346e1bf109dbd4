import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { demoMdm } from "../../../adapters/standalone/demo/demo-mdm.ts";
import type { Device } from "../../../plugin/sdk.ts";
import { workFolder } from "../../support/tools.ts";

describe("the MDM server of the demo", () => {
  it("keeps what it is sent in its folder, whatever a device is called", async () => {
    const work = await workFolder();
    try {
      const host = demoMdm(work.file("demo"));
      const device = { id: "1", hostDeviceId: "../outside" } as Device;
      await host.publishProfile(device, {
        deploymentId: "1",
        profileId: "1",
        render: async () => ({
          platform: "other",
          contentType: "text/plain",
          fileName: "a.json",
          body: Buffer.of(1),
        }),
      });
      assert.deepEqual(await readdir(work.file(".")), ["demo"]);
      assert.deepEqual(await readdir(work.file("demo")), ["..%2Foutside.json"]);
    } finally {
      await work.remove();
    }
  });
});
