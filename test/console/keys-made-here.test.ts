import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import type { Api } from "../flows/api.ts";
import { containerOf } from "../flows/key-profiles.ts";
import { lazyHost } from "../flows/lazy-host.ts";
import { makeDevice, type SiteIds } from "../flows/site.ts";
import { goTo } from "../support/browser.ts";
import { openPkcs12 } from "../support/open-pkcs12.ts";
import { type Consoled, openConsole } from "./consoled.ts";

describe("console: templates whose keys are made at the CA", function () {
  let consoled: Consoled, api: Api, site: SiteIds, page: Page;
  before(async function () {
    consoled = await openConsole(this, {}, { hosts: [lazyHost()] });
    ({ api, site, page } = await consoled.openSite("templates"));
  });
  const dialog = () => page.locator("wa-dialog[open]");

  it("P-05 the form says who makes the key, and asks for the container's encryption only then", async () => {
    await goTo(page, `templates/${site.template}/edit?as=manageengine`, "Edit template");
    const delivery = page.getByLabel("Who makes the key");
    await delivery.waitFor();
    assert.equal(await page.getByLabel("Encryption of the container").count(), 0);
    await delivery.selectOption({ label: "The CA (PKCS#12)" });
    await page
      .getByLabel("Encryption of the container")
      .selectOption({ label: "Strong (AES-256)" });
    await page
      .locator("cs-template-form")
      .getByRole("button", { name: "Save", exact: true })
      .click();
    await page.getByText("Saved as").waitFor();
    const { delivery: saved, pkcs12Encoding } = await api.get(`/templates/${site.template}`);
    assert.deepEqual([saved, pkcs12Encoding], ["pkcs12", "strong"]);
    await goTo(page, `templates/${site.template}`, site.template);
    await page.getByText("made at the CA and handed over once").waitFor();
  });

  it("P-05 a device's page offers no challenge for it, and says what a download does", async () => {
    const device = await makeDevice(api, "tablet", {}, "android");
    await api.post("/deployments", { deviceId: device, templateId: site.template });
    await goTo(page, `devices/${device}`, "tablet");
    const download = page.getByRole("button", { name: "Download the profile" });
    await download.waitFor();
    assert.equal(await page.getByRole("button", { name: "Mint a challenge" }).count(), 0);
    await download.click();
    await dialog().getByText("who has the file is this device").waitFor();
    const [file] = await Promise.all([
      page.waitForEvent("download"),
      dialog().getByRole("button", { name: "Download" }).click(),
    ]);
    const body = await readFile(await file.path());
    const { pkcs12, password } = containerOf({
      ...{ platform: "android", contentType: "application/json", fileName: "", body },
    });
    assert.equal((await openPkcs12(pkcs12, password)).certificates.length, 3);
    await page.getByText("key was made here and handed over").first().waitFor();
  });
});
