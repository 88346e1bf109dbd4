import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { memoryHost } from "../../adapters/mdm/memory.ts";
import type { Api } from "../flows/api.ts";
import { enrolDevice } from "../flows/enrolled-device.ts";
import { eventually } from "../flows/served.ts";
import { makeDevice, makeSite, type SiteIds } from "../flows/site.ts";
import { goTo } from "../support/browser.ts";
import { type Consoled, onBothDatabases } from "./consoled.ts";

onBothDatabases("console: distribution by groups", (open) => {
  let consoled: Consoled, api: Api, site: SiteIds, page: Page;
  let tester = "";
  before(async function () {
    const host = memoryHost("mdm", { mixedGroups: false });
    consoled = await open(this, {}, { hosts: [host] });
    api = await consoled.served.api();
    site = await makeSite(api);
    tester = await makeDevice(api, "tester", { serialnumber: "T-1" });
    for (const name of ["phone-1", "phone-2", "boss"]) await makeDevice(api, name);
    const members = ["phone-1", "phone-2", "boss"];
    host.setGroup({ groupId: "phones", name: "Phones <b>", kind: "device", members });
    host.setGroup({ groupId: "board", name: "Board", kind: "device", members: ["boss"] });
    host.setGroup({ groupId: "staff", name: "Staff", kind: "user", members: ["anna"] });
    await api.post("/groups/refresh");
    page = await consoled.open(`templates/${site.template}`, undefined, {
      viewport: { width: 320, height: 700 },
      colorScheme: "dark",
    });
  });

  const card = () => page.locator("cs-distribution");
  const dialog = () => page.locator("wa-dialog[open]");
  const path = () => `/templates/${site.template}/distribution`;
  const button = (name: string) => card().getByRole("button", { name });

  it("P-09 says at saving what the host forbids, and P-08 saves a draft that delivers nothing", async () => {
    await button("New draft").click();
    await card().getByLabel("Phones <b>").selectOption("include");
    await card().getByLabel("Staff").selectOption("exclude");
    await button("Save draft").click();
    await card().getByText("does not mix user and device groups", { exact: false }).waitFor();
    await card().getByLabel("Staff").selectOption("");
    await card().getByLabel("Board").selectOption("exclude");
    await card().getByLabel("Test device, first").fill("T-1");
    await card().getByLabel("Test device, first").blur();
    await card().getByLabel("Everybody, over how many days").fill("2");
    await card().getByLabel("Everybody, over how many days").blur();
    await button("Work it out").click();
    await card().locator("cs-chart").waitFor();
    const width = await page.evaluate("document.documentElement.scrollWidth");
    assert.equal(width, 320);
    await button("Save draft").click();
    await page.getByText("nothing is delivered yet", { exact: false }).waitFor();
    const { draft, serving } = await api.get(path());
    assert.deepEqual(
      [draft.plan.includes, draft.plan.excludes, draft.plan.testDeviceId, draft.plan.over],
      [["mdm:phones"], ["mdm:board"], tester, "P2D"],
    );
    assert.equal(serving, undefined);
    assert.deepEqual((await api.get("/deployments")).items, []);
  });

  it("P-09 publishes to the test device, and offers the next stage once it has installed", async () => {
    await button("Publish").click();
    await dialog().getByText("It is for 3 devices", { exact: false }).waitFor();
    await dialog().getByRole("button", { name: "Publish" }).click();
    await card().getByText("the test device has not installed yet", { exact: false }).waitFor();
    await eventually(async () => (await api.get("/deployments")).items[0]?.state === "delivered");
    const [{ id, deviceId, commandId }] = (await api.get("/deployments")).items;
    assert.equal(deviceId, tester);
    await enrolDevice(api, consoled.served.url, site, "tester", tester);
    await api.post("/hooks/commandAcknowledged", {
      ...{ hostId: "mdm", deviceId: "tester", deploymentId: id, commandId },
    });
    await page.reload();
    await goTo(page, `templates/${site.template}`, "lab-wifi");
    // By keyboard alone.
    await button("Go on to everybody").focus();
    await page.keyboard.press("Enter");
    await dialog().getByRole("button", { name: "Go on" }).click();
    await card().getByText("Serves: 1").waitFor();
    assert.equal((await api.get(path())).serving.number, 1);
    await card().getByText("3 devices", { exact: false }).waitFor();
  });

  it("P-08 a change is a new draft, and what is published serves on", async () => {
    await button("New draft").click();
    await card().getByLabel("For whom").selectOption("devices");
    await button("Work it out").click();
    await card().getByText("All devices: 3 devices are meant", { exact: false }).waitFor();
    const first = card().getByLabel("Test device, first");
    await first.fill("nobody-has-this-name");
    await button("Save draft").click();
    await card().getByText("No such device.").waitFor();
    assert.equal((await api.get(path())).draft, undefined);
    // Typed and saved at once: the device is looked up first.
    const lookUp = "**/api/v1/devices?*";
    await page.route(lookUp, async (route) => {
      await page.waitForTimeout(500);
      await route.continue();
    });
    await first.fill("phone-1");
    await button("Save draft").click();
    await card().getByText("Draft 2").waitFor();
    await page.unroute(lookUp);
    const [phone] = (await api.get("/devices?q=phone-1")).items;
    assert.equal((await api.get(path())).draft.plan.testDeviceId, phone.id);
    assert.equal((await api.get(path())).serving.plan.everybody, undefined);
    const reader = await consoled.open(`templates/${site.template}`, ["ca-auditor"]);
    const theirs = reader.locator("cs-distribution");
    await theirs.getByText("Draft 2").waitFor();
    assert.equal(await theirs.getByRole("button").count(), 0);
    await reader.close();
  });
});
