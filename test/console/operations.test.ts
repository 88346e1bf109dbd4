import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import type { Api } from "../flows/api.ts";
import { internalCa } from "../../adapters/ca/internal.ts";
import { type CaBackendFactory, CountersignError } from "../../plugin/sdk.ts";
import { enrolledDevice } from "../flows/enrolled-device.ts";
import { eventually } from "../flows/served.ts";
import type { SiteIds } from "../flows/site.ts";
import { goTo } from "../support/browser.ts";
import { type Listening, listen } from "../support/listen.ts";
import { type Consoled, openConsole } from "./consoled.ts";

/** The built-in CA in the part of one outside that refuses to revoke while `refuses` says so. */
const outsideCa = (refuses: () => boolean): CaBackendFactory => {
  const inner = internalCa();
  return {
    kind: "internal",
    serves: () => true,
    create: (authority, signer) => ({
      ...inner.create(authority, signer),
      revoke: async () => {
        if (refuses())
          throw new CountersignError("policy_refused", "the CA knows no such certificate");
        return Promise.resolve();
      },
      unhold: async () => Promise.resolve(),
    }),
  };
};

describe("console: alerts and the outbox", function () {
  let refuses = true;
  let consoled: Consoled, api: Api, site: SiteIds, page: Page;
  let receiver: Listening;
  let hook: string;
  let taken = 0;
  let answer = 204;
  before(async function () {
    receiver = await listen((request, response) => {
      taken += 1;
      request.resume();
      response.writeHead(answer).end();
    });
    hook = `${receiver.url}/alerts`;
    consoled = await openConsole(this, {}, { caBackends: [outsideCa(() => refuses)] });
    ({ api, site, page } = await consoled.openSite("settings"));
  });
  after(() => receiver.close());

  const rule = (name: string) => page.getByRole("row").filter({ hasText: name });
  const edit = async (name: string): Promise<void> => {
    await page.getByRole("button", { name: `Edit ${name}` }).click();
    await page.locator("wa-dialog[open] cs-form").waitFor();
  };

  it("O-03 gives a rule a receiver, sends it a test, and says when it was not taken", async () => {
    await goTo(page, "settings", "Settings");
    await page.getByRole("link", { name: "Alerts" }).click();
    await page.getByRole("heading", { level: 1, name: "Alerts" }).waitFor();
    assert.equal(await page.getByRole("button", { name: "Send a test" }).count(), 0);
    await edit("RA expiry");
    await page.getByLabel("Webhook").fill(hook);
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("A new address needs a secret.").waitFor();
    await page.getByLabel("Its secret").fill("a secret of the receiver");
    await page.getByRole("button", { name: "Save" }).click();
    await rule("RA expiry").getByText(hook).waitFor();
    await page.getByRole("button", { name: "Send a test of RA expiry" }).click();
    await rule("RA expiry").getByText("has taken the test").waitFor();
    assert.equal(taken, 1);
    answer = 500;
    await page.getByRole("button", { name: "Send a test of RA expiry" }).click();
    await rule("RA expiry").getByText("did not:").waitFor();
    assert.equal((await api.get("/alert-rules/ra-expiry")).webhook, hook);
    await edit("RA expiry");
    await page.getByRole("button", { name: "Save" }).click();
    // What came of a test is said of the receivers of then.
    await rule("RA expiry").getByText("did not:").waitFor({ state: "detached" });
  });

  it("keeps a webhook whose secret nobody types again, and takes it away with its address", async () => {
    await goTo(page, "settings/alerts", "Alerts");
    await edit("RA expiry");
    assert.equal(await page.getByLabel("Its secret").inputValue(), "");
    await page.getByLabel("Fires at").fill("20");
    await page.getByLabel("Over at").fill("21");
    await page.getByRole("button", { name: "Save" }).click();
    await rule("RA expiry")
      .getByRole("cell", { name: /^20 ?days left/ })
      .waitFor();
    assert.equal((await api.get("/alert-rules/ra-expiry")).webhook, hook);
    await edit("RA expiry");
    await page.getByLabel("Webhook").fill("");
    await page.getByRole("button", { name: "Save" }).click();
    await rule("RA expiry").getByText("nobody").waitFor();
    assert.equal((await api.get("/alert-rules/ra-expiry")).webhook, undefined);
  });

  it("tells the second of two who change a rule, and a threshold that crosses the other", async () => {
    await goTo(page, "settings/alerts", "Alerts");
    await edit("Keys");
    await api.patch("/alert-rules/keys", { mail: ["pki@example.com"] });
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("It has changed since you read it.").waitFor();
    assert.deepEqual((await api.get("/alert-rules/keys")).mail, ["pki@example.com"]);
    await page.locator("wa-dialog[open]").getByRole("button", { name: "Cancel" }).click();
    await goTo(page, "overview", "Overview");
    await goTo(page, "settings/alerts", "Alerts");
    await edit("RA expiry");
    await page.getByLabel("Over at").fill("3");
    await page.getByRole("button", { name: "Save" }).click();
    await page.locator("wa-dialog[open] .note.bad").waitFor();
    await page.locator("wa-dialog[open]").getByRole("button", { name: "Cancel" }).click();
  });

  it("looks while a rule is changed, and shows the rule as it was changed", async () => {
    await goTo(page, "settings/alerts", "Alerts");
    const check = "**/api/v1/alerts/check";
    let go = (): void => undefined;
    const held = new Promise<void>((resolve) => (go = resolve));
    await page.route(check, async (route) => {
      await held;
      await route.continue();
    });
    await page.getByRole("button", { name: "Look now" }).click();
    await edit("RA expiry");
    await page.getByLabel("Fires at").fill("17");
    await page.getByRole("button", { name: "Save" }).click();
    await rule("RA expiry")
      .getByRole("cell", { name: /^17 ?days left/ })
      .waitFor();
    const answered = page.waitForResponse(check);
    go();
    await answered;
    await page.locator("wa-button[loading]").waitFor({ state: "detached" });
    await rule("RA expiry")
      .getByRole("cell", { name: /^17 ?days left/ })
      .waitFor();
    await page.unroute(check);
  });

  it("shows what stands, here and on the overview, once somebody looks", async () => {
    await api.patch("/alert-rules/ra-expiry", { raise: 9000, clear: 9001 });
    await goTo(page, "settings/alerts", "Alerts");
    await page.getByRole("button", { name: "Look now" }).click();
    await page.getByRole("columnheader", { name: "Stands now" }).waitFor();
    await page.getByText("1 alert stands.").waitFor();
    await goTo(page, "overview", "Overview");
    await page.locator("cs-overview .note.warn").getByRole("link", { name: "Alerts" }).waitFor();
  });

  it("says where there is more than was counted", async () => {
    const at = new Date().toISOString();
    const items = [{ event: "certificate.refused", at, data: {}, principal: "scep" }];
    const json = { items, cursor: "more" };
    await page.route("**/api/v1/ledger?*", (route) => route.fulfill({ json }));
    await page.route("**/api/v1/outbox?*", (route) => route.fulfill({ json }));
    await goTo(page, "settings", "Settings");
    await page.getByText("More than 1 entry given up").waitFor();
    await goTo(page, "overview", "Overview");
    await page.getByText("there are more").waitFor();
    await page.unroute("**/api/v1/ledger?*");
    await page.unroute("**/api/v1/outbox?*");
  });

  it("shows what another CA has refused for good, and sends it again", async () => {
    const device = await enrolledDevice(api, consoled.served.url, site, "tablet");
    const { items } = await api.get(`/certificates?device=${device}`);
    await api.post(`/certificates/${items[0].id as string}/revoke`, {});
    await eventually(async () => (await api.get("/outbox?state=dead")).items.length === 1);
    await goTo(page, "settings", "Settings");
    await page.getByText("1 entry given up").waitFor();
    await page.getByRole("link", { name: "Outbox" }).click();
    const row = page.getByRole("row").filter({ hasText: "knows no such certificate" });
    await row.getByText("Given up").waitFor();
    await row.getByText(items[0].serial as string).waitFor();
    refuses = false;
    await row.getByRole("button", { name: "Send again" }).click();
    await page.getByText("Nothing was given up.").waitFor();
    await eventually(async () => (await api.get("/outbox")).items.length === 0);
    const auditor = await consoled.open("settings/outbox?state=all", ["ca-auditor"]);
    await auditor.getByText("Nothing is here.").waitFor();
    assert.equal(await auditor.getByRole("button", { name: "Send" }).count(), 0);
    await goTo(auditor, "settings/alerts", "Alerts");
    await auditor.getByRole("row").filter({ hasText: "RA certificates, each" }).waitFor();
    assert.equal(await auditor.getByRole("button", { name: "Edit" }).count(), 0);
  });
});
