import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { Locator, Page } from "playwright-core";
import { deviceKey } from "../../adapters/scep-client/device-key.ts";
import { parseDn } from "../../plugin/domain/distinguished-name.ts";
import { buildCsr } from "../../plugin/pki/build-request.ts";
import { certificateText, openssl } from "../support/openssl.ts";
import type { Api } from "../flows/api.ts";
import { enrolledDevice } from "../flows/enrolled-device.ts";
import { eventually } from "../flows/served.ts";
import type { SiteIds } from "../flows/site.ts";
import { goTo, leaveTo } from "../support/browser.ts";
import { type Consoled, onBothDatabases } from "./consoled.ts";

const PROFILE = "privatessl-tls-client";

const expectInWindow = async (page: Page, what: Locator): Promise<void> => {
  const height = page.viewportSize()?.height ?? 0;
  await eventually(async () => {
    const box = await what.boundingBox();
    return box !== null && box.y >= 0 && box.y + box.height <= height;
  });
};

onBothDatabases("console: certificates by hand", (open) => {
  let consoled: Consoled, api: Api, site: SiteIds, page: Page;
  before(async function () {
    consoled = await open(this);
    ({ api, site, page } = await consoled.openSite("certificates"));
  });

  const enrolled = async (names: readonly string[]): Promise<readonly string[]> => {
    for (const name of names) await enrolledDevice(api, consoled.served.url, site, name);
    const { items } = await api.get("/certificates?role=subscriber&status=issued");
    return (items as { subject: string; serial: string }[])
      .filter(({ subject }) => names.some((name) => subject.includes(`CN=${name},`)))
      .map(({ serial }) => serial);
  };

  const pick = async (name: string, text: string): Promise<void> =>
    page
      .getByLabel("File")
      .setInputFiles({ name, mimeType: "text/csv", buffer: Buffer.from(text) });

  it("C-18 L-11 revokes many from a file: preview, typed number, progress, why a row was refused, result file", async () => {
    const serials = await enrolled(["one", "two", "three"]);
    assert.equal(serials.length, 3);
    await page.getByRole("link", { name: "From a file" }).click();
    await page.getByLabel("Reason").selectOption("superseded");
    const spelled = (serials[0] ?? "").toUpperCase().replace(/..(?=.)/g, "$&:");
    await pick(
      "leavers.csv",
      `name,Serial number,reason\n"one, first",${spelled},keyCompromise\ntwo,${serials[1] ?? ""},\nnobody,00ff00ff00ff,\nrubbish,=2+2,\n`,
    );
    await page.getByLabel("The CRLs at once").check();
    await page.getByRole("heading", { name: "3 certificates in leavers.csv" }).waitFor();
    await page.getByText("1 line of the file names no certificate").waitFor();
    const published = (await api.all("/ledger?event=crl.published&subject=lab")).length;
    await page.getByRole("button", { name: "Revoke 3 certificates" }).click();
    const yes = page.locator("wa-dialog").getByRole("button", { name: "Go on" });
    await page.locator("wa-dialog").getByRole("textbox").fill("3");
    await yes.click();
    await page.getByText("3 of 3: 2 revoked, 1 refused. That was all.").waitFor();
    await page.getByText("The CRLs are signed and show it.").waitFor();
    const lists = (await api.get("/authorities/lab/crl")).items;
    assert.deepEqual([lists[0].entries, lists[0].behind], [2, 0]);
    const signed = await api.all("/ledger?event=crl.published&subject=lab");
    assert.equal(signed.length, published + 1);
    assert.equal(await page.getByRole("progressbar").getAttribute("value"), "3");
    await page.getByRole("cell", { name: "00ff00ff00ff" }).waitFor();
    const coming = page.waitForEvent("download");
    await page.getByRole("button", { name: "Results (CSV)" }).click();
    const text = await readFile(await (await coming).path(), "utf8");
    assert.equal(text.trim().split("\r\n").length, 4);
    assert.match(text, /"00ff00ff00ff","","refused","not_found"/);
    const { items } = await api.get("/certificates?status=revoked");
    const reasons = (items as { serial: string; revocationReason: string }[]).map(
      ({ serial, revocationReason }) => [serial, revocationReason],
    );
    assert.deepEqual(
      new Map(reasons as [string, string][]),
      new Map([
        [serials[0] ?? "", "keyCompromise"],
        [serials[1] ?? "", "superseded"],
      ]),
    );
  });

  it("C-19 a run that was interrupted goes on where it stopped", async () => {
    const [serial = ""] = await enrolled(["late"]);
    await goTo(page, "certificates", "Certificates");
    await goTo(page, "certificates/bulk", "Change many certificates");
    const rows = Array.from(
      { length: 150 },
      (_, index) => `aa${index.toString(16).padStart(6, "0")}`,
    );
    await pick("many.csv", [...rows, serial].join("\n"));
    let sent = 0;
    await page.route("**/certificates/bulk", (route) => {
      sent += 1;
      return sent === 2 ? route.abort("connectionreset") : route.continue();
    });
    await page.getByLabel("What to do").selectOption("suspend");
    await page.getByRole("button", { name: "Suspend 151 certificates" }).click();
    await page.locator("wa-dialog").getByRole("button", { name: "Go on" }).click();
    await page.getByText("The server cannot be reached").waitFor();
    await page.getByText("100 of 151").waitFor();
    consoled.takeFaults(); // The connection that was cut on purpose.
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByText("151 of 151: 1 suspended, 150 refused. That was all.").waitFor();
    await page.unroute("**/certificates/bulk");
    assert.equal(sent, 3);
  });

  it("C-19 finds a run again after the page was loaded anew, and goes on with it once", async () => {
    const [serial = ""] = await enrolled(["latest"]);
    await goTo(page, "settings", "Settings");
    await goTo(page, "certificates/bulk", "Change many certificates");
    const rows = Array.from(
      { length: 240 },
      (_, index) => `bb${index.toString(16).padStart(6, "0")}`,
    );
    await pick("long.csv", [...rows, serial].join("\n"));
    let sent = 0;
    await page.route("**/certificates/bulk", (route) => {
      sent += 1;
      // The second slice is on its way while the page is left.
      return sent === 2 ? undefined : route.continue();
    });
    await page.getByLabel("What to do").selectOption("suspend");
    await page.getByLabel("Comment").fill("stolen from the van");
    await page.getByRole("button", { name: "Suspend 241 certificates" }).click();
    await page.locator("wa-dialog").getByRole("button", { name: "Go on" }).click();
    await page.getByText("100 of 241").waitFor();
    page.once("dialog", (dialog) => void dialog.accept());
    await page.reload();
    await page.getByText("This run was interrupted").waitFor();
    await page.getByText("100 of 241").waitFor();
    await page.getByRole("heading", { name: "long.csv" }).waitFor();
    assert.equal(sent, 2, "nothing is sent until somebody says so");
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByText("241 of 241: 1 suspended, 240 refused. That was all.").waitFor();
    assert.equal(sent, 4);
    await page.unroute("**/certificates/bulk");
    const { items } = await api.get("/ledger?event=certificate.suspended&limit=1");
    assert.equal(items[0].data.comment, "stolen from the van");
    await page.reload();
    await page.getByLabel("What to do").waitFor();
    assert.equal(await page.getByRole("button", { name: "Continue" }).count(), 0);
  });

  it("says what is wrong with a file as a whole", async () => {
    await goTo(page, "settings", "Settings");
    await goTo(page, "certificates/bulk", "Change many certificates");
    await pick("empty.csv", "\n");
    await page.getByText("The file is empty.").waitFor();
    await pick("broken.json", "[{");
    await page.getByText("The file begins as JSON, and is none.").waitFor();
    assert.equal(await page.getByRole("button", { name: /^Revoke/ }).count(), 0);
  });

  it("C-02 O-07 a row says who, which serial, when it ends in words, and what may be done with it", async () => {
    await enrolled(["rowed"]);
    await goTo(page, "settings", "Settings");
    await goTo(page, "certificates", "Certificates");
    const row = page.getByRole("row").filter({ hasText: "CN=rowed,O=Lab" });
    await row.getByText(/^Expires in 1 year$|^Expires in 11 months and \d+ days$/).waitFor();
    assert.equal(await row.locator("time .status.good").count(), 1);
    await row.getByRole("link", { name: "lab-wifi" }).waitFor();
    for (const [validity, tone] of [
      ["P10D", "warn"],
      ["P3D", "bad"],
    ]) {
      const made = {
        authorityId: "lab",
        profileId: "multiuse-p12-client",
        keyAlgorithm: "ec-p256",
      };
      const subject = `CN=short ${validity},O=Lab`;
      await api.post("/certificates/pkcs12", { ...made, subject, validity, password: "12345678" });
      await goTo(page, "settings", "Settings");
      await goTo(page, "certificates", "Certificates");
      const short = page.getByRole("row").filter({ hasText: subject });
      await short.locator(`time .status.${tone}`).waitFor();
      await short.getByRole("link", { name: "multiuse-p12-client" }).waitFor();
    }
    await row.getByRole("link", { name: /^Suspend/ }).click();
    const dialog = page.locator(`wa-dialog[label="Suspend this certificate?"]`);
    await dialog.getByRole("button", { name: "Suspend" }).click();
    await page.getByRole("button", { name: "Unsuspend" }).waitFor();
    await page.locator("dialog[open]").waitFor({ state: "detached" });
    await goTo(page, "certificates", "Certificates");
    await row.getByText("Suspended").waitFor();
    await row.getByRole("link", { name: /^Unsuspend/ }).click();
    await page.locator("dialog[open]").waitFor();
    await page.getByRole("button", { name: "Unsuspend" }).last().click();
    await page.getByText("The certificate is good again.").waitFor();
    await page.locator("dialog[open]").waitFor({ state: "detached" });
    await goTo(page, "certificates", "Certificates");
    await row.getByRole("link", { name: /^Revoke/ }).click();
    await page.locator("wa-dialog[open]").getByLabel("Reason").waitFor();
    await page.keyboard.press("Escape");
    await page.locator("dialog[open]").waitFor({ state: "detached" });
  });

  it("C-05 the installation's own certificates are shown apart, marked internal", async () => {
    await goTo(page, "certificates", "Certificates");
    await page.getByRole("link", { name: "Internal" }).click();
    await page.getByText("Internal: OCSP").first().waitFor();
    await page.getByText("Internal: RA").first().waitFor();
    assert.equal(await page.getByText("O=Lab").count(), 0);
  });

  it("suspends until a day, shows it, and makes it good again", async () => {
    await enrolled(["lent"]);
    await goTo(page, "settings", "Settings");
    await goTo(page, "certificates", "Certificates");
    await page.getByRole("link", { name: "CN=lent,O=Lab" }).click();
    await page.getByRole("button", { name: "Suspend" }).click();
    const dialog = page.locator(`wa-dialog[label="Suspend this certificate?"]`);
    await dialog.getByLabel("Until").fill("2031-05-01T08:00");
    await dialog.getByRole("button", { name: "Suspend" }).click();
    await page.getByRole("button", { name: "Unsuspend" }).waitFor();
    await page.getByText("Suspended", { exact: true }).first().waitFor();
    await page.getByRole("button", { name: "Unsuspend" }).click();
    await page.getByText("In use").first().waitFor();
  });

  const newForm = async (): Promise<Locator> => {
    await goTo(page, "certificates", "Certificates");
    await page.getByRole("link", { name: "Issue" }).click();
    await page.getByRole("heading", { level: 1, name: "Issue a certificate" }).waitFor();
    return page.locator("cs-issue cs-form");
  };
  const requestOf = async (subject: string): Promise<string> => {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
    const { signer } = deviceKey(privateKey);
    const sans = [{ type: "dns", value: "printer.example" }] as const;
    return Buffer.from(await buildCsr({ subject: parseDn(subject), sans, signer })).toString(
      "base64",
    );
  };

  it("C-09 issues from a request: whose subject is shown and cannot be typed; the dry run shows exactly what comes out", async () => {
    const form = await newForm();
    await form.getByLabel("CA server").selectOption("lab");
    await form.getByLabel("Profile").selectOption(PROFILE);
    assert.ok(await form.getByLabel("Use Subject from CSR").isChecked());
    await form.getByLabel("Certificate request").fill("no request");
    await form.getByLabel("Certificate request").blur();
    await form.getByText("must be one PKCS#10 request").waitFor();
    await form.getByLabel("Certificate request").fill(await requestOf("CN=printer.lab,O=Lab"));
    const subject = form.getByLabel("Subject", { exact: true });
    await eventually(async () => (await subject.inputValue()) === "CN=printer.lab,O=Lab");
    assert.equal(await form.getByText("must be one PKCS#10 request").count(), 0);
    assert.equal(await subject.isEditable(), false);
    await form.getByText("The request asks for: DNS name printer.example.").waitFor();
    await form.getByText("It has a key of kind ec-p256.").waitFor();
    await form.getByLabel("Validity").selectOption("P30D");
    await page.getByRole("button", { name: "Dry run" }).click();
    await page.getByRole("heading", { name: "It would be" }).waitFor();
    await page.getByText("CN=printer.lab,O=Lab").first().waitFor();
    assert.equal((await api.get("/certificates?q=printer.lab")).items.length, 0);
    await page.getByRole("button", { name: "Issue", exact: true }).click();
    await page.getByText("The certificate is issued.").waitFor();
    const { items } = await api.get("/certificates?limit=1");
    const days = (Date.parse(items[0].notAfter) - Date.now()) / 86_400_000;
    assert.ok(days > 29 && days <= 30, `${days} days`);
  });

  it("C-09 C-10 a typed subject begins with the request's; what is wrong stands at its field", async () => {
    const form = await newForm();
    await form.getByLabel("CA server").selectOption("lab");
    await form.getByLabel("Profile").selectOption(PROFILE);
    await form.getByLabel("Certificate request").fill(await requestOf("CN=asked,O=Lab"));
    const subject = form.getByLabel("Subject", { exact: true });
    await eventually(async () => (await subject.inputValue()) === "CN=asked,O=Lab");
    await form.getByLabel("Use Subject from CSR").uncheck();
    assert.equal(await subject.inputValue(), "CN=asked,O=Lab");
    await subject.fill("nobody");
    const names = form.getByRole("group", { name: "Alternative names" });
    await names.getByRole("button", { name: "Add a line" }).click();
    await form.getByLabel("Name, line 1").fill("10.0.0.1");
    await page.getByRole("button", { name: "Issue", exact: true }).click();
    await form.getByText("Each line needs a kind and a name.").waitFor();
    await form.getByLabel("Kind, line 1").selectOption("ip");
    await page.getByRole("button", { name: "Issue", exact: true }).click();
    await form.locator("#subject-fault").waitFor();
    await subject.fill("CN=one,CN=two,O=Lab");
    await form.getByLabel("Validity").selectOption("other");
    await form.getByLabel("Its life").fill("soon");
    await page.getByRole("button", { name: "Issue", exact: true }).click();
    await form.getByText("Write it like P1Y, P47D or PT12H.").waitFor();
    await form.getByLabel("Its life").fill("P47D");
    await page.getByRole("button", { name: "Issue", exact: true }).click();
    await page.getByText("The certificate is issued.").waitFor();
    const { items } = await api.get("/certificates?limit=1");
    assert.equal(items[0].subject, "CN=one,CN=two,O=Lab");
    assert.deepEqual(items[0].sans, [{ type: "ip", value: "10.0.0.1" }]);
  });

  it("C-12 extensions apart from the request: those of the profile, and what is wrong with one stands at the field", async () => {
    const form = await newForm();
    await form.getByLabel("CA server").selectOption("lab");
    const group = form.getByRole("group", { name: "Extensions" });
    assert.equal(await group.count(), 0, "no profile is chosen yet");
    await form.getByLabel("Profile").selectOption("scep-digital-signature");
    await form.getByLabel("Certificate request").fill(await requestOf("CN=extended,O=Lab"));
    await group.getByRole("button", { name: "Add a line" }).click();
    await group.getByLabel("Extension, line 1").selectOption("2.5.29.37");
    await form.getByLabel("Profile").selectOption(PROFILE);
    await group.getByLabel("Extension, line 1").waitFor({ state: "detached" });
    await form.getByLabel("Profile").selectOption("scep-digital-signature");
    await group.getByRole("button", { name: "Add a line" }).click();
    await group.getByLabel("Extension, line 1").selectOption("1.3.6.1.4.1.311.21.7");
    await page.getByRole("button", { name: "Dry run" }).click();
    await group.getByText("Each line needs an extension and its value.").waitFor();
    for (const [value, fault] of [
      ["?", "Line 1:"],
      ["MAs=", "its value is not DER"],
    ] as const) {
      await group.getByLabel("DER in base64, line 1").fill(value);
      await page.getByRole("button", { name: "Dry run" }).click();
      await form.locator("#extensions-fault").getByText(fault).waitFor();
    }
    await group.getByLabel("DER in base64, line 1").fill("MAsGCSsG AQQBgjcVAg==");
    await page.getByRole("button", { name: "Dry run" }).click();
    const preview = page.locator("cs-issue section").filter({ hasText: "It would be" });
    await preview.getByText("Microsoft template (1.3.6.1.4.1.311.21.7)").waitFor();
    const line = page.locator("cs-issue cs-commands code").last();
    await line.getByText("1.3.6.1.4.1.311.21.7=").waitFor({ state: "attached" });
    await page.getByRole("button", { name: "Issue", exact: true }).click();
    await page.getByText("The certificate is issued.").waitFor();
    const { items } = await api.get("/certificates?limit=1");
    const text = await certificateText(await api.bytes(`/certificates/${items[0].id}/der`));
    assert.match(text, /1\.3\.6\.1\.4\.1\.311\.21\.7:\s*\n/);
  });

  it("C-09 what was typed is not left without a word", async () => {
    const form = await newForm();
    await form.getByLabel("Certificate request").fill("something");
    await leaveTo(page, "settings", "Settings");
  });

  it("C-13 C-14 issues as PKCS#12: password twice, key chosen; handed over this once, and leaving without it asks first", async () => {
    const form = await newForm();
    await form.getByLabel("Certificate type").selectOption("pkcs12");
    await form.getByLabel("CA server").selectOption("lab");
    const profiles = await form.getByLabel("Profile").locator("option").allInnerTexts();
    assert.ok(profiles.length > 5 && profiles.slice(1).every((text) => text.includes("p12")));
    await form.getByLabel("Profile").selectOption("multiuse-p12-client");
    await form.getByLabel("Subject").fill("CN=vpn box,O=Lab");
    await form.getByLabel("Key", { exact: true }).selectOption("ec-p384");
    await form.getByLabel("Encoding").selectOption("compatible");
    const before = (await api.get("/certificates?limit=500")).items.length;
    await page.getByRole("button", { name: "Dry run" }).click();
    const preview = page.locator("cs-issue section").filter({ hasText: "It would be" });
    await preview.getByText("CN=vpn box,O=Lab").waitFor();
    await preview.getByText("ec-p384").waitFor();
    await expectInWindow(page, preview.getByRole("heading"));
    assert.equal((await api.get("/certificates?limit=500")).items.length, before);
    const password = "a-password.of (16)";
    await form.getByLabel("Password of the file").fill(password);
    await form.getByLabel("The password again").fill("a-password.of (17)");
    await page.getByRole("button", { name: "Issue", exact: true }).click();
    await form.getByText("The two passwords are not the same.").waitFor();
    await form.getByLabel("The password again").fill(password);
    await page.getByRole("button", { name: "Issue", exact: true }).click();
    await page.getByText("The key in it is not kept here.").waitFor();
    await page.getByRole("link", { name: "Overview" }).click();
    await page.getByText("Are you sure you want to leave this page?").waitFor();
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.locator("dialog[open]").waitFor({ state: "detached" });
    const coming = page.waitForEvent("download");
    await page.getByRole("button", { name: /\.p12$/ }).click();
    const path = await (await coming).path();
    const text = await openssl([
      ...["pkcs12", "-in", path, "-passin", `pass:${password}`, "-nodes", "-legacy"],
    ]);
    assert.match(text, /BEGIN PRIVATE KEY/);
    assert.match(text, /subject=.*vpn box/);
    await page.getByText("ec-p384").waitFor();
    const copied = await page
      .locator("cs-once-only-secret cs-copy-button")
      .evaluate((button: { readonly value: string }) => button.value);
    assert.deepEqual(Buffer.from(copied, "base64"), await readFile(path));
    await page.getByRole("button", { name: "I have kept it" }).click();
    await page.getByRole("link", { name: "Overview" }).click();
    await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
  });
});
