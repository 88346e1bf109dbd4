import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright-core";
import { memoryHost } from "../../adapters/mdm/memory.ts";
import { makeDevice, makeSite } from "../flows/site.ts";
import { enrolDevice } from "../flows/enrolled-device.ts";
import { type Consoled, openConsole } from "./consoled.ts";
import { goTo } from "../support/browser.ts";
import { loaded, VIEWS } from "./every-view.ts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** The element of the view that is shown. */
const SHOWN = `document.querySelector("countersign-console").shadowRoot.querySelector("main").firstElementChild.localName`;

/** What a reader would have to scroll sideways, the window and all that stands in it. */
const SIDEWAYS = `(() => {
  const wide = [];
  const look = (part) => {
    for (const one of part.querySelectorAll("*")) {
      const scrolls = /auto|scroll/.test(getComputedStyle(one).overflowX);
      if (scrolls && one.clientWidth > 0 && one.scrollWidth > one.clientWidth + 1)
        wide.push(one.localName + "." + one.className);
      if (one.shadowRoot !== null) look(one.shadowRoot);
    }
  };
  look(document);
  const over = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  return over > 0 ? ["the window by " + over + " px", ...wide] : wide;
})()`;

/** Every view that the console has, by its element. */
const ELEMENTS = [
  ...readFileSync(new URL("../../plugin/console/app/views.ts", import.meta.url), "utf8").matchAll(
    /<(cs-[a-z-]+)/g,
  ),
].map(([, name = ""]) => name);

/** The text of what has the focus. */
const FOCUSED = `(() => {
  let at = document.activeElement;
  while (at?.shadowRoot?.activeElement != null) at = at.shadowRoot.activeElement;
  return at?.textContent?.trim() ?? "";
})()`;

/** Serious and critical findings, each in one line. */
const findings = async (page: Page): Promise<readonly string[]> => {
  // Evaluated, and not a script tag: the page's own policy takes none.
  const { violations } = await page.evaluate<AxeResults>(
    "axe.run({ resultTypes: ['violations'] })",
  );
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) =>
      nodes.map(
        ({ target, failureSummary }) =>
          `${id} at ${JSON.stringify(target)}: ${failureSummary ?? ""}`,
      ),
    );
};

describe("console: for everybody", function () {
  let consoled: Consoled;
  let views: readonly string[];
  before(async function () {
    consoled = await openConsole(this, {}, { hosts: [memoryHost("mdm")] });
    const api = await consoled.served.api();
    const site = await makeSite(api);
    const device = await makeDevice(api, "tablet");
    await api.post("/deployments", { deviceId: device, templateId: site.template });
    await enrolDevice(api, consoled.served.url, site, "tablet", device);
    await api.patch(`/templates/${site.template}/distribution`, { change: { validity: "P180D" } });
    const { items } = await api.get("/certificates?role=subscriber");
    await api.post("/hook-adapters", { id: "jamf_red", hostId: "jamf" });
    views = VIEWS({ device, certificate: items[0].id as string });
  });

  for (const [name, options] of [
    ["light", { colorScheme: "light" }],
    ["dark", { colorScheme: "dark" }],
    ["320 px wide", { viewport: { width: 320, height: 720 } }],
  ] as const) {
    it(`every view: axe finds nothing serious, nothing is cut off, kept out by the policy or asked of others: ${name}`, async function () {
      this.timeout(300_000);
      const page = await consoled.open("overview", undefined, options);
      const found: string[] = [];
      page.on("request", (request) => {
        const { origin } = new URL(request.url());
        if (origin !== consoled.served.url) found.push(`${page.url()} asks ${request.url()}`);
      });
      await page.evaluate(`addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
        console.error("kept out: " + violatedDirective + " " + blockedURI))`);
      await page.evaluate(AXE);
      const shown = new Set<string>();
      for (const view of views) {
        await goTo(page, view, /./);
        await loaded(page);
        shown.add(await page.evaluate<string>(SHOWN));
        for (const line of await findings(page)) found.push(`${view}: ${line}`);
        for (const wide of await page.evaluate<readonly string[]>(SIDEWAYS))
          found.push(`${view}: ${wide} scrolls sideways`);
      }
      assert.deepEqual(found, []);
      assert.deepEqual([...shown].sort(), [...new Set(ELEMENTS)].sort(), "each view was looked at");
    });
  }

  it("axe finds nothing serious while a view is still loading", async () => {
    const page = await consoled.open("overview");
    await loaded(page);
    // Answers that never come: what is shown meanwhile is judged at leisure.
    await page.route(/\/api\//, () => undefined);
    await page.evaluate(AXE);
    for (const view of ["certificates", "ca-servers"]) {
      await page.evaluate(`location.hash = ${JSON.stringify(`#/${view}`)}`);
      await page.getByRole("status", { name: "Loading" }).first().waitFor();
      assert.deepEqual(await findings(page), [], view);
    }
  });

  it("works by keyboard alone: from the address to a filter and into a row", async () => {
    const page = await consoled.open("certificates");
    const reach = async (name: string): Promise<void> => {
      for (let pressed = 0; pressed < 60; pressed += 1) {
        await page.keyboard.press("Tab");
        if ((await page.evaluate<string>(FOCUSED)) === name) return;
      }
      assert.fail(`${name} is not reached`);
    };
    await reach("Revoked");
    await page.keyboard.press("Enter");
    await page.waitForURL(/status=revoked/);
    await reach("All");
    await page.keyboard.press("Enter");
    await page.waitForURL(/#\/certificates$/);
    await page.getByRole("link", { name: "CN=tablet,O=Lab" }).waitFor();
    await reach("CN=tablet,O=Lab");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "CN=tablet,O=Lab" }).waitFor();
  });
});
