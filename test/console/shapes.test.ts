import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { consoleShapes } from "../../adapters/consoles/consoles.ts";
import { type ConsoleForm, fieldsOf } from "../../plugin/domain/console/shape.ts";
import type { Api } from "../flows/api.ts";
import { makeDevice } from "../flows/site.ts";
import { goTo } from "../support/browser.ts";
import { type Consoled, openConsole } from "./consoled.ts";
import { fillNeeded } from "./fill-needed.ts";

const maas360Template = () => consoleShapes().find(({ id }) => id === "maas360")!.template;

describe("console: the forms of nine consoles", function () {
  let consoled: Consoled, api: Api, page: Page;
  before(async function () {
    consoled = await openConsole(this);
    api = await consoled.served.api();
    await api.post("/hierarchies", { id: "acme", name: "Acme", keyAlgorithm: "ec-p256" });
    await makeDevice(api, "tablet", { username: "anna", email: "anna@acme.example" });
    page = await consoled.open("ca-servers");
  });

  for (const [index, shape] of consoleShapes().entries()) {
    it(`${shape.name}: a CA server and a template are added in its own words`, async function () {
      this.timeout(60_000);
      const own = await consoled.open(`ca-servers/new?as=${shape.id}`);
      const add = async <Model>(form: ConsoleForm<Model>, id: string): Promise<void> => {
        await own.getByRole("heading", { level: 2, name: form.title }).waitFor();
        await fillNeeded(own, fieldsOf(form), id);
        // A second pass for fields that an answer has brought up.
        await fillNeeded(own, fieldsOf(form), id);
        await own.getByRole("button", { name: "Save", exact: true }).click();
        const refused = own.locator(".fault, .note.bad");
        await own.getByText("Saved as").or(refused).first().waitFor({ timeout: 30_000 });
        assert.deepEqual(await refused.allInnerTexts(), []);
        await own.getByRole("link", { name: "Open it" }).click();
      };
      await add(shape.caServer, `ca${index}`);
      await own.getByRole("heading", { name: "Fingerprints to copy" }).waitFor();
      await goTo(own, `templates/new?as=${shape.id}`, "Add template");
      await add(shape.template, `template-${index}`);
      await own.getByRole("heading", { name: "What a device would get" }).waitFor();
      await own.context().close();
    });
  }

  it("shows what a subject comes to on a device while it is typed, and names a variable without a value", async () => {
    await goTo(page, "templates/new?as=manageengine", "Add template");
    const subject = page.locator('cs-form [id="subject"]');
    await subject.fill("CN=%UserName%,O=Acme");
    await page.locator("cs-subject-preview").getByText("CN=anna,O=Acme").waitFor();
    await subject.fill("CN=%imei%");
    await page.locator("cs-subject-preview").getByText("has no value on this device").waitFor();
    await page.locator("cs-subject-preview").getByText("%imei%").waitFor();
  });

  it("what was asked last is shown, whatever is answered last", async () => {
    const own = await consoled.open("templates/new?as=manageengine");
    const held = async (
      match: (url: string, body: string) => boolean,
      ask: () => Promise<void>,
    ) => {
      let go = (): void => undefined;
      const gate = new Promise<void>((resolve) => (go = resolve));
      await own.route("**/api/v1/consoles/**", async (route) => {
        const request = route.request();
        if (match(request.url(), request.postData() ?? "")) await gate;
        await route.continue();
      });
      const asked = own.waitForRequest((one) => match(one.url(), one.postData() ?? ""));
      await ask();
      await asked;
      return async () => {
        const answered = own.waitForResponse((one) =>
          match(one.url(), one.request().postData() ?? ""),
        );
        go();
        await (await answered).finished();
        await own.waitForTimeout(500);
        await own.unroute("**/api/v1/consoles/**");
      };
    };
    const preview = own.locator("cs-subject-preview");
    const subject = own.locator('cs-form [id="subject"]');
    const resolved = await held(
      (url, body) => url.endsWith("/resolve") && body.includes("O=Held"),
      () => subject.fill("CN=%UserName%,O=Held"),
    );
    await subject.fill("CN=%UserName%,O=Shown");
    await preview.getByText("CN=anna,O=Shown").waitFor();
    await resolved();
    assert.equal(await preview.getByText("CN=anna,O=Held").count(), 0);
    await preview.getByText("CN=anna,O=Shown").waitFor();

    const chip = (name: string) => own.getByRole("button", { name, exact: true });
    const [slow, quick] = ["jamf", "maas360"].map((wanted) =>
      consoleShapes().find(({ id }) => id === wanted),
    );
    assert.ok(slow !== undefined && quick !== undefined);
    const picked = await held(
      (url) => url.endsWith("/consoles/jamf"),
      () => chip(slow.name).click(),
    );
    await chip(quick.name).click();
    const title = own.getByRole("heading", { level: 2, name: quick.template.title });
    await title.waitFor();
    await picked();
    await title.waitFor();
    await own.context().close();
  });

  it("a file that is too large for a certificate is not taken, and says why", async () => {
    const own = await consoled.open("ca-servers/new?as=manageengine");
    const input = own.locator('cs-form input[type="file"]').first();
    await input.setInputFiles({
      ...{ name: "large.pem", mimeType: "text/plain", buffer: Buffer.alloc(70 * 1024, 65) },
    });
    await own.getByText("This file has 70 kB").waitFor();
    await input.setInputFiles({
      ...{ name: "small.pem", mimeType: "text/plain", buffer: Buffer.alloc(700, 65) },
    });
    await own.getByText("This file has 70 kB").waitFor({ state: "hidden" });
    await own.context().close();
  });

  it("shows a fault at its field when the field is left, with the remedy", async () => {
    const page = await consoled.open("templates/new?as=manageengine");
    const name = page.locator('cs-form [id="templateName"]');
    await name.fill("x");
    await name.fill("");
    await name.blur();
    await page.getByText("This is needed.").waitFor();
    assert.equal(await name.getAttribute("aria-invalid"), "true");
    const size = page.locator('cs-form [id="keySize"]');
    await size.selectOption("1024");
    await page.getByText("keys below RSA-2048 are never issued for").waitFor();
    // Nothing typed is lost without a question.
    await page.getByRole("link", { name: "Overview" }).click();
    await page.getByRole("button", { name: "Leave" }).click();
    await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
  });

  // Last: its throw-away device would be the sample of previews.
  it("F-16 F-27 a console's test buttons say what is right, what is not and what nobody tried; one that saves does so first", async function () {
    this.timeout(60_000);
    const own = await consoled.open("ca-servers/new?as=jellyfish");
    const field = (name: string) => own.locator(`cs-form [id="${name}"]`);
    const validate = own.getByRole("button", { name: "Validate Configuration" });
    await field("configurationName").fill("Intune");
    assert.equal(await validate.count(), 0, "only beside what it looks at");
    await field("intuneAuthentication").check();
    await field("entraApplicationId").fill("2772f00e-2694-4ca5-a04d-edf89f4ed5c1");
    await field("entraTenantId").fill("contoso");
    await validate.click();
    const steps = own.locator("cs-form-try li");
    await steps.filter({ hasText: "Entra Tenant ID" }).getByText("must be a GUID").waitFor();
    await steps.filter({ hasText: "Signing in to Entra ID" }).getByText("(not tried)").waitFor();
    const said = own.getByText("Something is not right yet.");
    await said.waitFor();
    await field("entraTenantId").fill("contoso.onmicrosoft.com");
    await said.waitFor({ state: "detached" });
    await own.context().close();
    const other = await consoled.open("templates/new?as=maas360");
    await other.getByRole("heading", { level: 2, name: maas360Template().title }).waitFor();
    await fillNeeded(other, fieldsOf(maas360Template()), "tested");
    await other.getByRole("button", { name: "Save and Test" }).click();
    await other.getByText("Saved as").waitFor({ timeout: 30_000 });
    const prepared = other.locator("cs-form-try li", { hasText: "Prepare a throw-away device" });
    await prepared.waitFor({ timeout: 30_000 });
    await other.context().close();
  });
});
