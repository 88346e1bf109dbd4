import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { memoryHost } from "../../adapters/mdm/memory.ts";
import type { Api } from "../flows/api.ts";
import { enrolDevice } from "../flows/enrolled-device.ts";
import { eventually } from "../flows/served.ts";
import { makeDevice, makeSite, type SiteIds } from "../flows/site.ts";
import { goTo } from "../support/browser.ts";
import { type Consoled, openConsole } from "./consoled.ts";

describe("console: a change of a template is kept as a draft", function () {
  let consoled: Consoled, api: Api, site: SiteIds, page: Page;
  before(async function () {
    consoled = await openConsole(this, {}, { hosts: [memoryHost("mdm")] });
    api = await consoled.served.api();
    site = await makeSite(api);
    const deviceId = await makeDevice(api, "kiosk");
    await api.post("/deployments", { deviceId, templateId: site.template });
    await enrolDevice(api, consoled.served.url, site, "kiosk", deviceId);
    page = await consoled.open("templates", undefined, {
      viewport: { width: 320, height: 900 },
      colorScheme: "dark",
    });
  });

  const form = () => page.locator("cs-template-form");
  const card = () => form().getByRole("region", { name: /^Draft/ });
  const dialog = () => page.locator("wa-dialog[open]");
  const subject = () => page.locator('cs-form [id="subject"]');
  const button = (name: string) => form().getByRole("button", { name, exact: true });
  const template = () => api.get(`/templates/${site.template}`);
  const draft = async () => (await api.get(`/templates/${site.template}/distribution`)).draft;
  const edit = async (as = "manageengine", id = site.template): Promise<void> => {
    await page.reload();
    // Another view between them: the form of the words before would still be there to be clicked.
    await goTo(page, "templates", "Templates");
    await goTo(page, `templates/${id}/edit?as=${as}`, "Edit template");
    await subject().waitFor();
  };

  it("P-08 saves it as a draft by keyboard: the template serves on as it was", async () => {
    await edit();
    await form().getByRole("heading", { level: 2, name: "Edit template" }).waitFor();
    assert.equal(await card().count(), 0);
    await subject().fill("CN=%devicename%,O=Acme");
    await button("Save as draft").focus();
    await page.keyboard.press("Enter");
    await page.getByText("Draft 1 is saved; nothing is delivered yet.").waitFor();
    await card().getByText("Changes subject", { exact: false }).waitFor();
    await card().getByText("as this draft changes it", { exact: false }).waitFor();
    assert.equal(await page.evaluate("document.documentElement.scrollWidth"), 320);
    assert.deepEqual((await draft()).plan.change, { subject: "CN=%devicename%,O=Acme" });
    const { subject: served, version } = await template();
    assert.deepEqual([served, version], ["CN=%devicename%,O=Lab", 1]);
  });

  it("P-08 a draft that is there is shown, and goes on in the words of another console", async () => {
    await api.patch(`/templates/${site.template}/distribution`, {
      change: { subject: "CN=%devicename%,O=Acme", renewalGrace: "P3D" },
    });
    await edit("jamf");
    await card().getByText("The form shows the template as it is.", { exact: false }).waitFor();
    assert.match(await subject().inputValue(), /O=Lab$/);
    await card().getByRole("button", { name: "Continue the draft" }).click();
    await card().getByText("as this draft changes it", { exact: false }).waitFor();
    await eventually(async () => (await subject().inputValue()).endsWith("O=Acme"));
    await subject().fill("CN=$DEVICENAME,O=Acme Two");
    await button("Save as draft").click();
    await page.getByText("is saved; nothing is delivered yet", { exact: false }).waitFor();
    const { change } = (await draft()).plan;
    assert.equal(change.subject, "CN=%devicename%,O=Acme Two");
    assert.equal(change.renewalGrace, "P3D", "what the form does not ask stays in the draft");
  });

  it("P-08 keeps a profile that is taken away, and what has no field in the form before", async () => {
    const profileId = "privatessl-tls-client";
    const bare = await api.post("/templates", {
      ...{ id: "with-profile", authorityId: "lab", subject: "CN=%devicename%", profileId },
      ...{ keyUsages: ["digitalSignature"], extendedKeyUsages: ["1.3.6.1.5.5.7.3.2"] },
    });
    assert.equal(bare.profileId, profileId);
    const kept = async () => (await api.get("/templates/with-profile/distribution")).draft.plan;
    await edit("jamf", "with-profile");
    const profile = page.locator('cs-form [id="certificateProfile"]');
    // The profiles to choose from come after the form.
    await eventually(async () => (await profile.inputValue()) === profileId);
    await profile.selectOption("");
    await button("Save as draft").click();
    await card().getByText("Changes profile ID", { exact: false }).waitFor();
    assert.deepEqual((await kept()).change, { profileId: null });
    await edit("manageengine", "with-profile");
    await card().getByRole("button", { name: "Continue the draft" }).click();
    await card().getByText("as this draft changes it", { exact: false }).waitFor();
    // The form is read anew until then, and what was typed meanwhile goes.
    await page
      .locator("cs-template-form wa-button[loading]")
      .first()
      .waitFor({ state: "detached" });
    await page.locator('cs-form [id="autoRenewal"]').uncheck();
    await button("Save as draft").click();
    // Not by what is said of it, which was said of the draft before too.
    await eventually(async () => "autoRenewal" in (await kept()).change);
    assert.deepEqual((await kept()).change, { profileId: null, autoRenewal: false });
    await edit("jamf", "with-profile");
    await card().getByRole("button", { name: "Continue the draft" }).click();
    await eventually(async () => (await profile.inputValue()) === "");
    assert.equal((await api.get("/templates/with-profile")).profileId, profileId);
    await page.reload();
  });

  it("P-08 is refused where a version could not be saved, with the reason at the field", async () => {
    await edit();
    const before = await draft();
    await subject().fill("CN=%nosuch%,O=Acme");
    await button("Save as draft").click();
    await form().locator(".fault").first().waitFor();
    assert.deepEqual(await draft(), before);
    await page.reload();
  });

  it("P-09 publishes it from the form, after the count of what it does", async () => {
    await edit();
    await card().getByRole("button", { name: "Publish the draft" }).click();
    await dialog().getByText("1 gets a new key and certificate", { exact: false }).waitFor();
    await dialog().getByRole("button", { name: "Publish" }).click();
    await page.getByText("Published to everybody.").waitFor();
    await card().waitFor({ state: "detached" });
    const { subject: served, version } = await template();
    assert.deepEqual([served, version], ["CN=%devicename%,O=Acme Two", 2]);
    assert.equal(await draft(), undefined);
    await eventually(async () => (await subject().inputValue()).endsWith("O=Acme Two"));
    const [{ state }] = (await api.get("/deployments")).items;
    assert.equal(state, "issued", "who has the template keeps it");
  });

  it("P-08 discards it, and says what was typed since", async () => {
    await edit();
    await subject().fill("CN=%devicename%,O=Never");
    await button("Save as draft").click();
    await card().waitFor();
    await subject().fill("CN=%devicename%,O=Nowhere");
    await card().getByRole("button", { name: "Discard the draft" }).click();
    await dialog().getByText("not part of it and is lost", { exact: false }).waitFor();
    await dialog().getByRole("button", { name: "Discard" }).click();
    await page.getByText("The draft is gone.").waitFor();
    await card().waitFor({ state: "detached" });
    await eventually(async () => (await subject().inputValue()).endsWith("O=Acme Two"));
    assert.equal(await draft(), undefined);
  });

  it("P-08 says what no draft holds, and keeps no draft of nothing", async () => {
    await edit();
    await button("Save as draft").click();
    await page.getByText("Nothing that a draft holds differs", { exact: false }).waitFor();
    await page.locator('cs-form [id="platform"]').selectOption("apple");
    await button("Save as draft").click();
    await form().getByText("No draft holds this; Save does: Profile for.").waitFor();
    assert.equal(await draft(), undefined);
    await page.reload();
  });
});
