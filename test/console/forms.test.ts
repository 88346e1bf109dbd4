import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import type { Page } from "playwright-core";
import type { Api } from "../flows/api.ts";
import { ask, newKey } from "../flows/device.ts";
import { enrolledDevice } from "../flows/enrolled-device.ts";
import { eventually } from "../flows/served.ts";
import { type SiteIds } from "../flows/site.ts";
import { goTo } from "../support/browser.ts";
import { type Consoled, openConsole } from "./consoled.ts";

describe("console: forms, as an admin fills them in", function () {
  let consoled: Consoled, api: Api, site: SiteIds, page: Page;
  before(async function () {
    consoled = await openConsole(this);
    ({ api, site, page } = await consoled.openSite("ca-servers"));
  });

  const fieldOf = (name: string, on = page) => on.locator(`cs-form [id="${name}"]`);

  it("A-04 begins below the parent whose page it was called from, which cannot be changed then", async () => {
    await goTo(page, "ca-servers/lab-root", /lab-root|Lab/i);
    await page
      .getByRole("button", { name: "Add a CA below" })
      .or(page.getByRole("link", { name: "Add a CA below" }))
      .first()
      .click();
    await page.getByRole("heading", { level: 2, name: "Create authority" }).waitFor();
    const parent = fieldOf("parent");
    assert.equal(await parent.inputValue(), "lab-root");
    assert.ok(await parent.isDisabled(), "the parent is settled");
    assert.equal(await fieldOf("status").count(), 0, "it has none yet");
    await fieldOf("identifier").fill("lab-two");
    await fieldOf("friendlyName").fill("Lab Two");
    await fieldOf("signingKey").selectOption({ label: "ECDSAP256+SHA256" });
    await fieldOf("subject").fill("O=Lab");
    await fieldOf("subject").blur();
    await page.getByText("a common name (CN=…) is needed").waitFor();
    await fieldOf("subject").fill("CN=Lab Two,O=Lab");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Saved as").waitFor({ timeout: 30_000 });
    const made = await api.get("/authorities/lab-two");
    assert.deepEqual(
      [made.parentId, made.keyAlgorithm, made.kind],
      [...["lab-root", "ec-p256", "issuing"]],
    );
    await goTo(page, "ca-servers/lab-root", /lab-root|Lab/i);
    const below = page.locator("section", { hasText: "In use by" });
    await below.getByRole("link", { name: "Lab Two" }).waitFor();
    await goTo(page, "ca-servers/lab-two/edit?as=entrust", "Edit CA server");
    assert.match(await fieldOf("status").inputValue(), /active/i);
    await goTo(page, "ca-servers/lab-two", "Lab Two");
    assert.equal(await page.getByText("Add a CA below").count(), 0, "an issuing CA has none below");
  });

  it("A-04 A-02 pick lists of parents hold CAs that certify CAs", async () => {
    await goTo(page, "ca-servers/new?as=entrust", "Add CA server");
    await fieldOf("parent")
      .locator("option", { hasText: "lab-root" })
      .waitFor({ state: "attached" });
    const parents = await fieldOf("parent")
      .locator("option")
      .evaluateAll((all) => all.map(({ value }: { value: string }) => value));
    assert.deepEqual(
      parents.filter((id) => id !== ""),
      ["lab-root"],
    );
  });

  it("A-26 profiles are chosen by group: a group is opened, one is ticked, or all of them; a root is offered none of a subscriber's", async () => {
    await goTo(page, "ca-servers/new?as=entrust", "Add CA server");
    const groups = page.locator("cs-form details");
    const wstep = groups.filter({ hasText: "wstep" });
    await wstep.locator("summary").click();
    await wstep.getByLabel("wstep-key-encipherment", { exact: false }).check();
    await wstep.locator("summary", { hasText: "1 of 5" }).waitFor();
    await wstep.getByLabel("All of wstep").check();
    await wstep.locator("summary", { hasText: "5 of 5" }).waitFor();
    await fieldOf("type").selectOption("root");
    await page.getByText("Nothing to choose from yet.").waitFor();
    assert.equal(await groups.count(), 0);
    await page.reload();
  });

  for (const [role, view, heading] of [
    ["protocol-operator", "templates/new?as=manageengine", "Add template"],
    ["protocol-operator", "endpoints/new", "Add endpoint"],
    ["certificate-administrator", "certificates/new", "Issue a certificate"],
  ] as const)
    it(`R-01 A-26 ${role}: ${heading.toLowerCase()} opens, with the profiles that CAs may issue by`, async () => {
      const own = await consoled.open(view, [role]);
      await own.getByRole("heading", { level: 1, name: heading }).waitFor();
      await own.locator("cs-form").first().waitFor();
      const profiles = own.locator("cs-form select option", { hasText: "scep-digital-signature" });
      if (heading !== "Add endpoint") await eventually(async () => (await profiles.count()) > 0);
      await own.context().close();
    });

  it("T-18 T-27 a fault in one line of several is told at the field, with the line", async () => {
    await goTo(page, `templates/${site.template}/edit?as=countersign`, "Edit template");
    const policies = page.getByRole("group", { name: "Certificate policies" });
    await policies.getByRole("button", { name: "Add a line" }).click();
    await policies.getByLabel("Object identifier, line 1").fill("not an oid");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await policies.locator(".fault").getByText("line 1", { exact: false }).waitFor();
    await policies.locator(".fault").getByText("no object identifier", { exact: false }).waitFor();
    await policies.getByLabel("Object identifier, line 1").fill("1.2.3.4");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByText("Saved as").waitFor();
    assert.deepEqual((await api.get(`/templates/${site.template}`)).policies, [{ oid: "1.2.3.4" }]);
  });

  it("F-09 F-14 a console's own fields come in its order, ours last; what is copied into it is only what it asks", async () => {
    await goTo(page, "templates/new?as=jamf", "Add template");
    await fieldOf("profileName").waitFor();
    const legends = page.locator("cs-form legend");
    assert.deepEqual(await legends.allInnerTexts(), [
      ...["General", "Certificate", "SCEP", "Scope", "Countersign"],
    ]);
    await goTo(page, "templates/new?as=intune", "Add template");
    await fieldOf("subjectNameFormat").waitFor();
    await fieldOf("name").fill("Laptops");
    await fieldOf("authority").selectOption(site.authority);
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByText("Saved as").waitFor();
    const sheet = page.locator("dl.facts");
    const usage = "Client Authentication: 1.3.6.1.5.5.7.3.2";
    await sheet.getByText(usage, { exact: true }).waitFor();
    await sheet.getByText("DNS: {{AAD_Device_ID}}", { exact: true }).waitFor();
    assert.equal(await sheet.getByText("Who makes the key").count(), 0);
  });

  it("E-08 the tab of recent activity has what devices were answered, each with its way on, by an address of its own", async () => {
    await enrolledDevice(api, consoled.served.url, site, "scanner-9");
    const scep = `${consoled.served.url}/scep/${site.endpoint}`;
    await ask(scep, { challenge: "a wrong one", key: await newKey() });
    await goTo(page, "endpoints", "Endpoints");
    await page.getByRole("link", { name: "Recent activity" }).click();
    const rows = page.locator("cs-endpoint-activity tbody tr");
    const refused = rows.filter({ hasText: "A request was refused" });
    await eventually(async () => {
      await page.reload();
      await rows.first().waitFor();
      return (await refused.count()) > 0;
    });
    await refused.first().getByRole("link", { name: site.endpoint }).waitFor();
    const issued = rows
      .filter({ hasText: "A certificate was issued" })
      .filter({ hasText: "scanner-9" });
    await issued.getByRole("link", { name: /scanner-9/ }).click();
    await page.getByRole("heading", { level: 1, name: /scanner-9/ }).waitFor();
  });

  it("E-17 the limit by address is lifted and set again where a console proxies its fleet", async () => {
    const limits = async () => (await api.get(`/endpoints/${site.endpoint}`)).limits;
    const before = await limits();
    for (const on of [true, false]) {
      await goTo(page, "endpoints", "Endpoints");
      await goTo(page, `endpoints/${site.endpoint}/edit`, "Edit endpoint");
      await page.getByLabel("No limit by address").setChecked(on);
      await page.getByRole("button", { name: "Save" }).click();
      const wanted = on ? { ...before, perSource: "off" } : before;
      await eventually(async () => isDeepStrictEqual(await limits(), wanted));
    }
  });
});
