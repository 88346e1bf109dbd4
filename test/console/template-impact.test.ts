import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { memoryHost } from "../../adapters/mdm/memory.ts";
import type { Api } from "../flows/api.ts";
import { makeDevice, type SiteIds } from "../flows/site.ts";
import { enrolDevice } from "../flows/enrolled-device.ts";
import { goTo } from "../support/browser.ts";
import { type Consoled, openConsole } from "./consoled.ts";

describe("console: what changing a template does to devices that have it", function () {
  let consoled: Consoled, api: Api, site: SiteIds, page: Page;
  before(async function () {
    consoled = await openConsole(this, {}, { hosts: [memoryHost("mdm")] });
    ({ api, site, page } = await consoled.openSite("templates"));
    for (const [name, attributes] of [
      ["kiosk", { username: "anna" }],
      ["nobodys", {}],
    ] as const) {
      const deviceId = await makeDevice(api, name, attributes);
      await api.post("/deployments", { deviceId, templateId: site.template });
      await enrolDevice(api, consoled.served.url, site, name, deviceId);
    }
  });

  const form = () => page.locator("cs-template-form");
  const dialog = () => page.locator("wa-dialog[open]");
  const subject = () => page.locator('cs-form [id="subject"]');
  const edit = async (): Promise<void> => {
    await page.reload();
    await goTo(page, `templates/${site.template}/edit?as=manageengine`, "Edit template");
    await subject().waitFor();
  };

  it("says how many are re-keyed and which would fail, and moves the rest by plan when told to", async () => {
    await edit();
    await subject().fill("CN=%username%,O=Lab");
    await form().getByRole("button", { name: "Work it out" }).click();
    await form().getByText("1 device would fail").waitFor();
    await form().getByRole("link", { name: "nobodys" }).waitFor();
    await form().getByText("no value for %username%", { exact: false }).waitFor();
    await form().getByLabel("Devices that have it").selectOption("all");
    await form().getByLabel("Over how many days").fill("3");
    await form().getByLabel("Over how many days").blur();
    await form().getByRole("button", { name: "Work it out" }).click();
    await form().locator("cs-chart").waitFor();
    await form().getByRole("button", { name: "Save", exact: true }).click();
    await dialog().getByText("over 3 days; 1 would fail").waitFor();
    await dialog().getByRole("button", { name: "Cancel" }).click();
    assert.equal((await api.get(`/templates/${site.template}`)).version, 1, "nothing is saved");
    await form().getByRole("button", { name: "Save", exact: true }).click();
    await dialog().getByRole("button", { name: "Save" }).click();
    await page.getByText("Saved as").waitFor();
    const { items } = await api.get("/ledger?event=template.changed");
    assert.equal(items[0].data.moveOver, "P3D");
  });

  it("says nothing of a choice that was changed while it was worked out", async () => {
    await edit();
    await subject().fill("CN=%username%,O=Held");
    let go = (): void => undefined;
    const held = new Promise<void>((resolve) => (go = resolve));
    const impact = `**/api/v1/templates/${site.template}/impact`;
    await page.route(impact, async (route) => {
      await held;
      await route.continue();
    });
    const asked = page.waitForRequest(impact);
    await form().getByRole("button", { name: "Work it out" }).click();
    await asked;
    await form().getByLabel("Devices that have it").selectOption("all");
    const answered = page.waitForResponse(impact);
    go();
    await (await answered).finished();
    await page.locator("cs-template-impact wa-button[loading]").waitFor({ state: "detached" });
    assert.equal(await form().getByText("1 device would fail").count(), 0);
    await page.unroute(impact);
  });

  it("starts a canary group, once the change is saved", async () => {
    await edit();
    await subject().fill("CN=%devicename%,O=Acme");
    await form().getByLabel("Devices that have it").selectOption("canary");
    await form().getByLabel("How many go first").fill("1");
    await form().getByLabel("How many go first").blur();
    await form().getByRole("button", { name: "Save", exact: true }).click();
    await dialog().getByText("1 device of them now").waitFor();
    await dialog().getByRole("button", { name: "Save" }).click();
    await page.getByText("The canary group renews now.").waitFor();
    const { items } = await api.get("/renewals/groups");
    assert.equal(items.length, 1);
    const { items: changes } = await api.get("/ledger?event=template.changed");
    assert.equal(changes[0].data.moveOver, undefined);
  });

  it("asks nothing where no device notices", async () => {
    await edit();
    await page.locator('cs-form [id="templateName"]').fill("Another name");
    await form().getByRole("button", { name: "Save", exact: true }).click();
    await page.getByText("Saved as").waitFor();
    assert.equal((await api.get(`/templates/${site.template}`)).name, "Another name");
  });
});
