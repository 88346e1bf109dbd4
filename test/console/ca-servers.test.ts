import assert from "node:assert/strict";
import type { Locator, Page } from "playwright-core";
import type { Api } from "../flows/api.ts";
import { chainOf, type SiteIds } from "../flows/site.ts";
import { enrolledDevice } from "../flows/enrolled-device.ts";
import { DAY, eventually } from "../flows/served.ts";
import { goTo, leaveTo } from "../support/browser.ts";
import { type Consoled, openConsole } from "./consoled.ts";

const pemOf = (der: Uint8Array): string =>
  `-----BEGIN CERTIFICATE-----\n${Buffer.from(der).toString("base64")}\n-----END CERTIFICATE-----\n`;

/** Lets a file go over an element, as a mouse would. */
const drop = async (page: Page, on: Locator, name: string, bytes: Uint8Array): Promise<void> => {
  const base64 = Buffer.from(bytes).toString("base64");
  const dataTransfer = await page.evaluateHandle(
    `(() => {
      const bytes = Uint8Array.from(atob(${JSON.stringify(base64)}), (one) => one.charCodeAt(0));
      const transfer = new DataTransfer();
      transfer.items.add(new File([bytes], ${JSON.stringify(name)}));
      return transfer;
    })()`,
  );
  await on.dispatchEvent("dragover", { dataTransfer });
  await on.dispatchEvent("drop", { dataTransfer });
};

describe("console: the life of a CA server", function () {
  let consoled: Consoled, api: Api, site: SiteIds, page: Page;
  let chain: readonly Uint8Array[];
  before(async function () {
    consoled = await openConsole(this);
    ({ api, site, page } = await consoled.openSite("ca-servers"));
    chain = await chainOf(api, site.authority);
    await enrolledDevice(api, consoled.served.url, site, "tablet");
  });

  const dialog = () => page.locator("wa-dialog[open]");

  it("A-19 renews the certificate of a CA with the key it has", async () => {
    await goTo(page, "ca-servers/lab", "lab");
    await page.getByText("1 device stands on it.").waitFor();
    await page.getByRole("button", { name: "Renew the certificate" }).click();
    await dialog().getByText("devices need nothing").waitFor();
    await dialog().getByRole("button", { name: "Renew" }).click();
    await page.getByText("The CA has its new certificate.").waitFor();
    assert.equal((await api.get("/authorities/lab")).certificates.length, 2);
  });

  it("A-10 switches OCSP on after saying that there is no way back", async () => {
    const root = "lab-root";
    await goTo(page, `ca-servers/${root}`, /root/i);
    const before = await api.get(`/authorities/${root}`);
    assert.equal(before.ocspEnabled, false);
    await page.getByRole("button", { name: "Switch OCSP on" }).click();
    await dialog().getByText("never be switched off again").waitFor();
    await dialog().getByRole("button", { name: "Switch it on" }).click();
    await page.getByText("it cannot be switched off, since certificates name it").waitFor();
    assert.equal((await api.get(`/authorities/${root}`)).ocspEnabled, true);
    assert.equal(await page.getByRole("button", { name: "Switch OCSP" }).count(), 0);
  });

  it("L-03 caps and quiet hours of its renewals are shown and changed, with what the plan says to them", async () => {
    await goTo(page, "ca-servers/lab", "lab");
    const card = page.getByRole("region", { name: "How fast it renews" });
    await card.getByText("1,000 at most").waitFor();
    await card.getByRole("button", { name: "Change caps and quiet hours" }).click();
    const dialog = card.locator("wa-dialog[open]");
    await dialog.getByLabel("Most renewals started in an hour").fill("200");
    await dialog.getByLabel("Most on a day").fill("1500");
    await dialog.getByLabel("Quiet from").fill("08:00");
    await dialog.getByLabel("Quiet until").fill("18:00");
    await dialog.getByLabel("Time zone").fill("Mars/Base");
    const line = dialog.locator("cs-commands code");
    await line
      .getByText("--per-hour 200 --per-day 1500 --quiet-hours 08:00-18:00@Mars/Base")
      .waitFor({ state: "attached" });
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.getByRole("alert").first().waitFor();
    await dialog.getByLabel("Time zone").fill("Europe/Berlin");
    await dialog.getByRole("button", { name: "Save" }).click();
    await card.getByText("08:00 to 18:00, Europe/Berlin").waitFor();
    const quietHours = { from: "08:00", to: "18:00", timeZone: "Europe/Berlin" };
    const { rules } = await api.get("/renewals/rules/lab");
    assert.deepEqual(rules, { perHour: 200, perDay: 1500, quietHours });
    await page.locator("dialog[open]").waitFor({ state: "detached" });
    await card.getByRole("button", { name: "Change caps and quiet hours" }).click();
    for (const label of ["Most on a day", "Quiet from", "Quiet until"])
      await dialog.getByLabel(label).fill("");
    await dialog.getByRole("button", { name: "Save" }).click();
    await card.locator("dd", { hasText: "no cap" }).waitFor();
    assert.deepEqual((await api.get("/renewals/rules/lab")).rules, { perHour: 200, perDay: "off" });
  });

  it("A-12 A-09 shows what it publishes, publishes it now, and tests what anybody gets", async () => {
    await goTo(page, "ca-servers/lab", "lab");
    const card = page.locator("cs-ca-published");
    await card.getByText("List", { exact: true }).waitFor();
    assert.match(
      (await card.locator("dl").first().textContent()) ?? "",
      /CRL\s+Enabled\s+OCSP\s+Enabled/,
    );
    const [before] = (await api.get("/authorities/lab/crl")).items;
    await card.getByRole("button", { name: "Publish the CRL now" }).click();
    await page.getByText("The CRL is published.").waitFor();
    const [after] = (await api.get("/authorities/lab/crl")).items;
    assert.ok(BigInt(after.number) > BigInt(before.number));
    await card.getByText(String(after.number)).waitFor();
    await card.getByRole("button", { name: "Test what is published" }).click();
    await card.getByText("Everything is as it should be").waitFor();
    for (const text of ["CA certificate", "is the CA certificate", "GetCACaps says"])
      await card.getByText(text).first().waitFor();

    const [responder] = (await api.get("/certificates?role=ocsp&authority=lab")).items;
    await api.post(`/certificates/${responder.id as string}/suspend`);
    await card.getByRole("button", { name: "Test what is published" }).click();
    await card.getByText("1 thing is not as it should be").waitFor();
    await card.getByText("says revoked of its own responder").waitFor();
    await card.getByText("Correct DNS, proxy or cache").waitFor();
    await api.post(`/certificates/${responder.id as string}/unsuspend`);

    const auditor = await consoled.open("ca-servers/lab", ["ca-auditor"]);
    const theirs = auditor.locator("cs-ca-published");
    await theirs.getByRole("button", { name: "Test what is published" }).click();
    await theirs.getByText("Everything is as it should be").waitFor();
    assert.equal(await theirs.getByRole("button", { name: "Publish the CRL now" }).count(), 0);
  });

  it("K-08 replaces a key: announced, with the devices on either side, and called off", async () => {
    await goTo(page, "ca-servers/lab", "lab");
    await page.getByRole("button", { name: "Replace the key" }).click();
    await page.getByLabel("Identifier of the new CA").fill("lab-next");
    await dialog().locator(`[id="keyAlgorithm"]`).selectOption("ec-p384");
    await dialog().getByRole("button", { name: "Make the new CA" }).click();
    await page.getByText("1 on the old one, 0 on the new one").waitFor();
    await page.getByText("Announced", { exact: true }).waitFor();
    assert.equal((await api.get("/authorities/lab-next")).keyAlgorithm, "ec-p384");
    assert.equal(await page.getByRole("button", { name: "Replace the key" }).count(), 0);
    await page.getByRole("link", { name: "lab-next" }).click();
    await page.getByText("It takes over from").waitFor();
    await goTo(page, "ca-servers/lab", "lab");
    await page.getByRole("button", { name: "Call it off" }).click();
    await dialog().getByRole("button", { name: "Call it off" }).click();
    await page.getByRole("button", { name: "Replace the key" }).waitFor();
    assert.equal((await api.get("/roll-overs")).items[0].state, "cancelled");
  });

  it("says which RA certificate serves, for how many devices, and schedules the next", async () => {
    await goTo(page, "ca-servers/lab", "lab");
    const ras = page.locator("cs-ca-ras");
    await ras.getByText("1 device enrolled last by it").waitFor();
    await ras.getByText("Serves lab-scep").waitFor();
    const from = new Date(Date.now() + 30 * DAY).toISOString().slice(0, 10);
    await ras.getByLabel("From").fill(from);
    let asked = 0;
    page.on("request", (request) => {
      if (request.url().endsWith("/roll-over")) asked += 1;
    });
    await ras.getByRole("button", { name: "Schedule it" }).dblclick();
    await ras.getByText("Takes over at lab-scep").waitFor();
    assert.equal(asked, 1, "pressed twice, made once");
    const { next } = await api.get(`/endpoints/${site.endpoint}`);
    assert.equal(next.from.slice(0, 10), from);
  });

  it("R-01 an auditor sees the counts and stages, and no button", async () => {
    const auditor = await consoled.open("ca-servers/lab", ["ca-auditor"]);
    await auditor.getByText("1 device stands on it.").waitFor();
    await auditor.locator("cs-ca-ras").getByText("1 device enrolled last by it").waitFor();
    for (const name of ["Renew", "Replace", "Switch OCSP", "Schedule", "Retire"])
      assert.equal(await auditor.getByRole("button", { name }).count(), 0, name);
  });

  it("A-01 takes an outside CA from files dropped on the form, and changes it", async () => {
    await goTo(page, "ca-servers/outside", "Add an outside CA");
    await page.getByLabel("Name", { exact: true }).fill("DigiCert");
    await page.getByLabel("Identifier").fill("digicert");
    await page.getByLabel("SCEP URL").fill("https://scep.example.com/one");
    await page.getByLabel("Enrolment code").fill("the global code");
    const area = page.locator('cs-form [id="certificates"]');
    await drop(page, area, "large.pem", Buffer.alloc(70 * 1024, 65));
    await page.getByText("This file has 70 kB").waitFor();
    assert.equal(await area.inputValue(), "");
    const [issuing, root] = chain;
    assert.ok(issuing !== undefined && root !== undefined);
    // The first as DER, the second as PEM, as admins have them.
    await drop(page, area, "issuing.cer", issuing);
    await drop(page, area, "root.pem", Buffer.from(pemOf(root)));
    await page.getByText("This file has 70 kB").waitFor({ state: "hidden" });
    assert.equal((await area.inputValue()).match(/-----BEGIN CERTIFICATE-----/g)?.length, 2);
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("set; profiles carry it").waitFor();
    await page.getByText("https://scep.example.com/one").waitFor();

    await page
      .getByRole("link", { name: "Edit" })
      .or(page.getByRole("button", { name: "Edit" }))
      .first()
      .click();
    await page.getByRole("heading", { level: 1, name: "Edit outside CA" }).waitFor();
    assert.equal((await area.inputValue()).match(/-----BEGIN CERTIFICATE-----/g)?.length, 2);
    assert.equal(await page.getByLabel("Enrolment code", { exact: true }).inputValue(), "");
    await page.getByLabel("SCEP URL").fill("https://scep.example.com/two");
    await api.patch("/authorities/digicert/outside", { name: "Theirs" });
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("It has changed since you read it.").waitFor();
    assert.equal(
      (await api.get("/authorities/digicert")).outside.url,
      "https://scep.example.com/one",
    );
    await page.getByRole("link", { name: "Overview" }).click();
    await page.getByRole("button", { name: "Leave" }).click();
    await goTo(page, "ca-servers/outside/digicert", "Edit outside CA");
    await page.getByLabel("SCEP URL").fill("https://scep.example.com/two");
    await page.getByLabel("Take the enrolment code away").check();
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("https://scep.example.com/two").waitFor();
    const { outside, name } = await api.get("/authorities/digicert");
    assert.deepEqual([name, outside.codeSet], ["Theirs", false]);
  });

  it("A-20 A-21 deletes a CA and what stands below it, once it has said what goes and its identifier is typed; the identifier stays taken", async () => {
    await api.post("/hierarchies", { id: "old", keyAlgorithm: "ec-p256" });
    await goTo(page, "ca-servers/old-root", /old/);
    await page.getByRole("button", { name: "Delete" }).click();
    const question = page.locator("wa-dialog[open]");
    await question.getByText("Deletes 2 CAs (old-root, old): 0 live certificates").waitFor();
    const yes = question.getByRole("button", { name: "Delete" });
    await question.getByLabel("Type old-root to go on").fill("old");
    assert.ok(await yes.isDisabled());
    await question.getByLabel("Type old-root to go on").fill("old-root");
    await yes.click();
    await page.getByText("The CA server is deleted; its last CRL stays.").waitFor();
    await page.getByRole("heading", { level: 1, name: "CA servers" }).waitFor();
    const { items } = await api.get("/authorities");
    assert.deepEqual(
      items.filter(({ id }: { readonly id: string }) => id.startsWith("old")),
      [],
    );
    await page.locator("dialog[open]").waitFor({ state: "detached" });
    await goTo(page, "ca-servers/new?as=entrust", "Add CA server");
    await page.locator('cs-form [id="type"]').selectOption("root");
    await page.locator('cs-form [id="identifier"]').fill("old-root");
    await page.locator('cs-form [id="friendlyName"]').fill("Old");
    await page.locator('cs-form [id="subject"]').fill("CN=Old");
    await page.getByRole("button", { name: "Save" }).click();
    await page.locator("#identifier-fault").getByText("of a CA that was deleted").waitFor();
    await leaveTo(page, "settings", "Settings");
  });

  it("takes a request from a file where one may be pasted", async () => {
    await goTo(page, "certificates/new", "Issue a certificate");
    const chooser = page.getByLabel("Choose a file");
    await chooser.setInputFiles({
      ...{ name: "device.csr", mimeType: "application/pkcs10" },
      buffer: Buffer.from([0x30, 0x03, 0x02, 0x01, 0x01]),
    });
    const area = page.locator('cs-form [id="csr"]');
    await eventually(async () => (await area.inputValue()) !== "");
    assert.match(await area.inputValue(), /^-----BEGIN CERTIFICATE REQUEST-----\nMAMCAQE=\n/);
    await chooser.setInputFiles({
      ...{ name: "large.csr", mimeType: "text/plain", buffer: Buffer.alloc(70 * 1024, 65) },
    });
    await page.getByText("a certificate or a request has 64 at most").waitFor();
  });
});
