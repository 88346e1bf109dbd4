import assert from "node:assert/strict";
import type { Device } from "../../../plugin/domain/device.ts";
import { parseDn } from "../../../plugin/domain/distinguished-name.ts";
import type { TenantStore } from "../../../plugin/ports/stores.ts";
import { RequestedDevice } from "../../../plugin/services/devices/requested-device.ts";
import { systemRandom } from "../../../plugin/random.ts";
import { aDevice, after, anEndpoint, aTemplate, NOW } from "../../contract/store/samples.ts";
import { newTenant, sqliteDatabase, type TestDatabase } from "../../support/databases.ts";

describe("the device that a request names", () => {
  let opened: TestDatabase;
  let store: TenantStore;
  beforeEach(async () => {
    opened = await sqliteDatabase();
    store = await newTenant(opened);
  });
  afterEach(() => opened.close());

  const saved = async (...devices: readonly Partial<Device>[]): Promise<void> => {
    for (const [at, device] of devices.entries())
      await store.devices.save(
        aDevice({ ...{ id: `d-${at}`, hostDeviceId: `h-${at}` }, ...device }),
      );
  };
  const find = async (unknownDevice: "refuse" | "unmanaged" = "refuse"): Promise<string> => {
    const requested = new RequestedDevice({ now: () => NOW }, systemRandom);
    const template = aTemplate({ subject: "CN=%serialnumber%", sans: [] });
    const request = { subject: parseDn("CN=C02XG"), sans: [] };
    return requested.find({ store, endpoint: anEndpoint() }, template, request, unknownDevice).then(
      ({ id }) => id,
      (error: unknown) => (error as { code: string }).code,
    );
  };
  const disabled = { userDisabledAt: after(-1) };

  it("is the one live device that fits, whatever else had its names before", async () => {
    assert.equal(await find(), "claim_mismatch");
    await saved({ status: "wiped" }, {}, { status: "unenrolled" });
    assert.equal(await find(), "d-1");
    await saved({ status: "wiped" }, {}, {});
    assert.equal(await find(), "claim_mismatch");
  });

  it("is told as gone when it is, and as its user's when that alone bars it", async () => {
    await saved({ status: "wiped" });
    assert.equal(await find(), "device_gone");
    // Letting the user in again would not bring a wiped device back.
    await saved({ status: "wiped", ...disabled });
    assert.equal(await find(), "device_gone");
    await saved({ status: "wiped", ...disabled }, disabled);
    assert.equal(await find(), "user_disabled");
  });

  it("never comes back as an unmanaged one", async () => {
    for (const barred of [{ status: "wiped" } as const, disabled]) {
      await saved(barred);
      assert.match(await find("unmanaged"), /^(?:device_gone|user_disabled)$/);
    }
    assert.equal((await store.devices.list({ limit: 10 })).items.length, 1);
  });
});
