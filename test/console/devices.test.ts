import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { memoryHost } from "../../adapters/mdm/memory.ts";
import type { Api } from "../flows/api.ts";
import { enrolledDevice } from "../flows/enrolled-device.ts";
import { makeDevice, type SiteIds } from "../flows/site.ts";
import { goTo } from "../support/browser.ts";
import { type Consoled, openConsole } from "./consoled.ts";

describe("console: devices as end entities", function () {
  let consoled: Consoled, api: Api, site: SiteIds, page: Page;
  before(async function () {
    consoled = await openConsole(this, {}, { hosts: [memoryHost("mdm")] });
    ({ api, site, page } = await consoled.openSite("devices"));
  });

  const enrol = (name: string): Promise<string> =>
    enrolledDevice(api, consoled.served.url, site, name);
  const statusOf = async (id: string): Promise<string> =>
    (await api.get(`/devices/${id}`)).status as string;

  it("R-06 lists end entities with activation and end, and turns one off and on", async () => {
    const device = await enrol("laptop");
    await goTo(page, "devices", "Devices");
    await page.getByRole("link", { name: "End entities" }).click();
    await page.getByRole("heading", { level: 1, name: "End entities" }).waitFor();
    const row = page.getByRole("row").filter({ hasText: "laptop" });
    await row.getByText("Active", { exact: true }).waitFor();
    await row.locator("time").waitFor();
    await row.getByRole("button", { name: "Deactivate laptop" }).click();
    await row.getByText("Deactivated", { exact: true }).waitFor();
    assert.equal(await statusOf(device), "deactivated");
    await row.getByRole("button", { name: "Activate laptop" }).click();
    await row.getByText("Active", { exact: true }).waitFor();
    assert.equal(await statusOf(device), "enrolled");
    await row.getByRole("link", { name: "laptop" }).click();
    await page.getByRole("heading", { level: 1, name: "laptop" }).waitFor();
  });

  it("R-07 tells what the MDM server says of a device meanwhile", async () => {
    const device = await enrol("reader");
    await api.post(`/end-entities/${device}/deactivate`);
    await api.post(`/devices/${device}/lost`);
    await goTo(page, `devices/${device}`, "reader");
    await page.getByText("Lost: it holds once the device is activated").waitFor();
    await api.post(`/end-entities/${device}/activate`);
    assert.equal(await statusOf(device), "lost");
  });

  it("R-07 decommissions for good: says how many certificates go, and wants the name typed", async () => {
    const device = await enrol("printer");
    await goTo(page, `devices/${device}`, "printer");
    await page.getByRole("button", { name: "Decommission" }).click();
    const dialog = page.locator("wa-dialog[open]");
    await dialog.getByText("Revokes 1 certificate.").waitFor();
    const yes = dialog.getByRole("button", { name: "Decommission" });
    assert.equal(await yes.isDisabled(), true);
    await dialog.getByLabel("Type printer to go on").fill("printer");
    await yes.click();
    await page.getByText("The device is decommissioned.").waitFor();
    await page.getByText("Decommissioned", { exact: true }).waitFor();
    assert.equal(await statusOf(device), "decommissioned");
    assert.equal(await page.getByRole("button", { name: "Wipe" }).count(), 0);
    const { items } = await api.get(`/certificates?device=${device}`);
    assert.equal(items[0].status, "revoked");
  });

  it("a lost device is suspended after a question, and found without one", async () => {
    const device = await enrol("phone");
    await goTo(page, `devices/${device}`, "phone");
    await page.getByRole("button", { name: "Report lost" }).click();
    const dialog = page.locator("wa-dialog[open]");
    await dialog.getByText("Suspends 1 certificate.").waitFor();
    await dialog.getByRole("button", { name: "Report lost" }).click();
    await page.getByText("Suspended", { exact: true }).waitFor();
    assert.equal(await statusOf(device), "lost");
    await page.getByRole("button", { name: "Report found" }).click();
    await page.getByText("In use", { exact: true }).waitFor();
    assert.equal(await statusOf(device), "enrolled");
  });

  it("C-16 reports a device as compromised since a date, which its certificate then shows", async () => {
    const device = await enrol("tablet");
    await goTo(page, `devices/${device}`, "tablet");
    await page.getByRole("button", { name: "Report compromised" }).click();
    const dialog = page.locator("wa-dialog[open]");
    await dialog.getByText("Revokes 1 certificate as keyCompromise.").waitFor();
    await dialog.getByLabel("Not to be trusted since").fill("2026-01-31T12:00");
    const yes = dialog.getByRole("button", { name: "Report compromised" });
    assert.equal(await yes.isDisabled(), true);
    await dialog.getByLabel("Type tablet to go on").fill("tablet");
    await yes.click();
    await page.getByText("Its certificates are revoked as keyCompromise.").waitFor();
    assert.equal(await statusOf(device), "compromised");
    const { items } = await api.get(`/certificates?device=${device}`);
    const [{ id, revocationReason, invalidityDate }] = items;
    assert.equal(revocationReason, "keyCompromise");
    assert.equal(new Date(invalidityDate).getUTCFullYear(), 2026);
    await goTo(page, `certificates/${id}`, /tablet/);
    await page.getByText("not to be trusted since").waitFor();

    const report = async (since: string): Promise<void> => {
      await goTo(page, `devices/${device}`, "tablet");
      await page.locator("dialog[open]").waitFor({ state: "detached" });
      await page.getByRole("button", { name: "Report compromised" }).first().click();
      await dialog.getByText("a later one changes nothing", { exact: false }).waitFor();
      await dialog.getByLabel("Type tablet to go on").fill("tablet");
      assert.equal(await yes.isDisabled(), true, "nothing to say without a date");
      await dialog.getByLabel("Not to be trusted since").fill(since);
      await yes.click();
    };
    await report("2026-02-01T12:00");
    await page.getByText("No certificate changed", { exact: false }).waitFor();
    await report("2025-12-24T12:00");
    await page.getByText("1 certificate revoked before is not to be trusted since then.").waitFor();
    await goTo(page, `certificates/${id}`, /tablet/);
    await page.getByRole("button", { name: "Known earlier …" }).click();
    await dialog.getByLabel("Not to be trusted since").fill("2025-11-11T11:11");
    await dialog.getByRole("button", { name: "Move the date back" }).click();
    await page.getByText("It is not to be trusted since then.").waitFor();
    const dated = new Date((await api.get(`/certificates/${id}`)).invalidityDate);
    assert.deepEqual([dated.getUTCFullYear(), dated.getUTCMonth()], [2025, 10]);
  });

  it("revokes for good what is suspended", async () => {
    const device = await enrol("lent");
    const { items } = await api.get(`/certificates?device=${device}`);
    await api.post(`/certificates/${items[0].id}/suspend`);
    await goTo(page, `certificates/${items[0].id}`, /lent/);
    await page.getByRole("button", { name: "Revoke" }).click();
    await page.locator("wa-dialog[open]").getByRole("button", { name: "Revoke" }).click();
    await page.getByText("The certificate is revoked.").waitFor();
    assert.equal((await api.get(`/certificates/${items[0].id}`)).hold, undefined);
  });

  it("R-01 who may report but not manage end entities is shown no decommissioning", async () => {
    const device = await makeDevice(api, "scanner");
    const own = await consoled.open(`devices/${device}`, ["protocol-operator"]);
    await own.getByRole("button", { name: "Wipe" }).waitFor();
    assert.equal(await own.getByRole("button", { name: "Decommission" }).count(), 0);
    await goTo(own, "devices", "Devices");
    assert.equal(await own.getByRole("link", { name: "End entities" }).count(), 0);
    const auditor = await consoled.open(`devices/${device}`, ["ca-auditor"]);
    await auditor.getByRole("heading", { name: "About it" }).waitFor();
    assert.equal(await auditor.getByRole("heading", { name: "What has become of it" }).count(), 0);
  });
});
