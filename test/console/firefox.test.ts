import assert from "node:assert/strict";
import { memoryHost } from "../../adapters/mdm/memory.ts";
import type { Api } from "../flows/api.ts";
import { ask, newKey } from "../flows/device.ts";
import { serve, type Served } from "../flows/served.ts";
import { makeDevice, makeSite, mintChallenge, type SiteIds } from "../flows/site.ts";
import { type Firefox, openFirefox } from "../support/firefox/firefox.ts";
import type { FirefoxPage } from "../support/firefox/firefox-page.ts";

/** Everything that a view of its own shows. */
const VIEWS = [
  ["overview", "Overview"],
  ["start", "Getting started"],
  ["devices", "Devices"],
  ["certificates", "Certificates"],
  ["ca-servers", "CA servers"],
  ["ca-servers/lab", "lab"],
  ["templates", "Templates"],
  ["templates/new?as=jamf", "Add template"],
  ["endpoints/lab-scep", "lab-scep"],
  ["profiles", "Profiles"],
  ["events", "Events"],
  ["people", "People"],
  ["settings", "Settings"],
] as const;

describe("console: in Firefox", function () {
  this.timeout(60_000);
  let served: Served;
  let api: Api;
  let site: SiteIds;
  let made: string;
  let firefox: Firefox;
  let page: FirefoxPage;
  before(async function () {
    this.timeout(90_000);
    firefox = await openFirefox();
    served = await serve({}, { hosts: [memoryHost("mdm")] });
    api = await served.api();
    page = await firefox.open();
  });
  after(async () => {
    await firefox.close();
    await served.end();
  });
  afterEach(async () => {
    assert.deepEqual(await page.allFaults(), []);
  });

  const token = () =>
    served.countersign.tokens.mint({
      ...{ subject: "anna@acme.example", tenant: "default", roles: ["owner"] },
      lifetimeSeconds: 3600,
    });

  const signIn = async (tab: FirefoxPage): Promise<void> => {
    await tab.goto(`${served.url}/console/`);
    await tab.fill("Access token", await token());
    await tab.click("button", "Sign in");
    await tab.see("heading", "Overview");
  };

  const goTo = async (tab: FirefoxPage, view: string, title: string): Promise<void> => {
    await tab.evaluate(`location.hash = ${JSON.stringify(`#/${view}`)}`);
    await tab.see("heading", title);
  };

  it("R-12 a wrong token is told, a good one leads to the first view", async () => {
    await page.goto(`${served.url}/console/`);
    await page.fill("Access token", "not-a-token");
    await page.press("Enter");
    await page.see("text", "Who is asking");
    await page.fill("Access token", await token());
    await page.press("Enter");
    await page.see("heading", "Overview");
    await page.see("text", "Nothing is set up yet");
  });

  it("a CA server is made by a console's form", async () => {
    await goTo(page, "ca-servers/new?as=manageengine", "Add CA server");
    await page.fill("Certificate Authority Name", "Acme");
    await page.click("button", "Save");
    await page.see("text", "Saved as");
    await page.click("link", "Open it");
    await page.see("heading", "Fingerprints to copy");
    const { items } = await api.get("/authorities");
    made =
      (items as { id: string; kind: string }[]).find(({ kind }) => kind === "issuing")?.id ?? "";
    assert.notEqual(made, "");
  });

  it("a template is made, with the subject's preview beside it", async () => {
    await makeDevice(api, "tablet", { username: "anna" });
    await goTo(page, "templates/new?as=manageengine", "Add template");
    await page.choose("CA server", made);
    await page.fill("Certificate Template Name", "Laptops");
    await page.fill("Subject", "CN=%username%,O=Acme");
    await page.see("text", "CN=anna,O=Acme");
    await page.click("button", "Save");
    await page.see("text", "Saved as");
    assert.equal((await api.get("/templates")).items.length, 1);
  });

  it("publishes to a device; what was refused says what to do next", async () => {
    site = await makeSite(api);
    const device = await makeDevice(api, "laptop");
    await goTo(page, `devices/${device}`, "laptop");
    await page.choose("Publish", site.template);
    await page.click("button", "Publish");
    await page.see("text", "The profile is on its way.");
    const challenge = await mintChallenge(api, site, device);
    const asks = async () =>
      ask(`${served.url}/scep/${site.endpoint}`, {
        ...{ subject: "CN=laptop,O=Lab", challenge, key: await newKey() },
      });
    assert.equal((await asks()).status, "issued");
    // The challenge is spent, and this is another key.
    assert.notEqual((await asks()).status, "issued");
    await goTo(page, "devices", "Devices");
    await goTo(page, `devices/${device}`, "laptop");
    await page.see("text", "challenge");
    await page.see("text", "Next step:");
  });

  it("revokes a certificate with its reason", async () => {
    await goTo(page, "certificates", "Certificates");
    await page.click("link", "CN=laptop,O=Lab");
    await page.see("heading", "CN=laptop,O=Lab");
    await page.click("button", "Revoke");
    await page.choose("Reason", "keyCompromise");
    await page.click("button", "Revoke");
    await page.see("text", "Revoked");
  });

  it("is dark where the system is, and nothing is cut off at 320 px", async function () {
    this.timeout(120_000);
    const night = await openFirefox({ dark: true });
    try {
      const tab = await night.open(320, 720);
      await signIn(tab);
      const lightness = await tab.evaluate(
        "(() => { const [r, g, b] = getComputedStyle(document.querySelector('countersign-console')).backgroundColor.match(/[\\d.]+/g).map(Number); return (r + g + b) / 3; })()",
      );
      assert.ok(Number(lightness) < 60, String(lightness));
      const wide: string[] = [];
      for (const [view, title] of VIEWS) {
        await goTo(tab, view, title);
        const over = await tab.evaluate(
          "document.documentElement.scrollWidth - document.documentElement.clientWidth",
        );
        if (Number(over) > 0) wide.push(`${view}: ${String(over)} px`);
      }
      assert.deepEqual(wide, []);
      assert.deepEqual(await tab.allFaults(), []);
    } finally {
      await night.close();
    }
  });
});
