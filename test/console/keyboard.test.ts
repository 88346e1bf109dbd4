import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { memoryHost } from "../../adapters/mdm/memory.ts";
import type { Api } from "../flows/api.ts";
import { enrolDevice } from "../flows/enrolled-device.ts";
import { eventually } from "../flows/served.ts";
import { makeDevice, makeSite } from "../flows/site.ts";
import { type Consoled, openConsole } from "./consoled.ts";

interface Focused {
  /** Its accessible name as far as a page can tell. */
  readonly name: string;
  readonly tag: string;
  readonly id: string;
  /** Whether one can see that it has the focus. */
  readonly visible: boolean;
  readonly inDialog: boolean;
}

const FOCUSED = `(() => {
  let at = document.activeElement;
  const way = [at];
  while (at?.shadowRoot?.activeElement != null) way.push((at = at.shadowRoot.activeElement));
  const clean = (text) => (text ?? "").replace(/\\s+/g, " ").trim();
  const host = at.getRootNode().host;
  const text = clean(at.textContent) || (host?.tagName === "WA-BUTTON" ? clean(host.textContent) : "");
  const name = at.getAttribute("aria-label") ?? (at.labels?.length > 0 ? clean(at.labels[0].textContent) : text);
  // The ring may be drawn by what holds it.
  const ringed = [at, host, at.parentElement].some((one) => {
    if (!(one instanceof Element)) return false;
    const style = getComputedStyle(one);
    return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none";
  });
  const inDialog = way.some((one) => {
    for (let up = one; up != null; up = up.assignedSlot ?? up.parentNode ?? up.host)
      if (up.tagName === "WA-DIALOG" || up.tagName === "DIALOG") return true;
    return false;
  });
  return { name, tag: at.tagName.toLowerCase(), id: at.id, visible: ringed, inDialog };
})()`;

const focused = (page: Page): Promise<Focused> => page.evaluate<Focused>(FOCUSED);

/** Presses Tab until what has this name has the focus; each stop on the way must be visible. */
const tabTo = async (page: Page, name: string, key = "Tab"): Promise<void> => {
  const way: string[] = [];
  for (let pressed = 0; pressed < 80; pressed += 1) {
    await page.keyboard.press(key);
    const at = await focused(page);
    if (at.tag !== "body") assert.ok(at.visible, `no visible focus on ${at.tag} "${at.name}"`);
    if (at.name === name || at.name.startsWith(`${name} `)) return;
    way.push(at.name);
  }
  assert.fail(`${name} is not reached: ${way.join(" > ")}`);
};

describe("console: by keyboard alone", function () {
  this.timeout(120_000);
  const host = memoryHost("mdm");
  let consoled: Consoled, api: Api, page: Page;
  before(async function () {
    consoled = await openConsole(this, {}, { hosts: [host] });
    api = await consoled.served.api();
    page = await consoled.page();
    await page.goto(`${consoled.served.url}/console/#/start`);
    await page.getByLabel("Access token").waitFor();
  });

  const heading = (name: string, level = 1) => page.getByRole("heading", { level, name }).waitFor();

  const focusOn = async (id: string): Promise<void> => {
    for (let turn = 0; turn < 100 && (await focused(page)).id !== id; turn += 1)
      await page.waitForTimeout(100);
    assert.equal((await focused(page)).id, id);
  };

  it("signs in; a refused token leaves the focus in its field", async () => {
    await tabTo(page, "Access token");
    await page.keyboard.type("not-a-token");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").waitFor();
    assert.equal((await focused(page)).id, "token");
    await page.keyboard.press("Control+a");
    await page.keyboard.type(await consoled.token());
    await page.keyboard.press("Enter");
    await heading("Getting started");
  });

  it("from the start page to a CA server, a template and an open endpoint; a wrong field gets the focus", async () => {
    await tabTo(page, "Organization");
    await page.keyboard.press("Enter");
    await page.locator("cs-form .fault").first().waitFor();
    assert.equal((await focused(page)).id, "organization");
    await page.keyboard.type("Acme Ltd");
    await tabTo(page, "Identifier");
    await page.keyboard.press("Control+a");
    await page.keyboard.type("Not An Id");
    await tabTo(page, "Make the CA server");
    await page.keyboard.press("Enter");
    await page.locator("cs-form .fault").first().waitFor();
    assert.equal((await focused(page)).id, "id");
    await page.keyboard.press("Control+a");
    await page.keyboard.type("acme");
    // Enter in a field sends the form, as everywhere.
    await page.keyboard.press("Enter");
    await page.getByText("issues.").waitFor();
    await tabTo(page, "What is it for?");
    await page.keyboard.press("ArrowDown");
    await tabTo(page, "Make the template");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Open the endpoint" }).waitFor();
    await tabTo(page, "Open the endpoint");
    await page.keyboard.press("Enter");
    await page.getByRole("link", { name: "Enrol a test device" }).waitFor();
    assert.equal((await api.get("/authorities/acme")).id, "acme");
    assert.equal((await api.get("/templates")).items.length, 1);
    assert.equal((await api.get("/endpoints")).items.length, 1);
  });

  it("a CA server in another console's words: the menu, the chip, a field that was forgotten, saved", async () => {
    await tabTo(page, "CA servers");
    await page.keyboard.press("Enter");
    await heading("CA servers");
    await tabTo(page, "Add CA server");
    await page.keyboard.press("Enter");
    await heading("Add CA server");
    await tabTo(page, "DigiCert ONE");
    await page.keyboard.press("Space");
    await heading("Issuing CA", 2);
    await tabTo(page, "Business Unit");
    await page.keyboard.press("Enter");
    await page.locator("cs-form .fault").first().waitFor();
    assert.equal((await focused(page)).id, "issuingCa");
    await page.keyboard.type("Acme again");
    await page.keyboard.press("Enter");
    await page.getByText("Saved as").waitFor({ timeout: 45_000 });
    const { items } = await api.get("/authorities");
    assert.ok((items as { name: string }[]).some(({ name }) => name === "Acme again"));
  });

  it("a template in another console's words: a variable by the arrow keys, and the field the server refuses", async () => {
    await tabTo(page, "Templates");
    await page.keyboard.press("Enter");
    await heading("Templates");
    await tabTo(page, "Add template");
    await page.keyboard.press("Enter");
    await heading("Add template");
    await tabTo(page, "ManageEngine MDM");
    await page.keyboard.press("Enter");
    await heading("Add template", 2);
    await tabTo(page, "CA server");
    await page.keyboard.press("ArrowDown");
    await tabTo(page, "Certificate Template Name");
    await page.keyboard.type("Laptops");
    await tabTo(page, "Subject");
    await page.keyboard.press("Control+a");
    await page.keyboard.press("Delete");
    await tabTo(page, "Challenge type");
    await page.keyboard.type("Dynamic");
    await tabTo(page, "Key Size");
    await page.keyboard.press("ArrowUp");
    await tabTo(page, "Save");
    await page.keyboard.press("Enter");
    await page.locator("cs-form .fault").first().waitFor();
    assert.equal((await focused(page)).id, "subject");
    await page.keyboard.type("CN=");
    await tabTo(page, "Put a variable into this field");
    await page.keyboard.press("ArrowDown");
    await focusOn("subject");
    await page.keyboard.press("Enter");
    // RSA-1024 is in the list, since that console has it; only the server refuses it.
    await focusOn("keySize");
    await page.keyboard.press("ArrowDown");
    await tabTo(page, "Save");
    await page.keyboard.press("Enter");
    await page.getByText("Saved as").waitFor({ timeout: 45_000 });
    const { items } = await api.get("/templates");
    const made = (items as { name: string; subject: string }[]).find(
      ({ name }) => name === "Laptops",
    );
    assert.equal(made?.subject, "CN=%username%");
  });

  it("a dialog keeps the focus while it is open, and gives it back", async () => {
    await tabTo(page, "Devices");
    await page.keyboard.press("Enter");
    await heading("Devices");
    await tabTo(page, "Add device");
    await page.keyboard.press("Enter");
    await page.locator("wa-dialog").getByLabel("Id in the MDM").waitFor();
    const stops = new Set<string>();
    for (let pressed = 0; pressed < 30; pressed += 1) {
      await page.keyboard.press(pressed < 20 ? "Tab" : "Shift+Tab");
      const at = await focused(page);
      assert.ok(at.inDialog || at.tag === "body", `${at.tag} "${at.name}" is behind the dialog`);
      stops.add(at.name);
    }
    assert.ok(stops.size > 3, [...stops].join(", "));
    await page.keyboard.press("Escape");
    await page.locator("wa-dialog[open]").waitFor({ state: "detached" });
    assert.equal((await focused(page)).name, "Add device");
  });

  it("publishes a template to a device, and revokes the certificate that came of it", async () => {
    const site = await makeSite(api);
    const device = await makeDevice(api, "tablet");
    await tabTo(page, "Overview", "Shift+Tab");
    await page.keyboard.press("Enter");
    await heading("Overview");
    await tabTo(page, "Devices");
    await page.keyboard.press("Enter");
    await heading("Devices");
    await tabTo(page, "tablet");
    await page.keyboard.press("Enter");
    await heading("tablet");
    await page.getByRole("combobox", { name: "Publish" }).locator("option").first().waitFor({
      state: "attached",
    });
    await tabTo(page, "Publish");
    await page.keyboard.type("lab-wifi");
    await tabTo(page, "Publish");
    await page.keyboard.press("Enter");
    await eventually(() => Promise.resolve(host.deliveries.length > 0));

    await enrolDevice(api, consoled.served.url, site, "tablet", device);
    await tabTo(page, "Certificates");
    await page.keyboard.press("Enter");
    await heading("Certificates");
    await page.getByRole("link", { name: "CN=tablet,O=Lab" }).waitFor();
    await tabTo(page, "Revoke");
    await page.keyboard.press("Enter");
    await page.locator("wa-dialog[open]").getByLabel("Reason").waitFor();
    await tabTo(page, "Reason");
    await page.keyboard.type("superseded");
    await tabTo(page, "Revoke");
    await page.keyboard.press("Enter");
    await page.getByText("Revoked", { exact: true }).first().waitFor();
    const { items } = await api.get("/certificates?status=revoked");
    assert.equal(items[0].revocationReason, "superseded");
  });
});
