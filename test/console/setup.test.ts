import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import type { Api } from "../flows/api.ts";
import { ask, newKey } from "../flows/device.ts";
import { makeDevice, makeSite, mintChallenge } from "../flows/site.ts";
import { openssl } from "../support/openssl.ts";
import { goTo, leaveTo } from "../support/browser.ts";
import { type Consoled, onBothDatabases } from "./consoled.ts";

onBothDatabases("console: setting up", (open) => {
  let consoled: Consoled, api: Api, page: Page;
  before(async function () {
    consoled = await open(this);
    api = await consoled.served.api();
    await makeSite(api, { endpoint: { approval: "manual" } });
    await api.post("/hierarchies", { id: "bare", name: "bare", keyAlgorithm: "ec-p256" });
    page = await consoled.open("profiles");
  });

  it("T-07 a shipped profile is cloned by form; raw JSON says where its fault is", async () => {
    await page.getByRole("link", { name: "privatessl", exact: true }).click();
    await page.getByRole("link", { name: "privatessl-tls-client", exact: true }).click();
    await page.getByText("Shipped profiles never change").waitFor();
    await page.getByRole("link", { name: "Clone" }).click();
    await page.getByRole("heading", { level: 1, name: "Add profile" }).waitFor();
    const form = page.locator("cs-form");
    await form.getByLabel("Identifier").fill("wifi-clients");
    await form.getByLabel("Valid for").fill("47 days");
    await form.getByLabel("Valid for").blur();
    await page.getByText("Write it like P1Y, P47D or PT12H.").waitFor();
    await form.getByLabel("Valid for").fill("P47D");
    await page.getByLabel("Edit the raw profile information").check();
    const raw = form.getByLabel("Raw profile information");
    const text = await raw.inputValue();
    assert.equal(JSON.parse(text).validity_period, "P47D");
    await raw.fill(
      text.replace('"clientAuth', '"').replace("digitalSignature", "digitalsignature"),
    );
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("definition.usages.0").waitFor();
    await raw.fill(text);
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("heading", { level: 1, name: "wifi-clients" }).waitFor();
    const made = await api.get("/certificate-profiles/wifi-clients");
    const system = await api.get("/certificate-profiles/privatessl-tls-client");
    assert.deepEqual(made.definition, { ...system.definition, validity_period: "P47D" });
  });

  it("A-26 profiles are picked for a CA, and pick lists show only those", async () => {
    await goTo(page, "ca-servers/bare", /bare/i);
    await page.getByText("It may issue by every profile.").waitFor();
    await page.getByText("Choose", { exact: true }).click();
    const card = page.locator("cs-ca-profiles");
    for (const group of await card.locator("details details > summary").all()) await group.click();
    for (const all of await card.getByLabel(/^All of /).all()) await all.uncheck();
    await card.getByLabel("scep-key-encipherment").check();
    await card.getByRole("button", { name: "Save" }).click();
    await page.getByText("The profiles are set.").waitFor();
    await card.getByText("It may issue by 1 of").waitFor();
    await goTo(page, "certificates/new", "Issue a certificate");
    const form = page.locator("cs-form");
    await form.getByLabel("CA server").selectOption("bare");
    const others = form.getByLabel("Profile").locator("option", { hasText: "privatessl" });
    await others.first().waitFor({ state: "detached" });
    const offered = await form.getByLabel("Profile").locator("option").allInnerTexts();
    assert.equal(offered.filter((text) => text.includes("scep-key-encipherment")).length, 1);
    assert.equal(offered.filter((text) => text.includes("privatessl")).length, 0);
    await leaveTo(page, "ca-servers/bare", /bare/i);
    await page.getByText("Choose", { exact: true }).click();
    await card.getByRole("button", { name: "Allow all" }).click();
    await page.getByText("It may issue by every profile.").waitFor();
  });

  it("R-03 the last Owner cannot be taken away, and the page says why", async () => {
    await api.post("/people", { id: "olga@acme.example", roles: ["owner"] });
    await goTo(page, "people", "People");
    const row = page.getByRole("row").filter({ hasText: "olga@acme.example" }).first();
    await row.getByRole("button", { name: "Edit" }).click();
    const dialog = page.locator(`wa-dialog[label="Change roles"]`);
    await dialog.getByLabel(/^Owner/).uncheck();
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.locator(".note.bad").waitFor();
    assert.match(await dialog.locator(".note.bad").innerText(), /owner/i);
    await dialog.getByRole("button", { name: "Cancel" }).click();
    assert.deepEqual((await api.get("/people/olga@acme.example")).roles, ["owner"]);
  });

  it("R-03 a name and an address are taken away by emptying their fields", async () => {
    await api.post("/people", {
      ...{ id: "nina@acme.example", email: "n@acme.example", firstName: "Nina", lastName: "Nine" },
      roles: ["ca-auditor"],
    });
    await goTo(page, "settings", "Settings");
    await goTo(page, "people", "People");
    const row = page.getByRole("row").filter({ hasText: "nina@acme.example" }).first();
    await row.getByText("Nina Nine").waitFor();
    await row.getByRole("button", { name: "Edit" }).click();
    const dialog = page.locator(`wa-dialog[label="Change roles"]`);
    await dialog.getByLabel("E-mail address", { exact: true }).fill("");
    await dialog.getByLabel("First name").fill("");
    const line = dialog.locator("cs-commands code").first();
    assert.match((await line.textContent()) ?? "", /--email '' --first-name ''/);
    await dialog.getByRole("button", { name: "Save" }).click();
    await row.getByText("Nina Nine").waitFor({ state: "detached" });
    const { email, firstName, lastName } = await api.get("/people/nina@acme.example");
    assert.deepEqual([email, firstName, lastName], [undefined, undefined, "Nine"]);
    await page.locator("dialog[open]").waitFor({ state: "detached" });
  });

  it("R-10 a machine's key: scope, end, once only, a second one while the first is good", async () => {
    await goTo(page, "settings", "Settings");
    await goTo(page, "people", "People");
    await page.getByRole("button", { name: "Add machine" }).click();
    const dialog = page.locator(`wa-dialog[label="Add machine"]`);
    await dialog.getByLabel("Identifier").fill("radius");
    await dialog.getByLabel(/^CA Auditor/).check();
    await dialog.getByLabel("lab", { exact: true }).check();
    await dialog.getByLabel("Its key is good for").selectOption("P30D");
    await dialog.getByRole("button", { name: "Save" }).click();
    await page.getByText("it is not shown again").waitFor();
    const secret = page.locator("cs-once-only-secret");
    const password = await secret.locator(".mono").first().innerText();
    const coming = page.waitForEvent("download");
    await secret.getByRole("button", { name: /\.p12$/ }).click();
    const path = await (await coming).path();
    assert.match(
      await openssl(["pkcs12", "-in", path, "-passin", `pass:${password}`, "-nodes"]),
      /BEGIN PRIVATE KEY/,
    );
    await page.getByRole("link", { name: "Overview" }).click();
    await page.getByText("Are you sure you want to leave this page?").waitFor();
    await page.getByRole("button", { name: "Cancel" }).click();
    await secret.getByRole("button", { name: "I have kept it" }).click();
    const row = page.getByRole("row").filter({ hasText: "radius" });
    await row.getByText("for lab").waitFor();
    await row.getByText(/Expires in (1 month|30 days|29 days)/).waitFor();
    await row.getByRole("button", { name: "New key" }).click();
    await page.locator("wa-dialog[open]").getByRole("button", { name: "Make it" }).click();
    await secret.getByRole("button", { name: "I have kept it" }).click();
    const { keys, authorityIds } = await api.get("/credentials/radius");
    assert.equal(keys.length, 2);
    assert.deepEqual(authorityIds, ["lab"]);
  });

  it("an outside CA is taken in by a form; a wrong certificate is told at its field", async () => {
    const pem = await openssl([
      ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"],
      ...["-keyout", "/dev/null", "-subj", "/CN=Elsewhere", "-days", "3000"],
      ...["-addext", "keyUsage=critical,keyCertSign,cRLSign"],
    ]);
    await goTo(page, "ca-servers", "CA servers");
    await page.getByRole("link", { name: "Add an outside CA" }).click();
    const form = page.locator("cs-form");
    await form.getByLabel("Name").fill("Elsewhere");
    await form.getByLabel("Identifier").fill("elsewhere");
    await form.getByLabel("SCEP URL").fill("http://scep.example.com/scep/x");
    await form.getByLabel("Enrolment code").fill("not-for-eyes");
    await form.getByLabel("CA certificates").fill("not a certificate");
    await page.getByRole("button", { name: "Save" }).click();
    await page.locator("cs-form .fault").waitFor();
    await form.getByLabel("CA certificates").fill(pem);
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("heading", { level: 1, name: "Elsewhere" }).waitFor();
    await page.getByRole("heading", { name: "Fingerprints to copy" }).waitFor();
    assert.equal(
      JSON.stringify(await api.get("/authorities/elsewhere")).includes("not-for-eyes"),
      false,
    );
  });

  it("a request waits for somebody's yes; with it the device gets its certificate", async () => {
    const device = await makeDevice(api, "waiting");
    const challenge = await mintChallenge(
      api,
      { authority: "lab", template: "lab-wifi", endpoint: "lab-scep" },
      device,
    );
    const key = await newKey();
    const asks = () =>
      ask(`${consoled.served.url}/scep/lab-scep`, { subject: "CN=waiting,O=Lab", challenge, key });
    assert.equal((await asks()).status, "pending");
    await goTo(page, "approvals", "Approvals");
    await page.getByText("1 request waits").waitFor();
    await page.getByRole("button", { name: "Approve" }).click();
    await page.getByText("the certificate is issued when the device asks next").waitFor();
    await page.getByText("Nobody waits.").waitFor();
    assert.equal((await asks()).status, "issued");
  });

  it("the API's reference is read from the server's own document", async () => {
    await goTo(page, "settings", "Settings");
    await page.getByRole("link", { name: "Reference" }).click();
    await page.getByRole("link", { name: "certificates", exact: true }).click();
    await page.getByText("/certificates/bulk").click();
    await page.getByText('"revoke" | "suspend" | "unsuspend"').first().waitFor();
  });
});
