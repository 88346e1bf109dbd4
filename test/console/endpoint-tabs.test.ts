import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import type { Api } from "../flows/api.ts";
import { ask, newKey } from "../flows/device.ts";
import { enrolledDevice } from "../flows/enrolled-device.ts";
import { makeDevice, makeSite, type SiteIds } from "../flows/site.ts";
import { goTo } from "../support/browser.ts";
import { type Consoled, openConsole } from "./consoled.ts";

const TABS = [
  "Set-up",
  "End entities",
  "Events",
  "Issued certificates",
  "Digital IDs",
  "Credentials",
];

/** What has the focus, in whichever shadow root. */
const FOCUSED = `(() => {
  let at = document.activeElement;
  while (at?.shadowRoot?.activeElement != null) at = at.shadowRoot.activeElement;
  return at?.textContent?.trim() ?? "";
})()`;

describe("console: the tabs of an endpoint (R-04)", function () {
  let consoled: Consoled, api: Api, page: Page;
  let site: SiteIds;
  before(async function () {
    consoled = await openConsole(this);
    api = await consoled.served.api();
    site = await makeSite(api);
    await api.patch(`/endpoints/${site.endpoint}`, { description: "Wi-Fi of all offices" });
    // Another one with a device, an event and a template of its own.
    const vpn = await api.post("/templates", {
      ...{ id: "lab-vpn", authorityId: site.authority, subject: "CN=%devicename%,O=VPN" },
    });
    await api.post("/endpoints", {
      ...{ id: "other-scep", authorityId: site.authority, templateIds: [vpn.id] },
      policies: [{ kind: "dynamic" }],
    });
    await enrolledDevice(api, consoled.served.url, site, "scanner-4");
    const other = { ...site, template: "lab-vpn", endpoint: "other-scep" };
    await enrolledDevice(api, consoled.served.url, other, "router-9");
    await makeDevice(api, "nowhere-1");
    await ask(`${consoled.served.url}/scep/${site.endpoint}`, {
      ...{ challenge: "a wrong one", key: await newKey() },
    });
    page = await consoled.open(`endpoints/${site.endpoint}`);
  });

  const tab = (name: string, on = page) => on.getByRole("tab", { name, exact: true });
  /** What is slotted into the panel stands beside it in the tree that is asked here. */
  const panel = (on = page) => on.locator("cs-tabs");

  it("R-04 above them stand identifier, type, platform, CA server and description", async () => {
    const fact = (name: string) =>
      page
        .locator("cs-endpoint dt", { hasText: new RegExp(`^${name}$`) })
        .locator("xpath=following-sibling::dd[1]");
    for (const [name, value] of [
      ["Identifier", "lab-scep"],
      ["Type", "SCEP"],
      ["CA server", "lab"],
      ["Description", "Wi-Fi of all offices"],
    ] as const)
      assert.equal((await fact(name).innerText()).trim(), value);
    assert.match(await fact("Platform").innerText(), /^any/);
    assert.deepEqual(await page.getByRole("tab").allInnerTexts(), TABS);
    await page.getByRole("tablist", { name: "Of this endpoint" }).waitFor();
  });

  it("E-12 the test link opens what GetCACaps answers, as plain text", async () => {
    const opening = page.waitForEvent("popup");
    await page.getByRole("link", { name: "Ask it for its capabilities (GetCACaps)" }).click();
    const opened = await opening;
    const text = await opened.locator("pre").innerText();
    for (const word of ["SHA-256", "SHA-512", "POSTPKIOperation"])
      assert.ok(text.split("\n").includes(word), text);
    await opened.close();
  });

  it("R-04 each tab shows this endpoint's rows and nobody else's, and has an address", async () => {
    const shown = async (name: string, mine: string, theirs: string): Promise<void> => {
      await tab(name).click();
      await panel().getByText(mine).first().waitFor();
      assert.equal(await panel().getByText(theirs).count(), 0, `${name} shows ${theirs}`);
      assert.equal(await tab(name).getAttribute("aria-selected"), "true");
      assert.equal(
        await page.getByRole("tabpanel").getAttribute("aria-labelledby"),
        await tab(name).getAttribute("id"),
      );
    };
    await shown("End entities", "scanner-4", "router-9");
    assert.equal(await panel().getByText("nowhere-1").count(), 0);
    await shown("Issued certificates", "CN=scanner-4,O=Lab", "router-9");
    await shown("Digital IDs", "lab-wifi", "lab-vpn");
    await shown("Events", "CN=scanner-4,O=Lab", "router-9");
    await panel().getByRole("link", { name: "Failures" }).click();
    await page.waitForURL(/tab=events&failed=true/);
    await panel().getByText("CN=scanner-4,O=Lab").waitFor({ state: "detached" });
    await panel().getByText("The exact error").first().waitFor();
    await page.reload();
    await panel().getByText("The exact error").first().waitFor();
    assert.equal(await tab("Events").getAttribute("aria-selected"), "true");
    await panel().getByRole("link", { name: "Changes of this endpoint" }).click();
    await page.getByText("endpoint.created").waitFor();
    await page.goBack();
    await panel().getByRole("link", { name: "What was refused, and why" }).click();
    await page.getByText("Mint a new challenge or re-send the profile.").waitFor();
    await goTo(page, `endpoints/${site.endpoint}?tab=certificates`, site.endpoint);
    await panel().getByRole("link", { name: "Filter or export them" }).click();
    await page.getByText("endpoint lab-scep").waitFor();
    assert.equal(await page.getByText("router-9").count(), 0);
    await goTo(page, `endpoints/${site.endpoint}?tab=nothing-like-this`, site.endpoint);
    assert.equal(await tab("Set-up").getAttribute("aria-selected"), "true");
  });

  it("R-04 the tabs go by keyboard: arrows, Home, End, Enter; the panel comes next", async () => {
    await goTo(page, `endpoints/${site.endpoint}`, site.endpoint);
    await tab("Set-up").focus();
    const press = async (key: string): Promise<string> => {
      await page.keyboard.press(key);
      return page.evaluate<string>(FOCUSED);
    };
    assert.equal(await press("ArrowRight"), "End entities");
    assert.equal(await press("End"), "Credentials");
    assert.equal(await press("ArrowRight"), "Set-up");
    assert.equal(await press("ArrowLeft"), "Credentials");
    assert.equal(await press("Home"), "Set-up");
    assert.equal(await press("ArrowRight"), "End entities");
    assert.equal(
      await tab("Set-up").getAttribute("aria-selected"),
      "true",
      "nothing loads on the way",
    );
    await page.keyboard.press("Enter");
    await page.waitForURL(/tab=end-entities/);
    await panel().getByRole("link", { name: "scanner-4" }).waitFor();
    assert.equal(await page.evaluate<string>(FOCUSED), "End entities", "the focus stays");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Space");
    await page.waitForURL(/tab=events/);
    await page.keyboard.press("Tab");
    assert.equal(
      await page.evaluate(`(() => {
        let at = document.activeElement;
        while (at?.shadowRoot?.activeElement != null) at = at.shadowRoot.activeElement;
        return at?.getAttribute("role");
      })()`),
      "tabpanel",
    );
  });

  it("R-04 a long list in a tab goes on page by page", async () => {
    const assign = async (name: string): Promise<void> => {
      const deviceId = await makeDevice(api, name);
      await api.post("/deployments", {
        ...{ deviceId, templateId: "lab-vpn", endpointId: "other-scep" },
      });
    };
    await Promise.all(Array.from({ length: 55 }, (_, n) => assign(`rack-${n}`)));
    await goTo(page, "endpoints/other-scep?tab=end-entities", "other-scep");
    await panel().getByText("50 shown, there are more").waitFor();
    await panel().getByRole("button", { name: "Show more" }).click();
    await panel().getByText("56 shown").waitFor();
    await panel().getByRole("link", { name: "router-9" }).waitFor();
  });

  it("R-04 who may not manage end entities has no tab of them; an address of it shows the first one", async () => {
    const operator = await consoled.open(`endpoints/${site.endpoint}?tab=end-entities`, [
      "protocol-operator",
    ]);
    await tab("Events", operator).waitFor();
    assert.equal(await tab("End entities", operator).count(), 0);
    assert.equal(await tab("Set-up", operator).getAttribute("aria-selected"), "true");
  });
});
