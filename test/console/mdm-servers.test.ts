import assert from "node:assert/strict";
import { createHmac, randomUUID } from "node:crypto";
import type { Page } from "playwright-core";
import type { Api } from "../flows/api.ts";
import { makeSite } from "../flows/site.ts";
import { goTo } from "../support/browser.ts";
import { type Consoled, openConsole } from "./consoled.ts";

describe("console: credentials of MDM servers (R-09)", function () {
  let consoled: Consoled, api: Api, page: Page;
  before(async function () {
    consoled = await openConsole(this);
    api = await consoled.served.api();
    await makeSite(api);
    await api.post("/hook-adapters", { id: "mobi-1", hostId: "mobicontrol" });
    page = await consoled.open("endpoints?tab=mdm-servers");
  });

  const row = (id: string) => page.locator("cs-mdm-servers tbody tr", { hasText: id });

  it("R-09 one is made under a user name; its secret is shown once, and no more after that", async () => {
    await page.getByRole("button", { name: "Add MDM server" }).click();
    const dialog = page.locator(`wa-dialog[label="Add MDM server"]`);
    for (const wrong of ["x", "Jamf", "a".repeat(19), "jamf red"]) {
      await dialog.getByLabel("User name").fill(wrong);
      await dialog.getByLabel("User name").blur();
      await dialog
        .getByText("2 to 18 lower-case letters, digits, - and _.", { exact: true })
        .waitFor();
    }
    await dialog.getByLabel("User name").fill("jamf_red");
    await dialog.getByLabel("MDM", { exact: true }).fill("jamf");
    assert.match(
      (await dialog.locator("cs-commands code").first().textContent()) ?? "",
      /countersign hook adapter-create jamf_red jamf --get secret/,
    );
    await dialog.getByRole("button", { name: "Create" }).click();
    const once = page.locator("cs-once-only-secret");
    await once.getByText("it is not shown again").waitFor();
    const secret = await once.getByText(/^[0-9a-f]{64}$/).innerText();
    assert.match(secret, /^[0-9a-f]{64}$/);
    await once.getByText(`${consoled.served.url}/hooks/jamf_red`).waitFor();
    await once.getByRole("button", { name: "I have kept it" }).click();
    await once.waitFor({ state: "detached" });
    assert.ok(!(await page.locator("cs-mdm-servers").innerText()).includes(secret));
    await row("jamf_red").getByText("never").waitFor();
    assert.equal(await call(secret), 200);
    await goTo(page, "endpoints/lab-scep?tab=credentials", "lab-scep");
    await row("jamf_red").getByText("never").waitFor({ state: "detached" });
  });

  it("R-09 the list is filtered by user name and MDM", async () => {
    await goTo(page, "endpoints?tab=mdm-servers", "Endpoints");
    await row("jamf_red").waitFor();
    await page.getByLabel("Filter").fill("MOBIC");
    await row("jamf_red").waitFor({ state: "detached" });
    await row("mobi-1").waitFor();
    await page.getByLabel("Filter").fill("nobody");
    await page.getByText("None is like that.").waitFor();
    await page.getByLabel("Filter").fill("jamf_");
    await row("jamf_red").waitFor();
    assert.equal(await row("mobi-1").count(), 0);
    await page.getByLabel("Filter").fill("");
  });

  it("R-09 rotated, two secrets are good for a while, and the list says so; leaving an unkept one asks first", async () => {
    const before = (await api.post("/hook-adapters/mobi-1/rotate", { overlapSeconds: 0 })).secret;
    await goTo(page, "overview", "Overview");
    await goTo(page, "endpoints?tab=mdm-servers", "Endpoints");
    await row("mobi-1").getByRole("button", { name: "New secret mobi-1" }).click();
    const dialog = page.locator(`wa-dialog[label="A new secret for mobi-1"]`);
    await dialog.getByLabel("The secret it has now is good for").selectOption("3600");
    await dialog.getByRole("button", { name: "Make it" }).click();
    const once = page.locator("cs-once-only-secret");
    await once.getByText("it is not shown again").waitFor();
    const after = await once.getByText(/^[0-9a-f]{64}$/).innerText();
    assert.notEqual(after, before);
    assert.deepEqual(
      [await call(before as string, "mobi-1"), await call(after, "mobi-1")],
      [200, 200],
    );
    await row("mobi-1").getByText("two secrets are good").waitFor();
    // It gives the focus back to its button as it goes.
    await page.locator("dialog[open]").waitFor({ state: "detached" });
    await page.getByLabel("Filter").fill("jamf_");
    await row("mobi-1").waitFor({ state: "detached" });
    await page.getByLabel("Filter").fill("");
    await page.getByRole("link", { name: "Overview" }).click();
    await page.getByRole("button", { name: "Cancel", exact: true }).click();
    await page.locator("dialog[open]").waitFor({ state: "detached" });
    await once.getByRole("button", { name: "I have kept it" }).click();
    await once.waitFor({ state: "detached" });
  });

  it("R-09 switched off it is refused, deleted it is gone once its name is typed", async () => {
    await row("mobi-1").getByRole("button", { name: "Switch off mobi-1" }).click();
    await page.getByText("wipes included, is not heard").waitFor();
    await page.getByRole("button", { name: "Switch off", exact: true }).click();
    await row("mobi-1").getByText("Switched off").waitFor();
    await page.locator("dialog[open]").waitFor({ state: "detached" });
    assert.equal((await api.get("/hook-adapters/mobi-1")).enabled, false);
    await row("mobi-1").getByRole("button", { name: "Delete mobi-1" }).click();
    const asked = page.locator("dialog[open]");
    await asked.waitFor();
    await page.getByLabel(/type/i).fill("mobi-1");
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await row("mobi-1").waitFor({ state: "detached" });
    assert.equal((await api.refused("GET", "/hook-adapters/mobi-1")).status, 404);
    await page.locator("dialog[open]").waitFor({ state: "detached" });
  });

  it("R-09 who only reads sees the list, and nothing to change it with", async () => {
    const auditor = await consoled.open("endpoints?tab=mdm-servers", ["protocol-auditor"]);
    await auditor.locator("cs-mdm-servers tbody tr", { hasText: "jamf_red" }).waitFor();
    for (const name of [/^Add MDM server/, /^New secret/, /^Switch off/, /^Delete/])
      assert.equal(await auditor.getByRole("button", { name }).count(), 0, String(name));
  });

  /** What a signed report of a device comes to. */
  const call = async (secret: string, id = "jamf_red"): Promise<number> => {
    const at = String(Math.floor(consoled.served.clock.now().getTime() / 1000));
    const body = JSON.stringify({
      ...{ kind: "deviceEnrolled", eventId: randomUUID(), deviceId: "d-1" },
      ...{ platform: "other", attributes: {} },
    });
    const mac = createHmac("sha256", secret).update(`${at}.${body}`).digest("hex");
    const answer = await fetch(`${consoled.served.url}/hooks/${id}`, {
      ...{ method: "POST", body },
      headers: { "x-countersign-timestamp": at, "x-countersign-signature": `v1=${mac}` },
    });
    return answer.status;
  };
});
