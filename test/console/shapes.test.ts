import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { consoleShapes } from "../../adapters/consoles/consoles.ts";
import type { ConsoleField } from "../../plugin/domain/console/form.ts";
import { fieldsOf } from "../../plugin/domain/console/shape.ts";
import type { Api } from "../flows/api.ts";
import { makeDevice } from "../flows/site.ts";
import { goTo } from "../support/browser.ts";
import { type Consoled, openConsole } from "./consoled.ts";

interface Option {
  readonly value: string;
  readonly text: string;
}

/** What an admin would type where the form asks for something and has no default. */
const sampleOf = ({ name, type, format }: ConsoleField, id: string): string => {
  if (type === "secret") return "a-password-of-16";
  if (type === "pattern") return "CN=probe";
  if (format?.expression.includes("a-z0-9") === true) return id;
  return /url/i.test(name) ? "https://mdm.example/" : id;
};

/** Fills every field that is shown, needed and empty. */
const fillNeeded = async (page: Page, fields: readonly ConsoleField[], id: string) => {
  for (const field of fields) {
    if (field.required !== true || field.readOnly === true) continue;
    const control = page.locator(`cs-form [id="${field.name}"]`);
    if ((await control.count()) === 0) continue;
    const tag = await control.evaluate(({ tagName }: { tagName: string }) => tagName);
    const value = await control.inputValue();
    if (tag === "SELECT") {
      if (value !== "") continue;
      const options = await control
        .locator("option")
        .evaluateAll((all) => all.map(({ value, text }: Option) => ({ value, text })));
      const good = options.find((option) => option.value !== "" && !option.text.includes("refused"));
      if (good !== undefined) await control.selectOption(good.value);
    } else if (value === "") await control.fill(sampleOf(field, id));
  }
};

describe("console: the forms of nine consoles", function () {
  let consoled: Consoled;
  let api: Api;
  let page: Page;
  let faults: string[];
  before(async function () {
    consoled = await openConsole(this);
    api = await consoled.served.api();
    await api.post("/hierarchies", { id: "acme", name: "Acme", keyAlgorithm: "ec-p256" });
    await makeDevice(api, "tablet", { username: "anna", email: "anna@acme.example" });
    ({ page, faults } = await consoled.open("ca-servers"));
  });
  after(() => consoled.end());
  afterEach(() => {
    assert.deepEqual(faults.splice(0), []);
  });

  for (const [index, shape] of consoleShapes().entries()) {
    it(`${shape.name}: a CA server and a template are added in its own words`, async function () {
      this.timeout(60_000);
      const id = `ca${index}`;
      await goTo(page, `ca-servers/new?as=${shape.id}`, "Add CA server");
      await page.getByRole("heading", { name: shape.caServer.title }).first().waitFor();
      await fillNeeded(page, fieldsOf(shape.caServer), id);
      // A second pass for fields that an answer has brought up.
      await fillNeeded(page, fieldsOf(shape.caServer), id);
      await page.getByRole("button", { name: "Save" }).click();
      await page.getByText(`Saved as`).waitFor({ timeout: 30_000 });
      await page.getByRole("link", { name: "Open it" }).click();
      await page.getByRole("heading", { name: "Fingerprints to copy" }).waitFor();

      await goTo(page, `templates/new?as=${shape.id}`, "Add template");
      await page.getByRole("heading", { name: shape.template.title }).first().waitFor();
      await fillNeeded(page, fieldsOf(shape.template), `template-${index}`);
      await fillNeeded(page, fieldsOf(shape.template), `template-${index}`);
      await page.getByRole("button", { name: "Save" }).click();
      await page.getByText(`Saved as`).waitFor({ timeout: 30_000 });
      await page.getByRole("link", { name: "Open it" }).click();
      await page.getByRole("heading", { name: "What a device would get" }).waitFor();
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

  it("shows a fault at its field when the field is left, with the remedy", async () => {
    await goTo(page, "templates/new?as=manageengine&again=1", "Add template");
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
});
