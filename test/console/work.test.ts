import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { memoryHost } from "../../adapters/mdm/memory.ts";
import type { Api } from "../flows/api.ts";
import { enrolledDevice } from "../flows/enrolled-device.ts";
import { makeDevice, mintChallenge, type SiteIds } from "../flows/site.ts";
import { ask, newKey } from "../flows/device.ts";
import { goTo, signIn } from "../support/browser.ts";
import { type Consoled, onBothDatabases } from "./consoled.ts";

const XSS = '<img src=x onerror="globalThis.hacked=1">';
const BIDI = "invoice\u202Egpj.exe";

onBothDatabases("console: the daily work", (open) => {
  let consoled: Consoled, api: Api, site: SiteIds, page: Page;
  before(async function () {
    consoled = await open(this, {}, { hosts: [memoryHost("mdm")] });
    ({ api, site, page } = await consoled.openSite("devices", {
      template: { subject: "CN=%devicename%,O=Lab" },
    }));
  });

  const enrol = (name: string): Promise<string> =>
    enrolledDevice(api, consoled.served.url, site, name);

  it("adds a device, publishes a template to it, and says what comes next", async () => {
    await goTo(page, "devices", "Devices");
    await page.getByRole("button", { name: "Add device" }).click();
    await page.getByLabel("Id in the MDM").fill("tablet-1");
    await page.locator("wa-dialog").getByLabel("MDM", { exact: true }).fill("mdm");
    await page.getByLabel("Value, line 1").fill("Tablet 1");
    await page.getByRole("button", { name: "Add", exact: true }).click();
    await page.getByRole("heading", { level: 1, name: "Tablet 1" }).waitFor();
    await page.getByRole("button", { name: "Publish" }).click();
    await page.getByText("The profile is on its way.").first().waitFor();
    await page.getByText("Next step:").first().waitFor();
    const { items } = await api.get("/deployments");
    assert.equal(items.length, 1);
  });

  it("a failure says what to do: the device lacks what the subject needs", async () => {
    const device = await api.post("/devices", {
      hostId: "mdm",
      deviceId: "nameless",
      platform: "apple",
      attributes: {},
    });
    await goTo(page, `devices/${device.id}`, "nameless");
    await page.getByRole("button", { name: "Publish" }).click();
    const said = page.locator(".said .note").filter({ hasText: "no value for %devicename%" });
    await said.getByText("Give the device the attribute named in the answer").waitFor();
    await said.getByRole("button", { name: "Close" }).click();
    await said.waitFor({ state: "detached" });
    assert.equal((await api.get(`/deployments?device=${device.id}`)).items.length, 0);
  });

  it("a refused request is on the timeline with its cause and one next step", async () => {
    const device = await makeDevice(api, "late-one");
    const challenge = await mintChallenge(api, site, device);
    const url = `${consoled.served.url}/scep/${site.endpoint}`;
    const asks = async () =>
      ask(url, { subject: "CN=late-one,O=Lab", challenge, key: await newKey() });
    await asks();
    // The challenge is spent, and this is another key.
    const reply = await asks();
    assert.notEqual(reply.status, "issued");
    await goTo(page, `devices/${device}`, "late-one");
    await page.locator("cs-device .timeline").getByText("Next step:").first().waitFor();
  });

  it("C-07 C-15 C-16 revokes a certificate with one of eight reasons and the date of the compromise", async () => {
    await enrol("laptop");
    await goTo(page, "certificates", "Certificates");
    await page.getByRole("link", { name: "CN=laptop,O=Lab" }).click();
    const policies = page
      .locator("dt", { hasText: "Policies" })
      .locator("xpath=following-sibling::dd[1]");
    assert.equal((await policies.innerText()).trim(), "none");
    await page.getByRole("button", { name: "Revoke" }).click();
    const reason = page.getByLabel("Reason");
    assert.deepEqual(
      await reason
        .locator("option")
        .evaluateAll((all) => all.map(({ value }: { value: string }) => value)),
      [
        ...["unspecified", "keyCompromise", "cACompromise", "affiliationChanged", "superseded"],
        ...["cessationOfOperation", "privilegeWithdrawn", "aACompromise"],
      ],
    );
    await reason.selectOption("keyCompromise");
    await page.getByLabel("Not to be trusted since").fill("2026-01-31T10:00");
    await page.locator("wa-dialog").getByRole("button", { name: "Revoke" }).click();
    await page.getByText("Revoked", { exact: true }).first().waitFor();
    const { items } = await api.get("/certificates?status=revoked");
    assert.equal(items[0].revocationReason, "keyCompromise");
    assert.equal(new Date(items[0].invalidityDate).getUTCFullYear(), 2026);
  });

  it("finds by the beginning of a name, by a serial in any spelling, and explains a console's error words", async () => {
    await enrol("scanner-7");
    // The dialog of the test before is modal until it has faded out: keys pressed by then are its own.
    await page.locator("dialog[open]").waitFor({ state: "detached" });
    const { items } = await api.get("/certificates?role=subscriber&limit=1");
    const find = page.getByRole("searchbox", { name: /Find anything/ });
    await find.fill("scanner");
    await find.press("Enter");
    await page.getByRole("link", { name: "scanner-7" }).first().waitFor();
    const spelled = `0x${(items[0].serial as string).toUpperCase().match(/../g)?.join(":") ?? ""}`;
    await page.keyboard.press("Control+k");
    await find.fill(spelled);
    await find.press("Enter");
    await page.getByRole("heading", { name: "Certificates" }).waitFor();
    for (const said of [
      "SCEP server returned an invalid response",
      "unable to obtain certificate",
      "Profile installation failed. Unable to obtain certificate from “https://pki.example/scep”.",
    ]) {
      await find.fill(said);
      await find.press("Enter");
      const causes = page.locator("cs-search section", { hasText: "most likely means" });
      await causes
        .filter({ hasText: /invalid response|unable to obtain/i })
        .first()
        .waitFor();
      assert.ok((await causes.locator("ol > li").count()) >= 2, said);
    }
  });

  it("shows markup and marks of direction in names as text, everywhere", async () => {
    await makeDevice(api, "xss", { devicename: XSS, username: BIDI });
    await goTo(page, "devices", "Devices");
    await page.getByRole("link", { name: XSS }).waitFor();
    await page.getByText("invoice⟨U+202E⟩gpj.exe").waitFor();
    await page.getByRole("link", { name: XSS }).click();
    await page.getByRole("heading", { level: 1, name: XSS }).waitFor();
    assert.equal(await page.evaluate('"hacked" in globalThis'), false);
    assert.equal(await page.locator("img").count(), 0);
  });

  it("C-14 asks before a secret is left that is shown this once", async () => {
    const device = await makeDevice(api, "minting");
    await api.post("/deployments", { deviceId: device, templateId: site.template });
    await goTo(page, `devices/${device}`, "minting");
    let minted = 0;
    page.on("request", (request) => {
      if (request.url().endsWith("/challenges")) minted += 1;
    });
    await page.getByRole("button", { name: "Mint a challenge" }).dblclick();
    await page.getByText("it is not shown again").waitFor();
    assert.equal(minted, 1, "pressed twice, minted once");
    await page.getByRole("link", { name: "Overview" }).click();
    await page.getByText("Are you sure you want to leave this page?").waitFor();
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("heading", { level: 1, name: "minting" }).waitFor();
    await page.locator("dialog[open]").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByText("Are you sure you want to leave this page?").waitFor();
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.locator("dialog[open]").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "I have kept it" }).click();
    await page.getByRole("link", { name: "Overview" }).click();
    await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
  });

  it("tells the second of two who change the same thing; nothing is overwritten", async () => {
    await goTo(page, `endpoints/${site.endpoint}/edit`, "Edit endpoint");
    await page.getByLabel("Name", { exact: true }).fill("Mine");
    await api.patch(`/endpoints/${site.endpoint}`, { name: "Theirs" });
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("It has changed since you read it.").waitFor();
    assert.equal(
      await page.getByLabel("Name", { exact: true }).inputValue(),
      "Mine",
      "what was typed stays",
    );
    assert.equal((await api.get(`/endpoints/${site.endpoint}`)).name, "Theirs");
    await page.getByRole("link", { name: "Overview" }).click();
    await page.getByRole("button", { name: "Leave" }).click();
    await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
  });

  it("leaves nothing of whoever signs out to the next one", async () => {
    const tab = await consoled.open("endpoints/new");
    await tab.getByLabel("Identifier").fill("half");
    await tab.getByRole("button", { name: "Sign out" }).click();
    await tab.getByRole("button", { name: "Leave" }).click();
    await tab.locator("dialog[open]").waitFor({ state: "detached" });
    await tab.getByLabel("Access token").fill(await consoled.token());
    await tab.getByRole("button", { name: "Sign in" }).click();
    await tab.getByRole("heading", { level: 1, name: "Add endpoint" }).waitFor();
    // What was typed went with its page, and so did the question.
    await goTo(tab, "certificates?status=revoked", "Certificates");
    await tab.getByRole("link", { name: "Overview" }).click();
    await tab.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
    await tab.getByRole("button", { name: "Sign out" }).click();
    await tab.getByLabel("Access token").fill(await consoled.token(["ca-auditor"], "bruno"));
    await tab.getByRole("button", { name: "Sign in" }).click();
    await tab.locator(".side").getByRole("link", { name: "Certificates" }).click();
    await tab.getByRole("heading", { level: 1, name: "Certificates" }).waitFor();
    assert.ok(tab.url().endsWith("#/certificates"), tab.url());
  });

  it("keeps a form when the session ends in the middle of it, and goes on after signing in", async () => {
    const short = await consoled.served.countersign.tokens.mint({
      subject: "anna@acme.example",
      tenant: "default",
      roles: ["owner"],
      lifetimeSeconds: 60,
    });
    const tab = await consoled.open("overview");
    await tab.evaluate(`sessionStorage.setItem("countersign.token", ${JSON.stringify(short)})`);
    await tab.reload();
    await tab.locator("#main h1").waitFor();
    await goTo(tab, "endpoints/new", "Add endpoint");
    await tab.getByLabel("Identifier").fill("kept");
    await tab.locator("cs-form").getByLabel("lab-wifi").check();
    consoled.served.clock.advance(120_000);
    await tab.getByRole("button", { name: "Save" }).click();
    await tab.getByText("Your session has ended.").waitFor();
    await tab.getByLabel("Access token").fill(await consoled.token());
    await tab.getByRole("button", { name: "Sign in" }).click();
    await tab.getByRole("heading", { level: 1, name: "kept" }).waitFor();
    assert.equal((await api.get("/endpoints/kept")).id, "kept");
  });

  it("sends nothing in the name of another who signs in where a session has ended", async () => {
    const { tokens } = consoled.served.countersign;
    const short = await tokens.mint({
      ...{ subject: "anna@acme.example", tenant: "default" },
      ...{ roles: ["owner"], lifetimeSeconds: 60 },
    });
    const tab = await consoled.page();
    await signIn(tab, consoled.served.url, short, "endpoints/new");
    await tab.getByLabel("Identifier").fill("not-mine");
    await tab.locator("cs-form").getByLabel("lab-wifi").check();
    consoled.served.clock.advance(120_000);
    await tab.getByRole("button", { name: "Save" }).click();
    await tab.getByText("Your session has ended.").waitFor();
    await tab.getByLabel("Access token").fill(await consoled.token(["owner"], "bruno"));
    await tab.getByRole("button", { name: "Sign in" }).click();
    await tab.locator("main .note.bad").waitFor();
    await tab.locator("dialog[open]").waitFor({ state: "detached" });
    assert.equal(await tab.getByLabel("Identifier").inputValue(), "not-mine");
    assert.equal((await api.refused("GET", "/endpoints/not-mine")).status, 404);
    await tab.getByRole("button", { name: "Save" }).click();
    await tab.getByRole("heading", { level: 1, name: "not-mine" }).waitFor();
  });
});
