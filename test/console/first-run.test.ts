import assert from "node:assert/strict";
import { type Consoled, onBothDatabases } from "./consoled.ts";

onBothDatabases("console: first run", (open) => {
  let consoled: Consoled;
  before(async function () {
    consoled = await open(this);
  });

  it("R-01 offers no step to somebody whose roles do not include it", async () => {
    const operator = await consoled.open("start", ["protocol-operator"]);
    await operator.getByText("Your roles do not include this step").waitFor();
    assert.equal(await operator.getByRole("button", { name: "Make the CA server" }).count(), 0);
    const auditor = await consoled.open("overview", ["ca-auditor"]);
    await auditor.getByText("Nothing is set up yet.").waitFor();
    await auditor.getByRole("heading", { name: "First steps" }).waitFor();
    assert.equal(await auditor.locator('a[href="#/start"]').count(), 0);
  });

  it("leads from nothing to a first certificate on one page, in under two minutes", async function () {
    this.timeout(120_000);
    const page = await consoled.open("overview");
    const began = Date.now();
    await page.getByText("Nothing is set up yet").waitFor();
    await page.locator("main").getByRole("link", { name: "Getting started" }).click();
    await page.getByLabel("Organization").fill("Acme Ltd");
    await page.getByRole("button", { name: "Make the CA server" }).click();
    await page.getByLabel("What is it for?").selectOption("wifi-eap-tls");
    await page.getByRole("button", { name: "Make the template" }).click();
    await page.getByRole("button", { name: "Open the endpoint" }).click();
    await page.getByRole("link", { name: "Enrol a test device" }).click();
    await page
      .getByText("Everything works: a real device will get its certificate here.")
      .waitFor({ timeout: 60_000 });
    const took = Date.now() - began;
    assert.ok(took < 120_000, `${took} ms`);
    const steps = await page.locator("cs-endpoint-test li").count();
    assert.equal(steps, 8);

    await page.getByRole("link", { name: "Getting started" }).click();
    await page.getByText("Your first certificate is there").waitFor();

    const api = await consoled.served.api();
    const { items } = await api.get("/certificates?role=subscriber");
    assert.equal(items.length, 1);
    assert.equal(items[0].status, "revoked", "a test leaves nothing that is good");
  });
});
