import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import type { Api } from "../flows/api.ts";
import { makeSite } from "../flows/site.ts";
import { goTo } from "../support/browser.ts";
import { type Consoled, openConsole } from "./consoled.ts";

describe("console: caps and the overview", function () {
  let consoled: Consoled, api: Api, page: Page;
  before(async function () {
    consoled = await openConsole(this);
    api = await consoled.served.api();
    page = await consoled.open("overview");
  });

  it("R-11 numbers the first steps, with links to where each is done", async () => {
    const steps = page.locator("cs-overview ol.first > li");
    await steps.first().waitFor();
    const links = await steps.evaluateAll((items) =>
      items.map((item) => {
        const first = item.querySelector("a");
        return [first?.textContent, first?.href.split("/").at(-1)];
      }),
    );
    assert.deepEqual(links, [
      ["Create a CA", "ca-servers"],
      ["Configure enrolment", "endpoints"],
      ["Manage users and credentials", "people"],
    ]);
    assert.equal(await steps.getByText("Done").count(), 0);
  });

  it("R-11 O-02 counts active and allowed CAs and certificates anew every 30 seconds, and not while the page is hidden", async () => {
    await page.clock.install();
    await page.reload();
    const allowed = page.locator("cs-overview section", { hasText: "Active and allowed" });
    const line = (name: string) => allowed.locator("li", { hasText: name });
    await line("CAs").getByText("0", { exact: true }).waitFor();
    // From here on its time is ours alone, however long the server takes for what follows.
    await page.clock.pauseAt((await page.evaluate<number>("Date.now()")) + 500);
    let asked = 0;
    page.on("request", (request) => {
      if (request.url().endsWith("/api/v1/caps")) asked += 1;
    });

    await makeSite(api);
    const operator = await consoled.served.operator();
    await operator.patch("/tenants/default/caps", { certificates: 100, authorities: 2 });
    await page.clock.runFor(20_000);
    assert.equal(asked, 0);
    await page.clock.runFor(10_000);
    await line("CAs").getByText("2/2", { exact: true }).waitFor();
    await line("CAs").getByText("Full").waitFor();
    await line("Certificates").getByText("0/100", { exact: true }).waitFor();
    assert.equal(asked, 1);

    const hide = (hidden: boolean) =>
      page.evaluate(
        `Object.defineProperty(document, "hidden", { value: ${String(hidden)}, configurable: true });
         document.dispatchEvent(new Event("visibilitychange"));`,
      );
    await hide(true);
    await page.clock.runFor(300_000);
    assert.equal(asked, 1);
    const again = page.waitForRequest((request) => request.url().endsWith("/api/v1/caps"));
    await hide(false);
    await again;
    assert.equal(asked, 2);

    // Another view: the timer went with this one.
    await page.getByRole("link", { name: "Events" }).click();
    await page.getByRole("heading", { level: 1, name: "Events" }).waitFor();
    await page.clock.runFor(120_000);
    assert.equal(asked, 2);
  });

  it("O-02 the page of a CA shows and sets its cap", async () => {
    page = await consoled.open("overview");
    await goTo(page, "ca-servers/lab", "lab");
    const card = page.locator("cs-ca-cap");
    await card.getByText("no cap").waitFor();
    await card.getByRole("button", { name: "Set a cap" }).waitFor();
    // As long as nobody knows the cap, an empty field would take it away.
    const cap = "**/api/v1/authorities/lab/cap";
    await page.route(cap, (route) => route.fulfill({ status: 404, json: {} }));
    await goTo(page, "overview", "Overview");
    await goTo(page, "ca-servers/lab", "lab");
    await card.getByRole("alert").waitFor();
    assert.equal(await card.getByRole("button", { name: "Set a cap" }).count(), 0);
    await page.unroute(cap);
    await card.getByRole("button", { name: "Try again" }).click();
    await card.getByRole("button", { name: "Set a cap" }).click();
    const dialog = page.locator("wa-dialog[open]");
    await dialog.getByLabel("Most active certificates").fill("0");
    await dialog.getByRole("button", { name: "Save" }).click();
    await card.getByText("0/0", { exact: true }).waitFor();
    await card.getByText("The cap is reached").waitFor();
    assert.deepEqual(await api.get("/authorities/lab/cap"), { active: 0, cap: 0, version: 1 });
    await goTo(page, "overview", "Overview");
    const line = page.locator("cs-overview li", { hasText: "Certificates of lab" });
    await line.getByText("0/0", { exact: true }).waitFor();
    const auditor = await consoled.open("ca-servers/lab", ["ca-auditor"]);
    await auditor.locator("cs-ca-cap").getByText("0/0", { exact: true }).waitFor();
    assert.equal(await auditor.getByRole("button", { name: "Change the cap" }).count(), 0);
  });
});
