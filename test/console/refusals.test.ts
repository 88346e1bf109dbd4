import assert from "node:assert/strict";
import { type ErrorCode, ERRORS } from "../../plugin/errors.ts";
import type { Api } from "../flows/api.ts";
import { ask, newKey } from "../flows/device.ts";
import { makeDevice, makeSite, mintChallenge, type SiteIds } from "../flows/site.ts";
import { goTo } from "../support/browser.ts";
import { type Consoled, openConsole } from "./consoled.ts";

describe("console: what an MDM calls an invalid response", function () {
  let consoled: Consoled, api: Api, site: SiteIds;
  before(async function () {
    consoled = await openConsole(this);
    api = await consoled.served.api();
    site = await makeSite(api);
    const url = `${consoled.served.url}/scep/${site.endpoint}`;
    const key = await newKey();
    const tablet = await makeDevice(api, "tablet-9");
    const challenge = await mintChallenge(api, site, tablet);
    await ask(url, { subject: "CN=another,O=Lab", challenge, key: await newKey(1024) });
    await ask(url, { subject: "CN=kiosk-3,O=Lab", challenge: "a wrong one", key });
  });

  it("R-08 events of end entities have their columns, failures alone, each with its exact error", async () => {
    const page = await consoled.open("events");
    await page.getByRole("link", { name: "Of end entities" }).click();
    await page.getByRole("heading", { level: 1, name: "Events of end entities" }).waitFor();
    for (const name of ["End entity", "Status", "Event", "Type"])
      await page.getByRole("columnheader", { name, exact: true }).waitFor();
    const rows = page.locator("cs-entity-events tbody tr");
    await rows.filter({ hasText: "challenge.minted" }).getByText("Done").waitFor();
    await page.getByRole("link", { name: "Failures" }).click();
    await rows.filter({ hasText: "challenge.minted" }).waitFor({ state: "detached" });
    assert.equal(await rows.count(), 2);
    const { items } = await api.get("/events?failed=true");
    const [newest] = items as { id: string; error: string }[];
    const row = rows.filter({ hasText: newest?.id ?? "" });
    assert.match(newest?.id ?? "", /^[0-9a-f]{16}$/);
    await row.getByText("The exact error").click();
    await row.getByText(newest?.error ?? "").waitFor();

    await goTo(page, `events/entities?endpoint=${site.endpoint}`, "Events of end entities");
    await page.getByText(`of the endpoint ${site.endpoint}`).waitFor();
    await rows.first().waitFor();
    assert.equal(await rows.filter({ hasNotText: site.endpoint }).count(), 0);
    await page.getByRole("link", { name: "Show all endpoints" }).click();
    await rows.filter({ hasText: "challenge.minted" }).first().waitFor();
  });

  it("the ledger shows what is asked for: after going back, and while more of another kind is on its way", async () => {
    const page = await consoled.open("events");
    const kind = page.getByLabel("Kind");
    const none = page.getByText("Nothing of this kind has happened.");
    await kind.selectOption("certificate.revoked");
    await none.waitFor();
    await kind.selectOption("certificate.failed");
    await page.waitForURL(/certificate\.failed/);
    await page.goBack();
    await page.waitForURL(/certificate\.revoked/);
    await none.waitFor();
    assert.equal(await kind.inputValue(), "certificate.revoked");

    let go = (): void => undefined;
    const held = new Promise<void>((resolve) => (go = resolve));
    await page.route("**/api/v1/ledger*", async (route) => {
      const url = new URL(route.request().url());
      if (url.searchParams.has("event")) return route.continue();
      if (!url.searchParams.has("cursor")) {
        const response = await route.fetch();
        return route.fulfill({ json: { ...((await response.json()) as object), cursor: "more" } });
      }
      await held;
      url.searchParams.delete("cursor");
      return route.fulfill({ response: await route.fetch({ url: url.href }) });
    });
    await kind.selectOption("");
    const asked = page.waitForRequest(/cursor=more/);
    await page.getByRole("button", { name: "Show more" }).click();
    await asked;
    await kind.selectOption("certificate.failed");
    await none.waitFor();
    const answered = page.waitForResponse(/cursor=more/);
    go();
    await (await answered).finished();
    await page.waitForTimeout(500);
    assert.equal(await page.locator("cs-events tbody tr").count(), 0);
  });

  it("E-26 the failed entry is found by device and time, with the exact cause and one next step", async () => {
    const page = await consoled.open("events");
    await page.getByRole("link", { name: "What was refused, and why" }).click();
    await page.getByRole("heading", { level: 1, name: /invalid response/ }).waitFor();
    const cards = page.locator("cs-refusals section.card");
    await page.getByText("2 refusals").waitFor();
    await page.getByText(/^since /).waitFor();
    assert.equal(await cards.count(), 2);

    const field = page.getByLabel("Device, subject or address");
    await field.fill("tablet-9");
    await page.getByRole("button", { name: "Find" }).click();
    await page.getByText("1 refusal", { exact: true }).waitFor();
    const { items } = await api.get("/ledger?event=certificate.refused");
    const refused = (items as { data: Record<"claimSubject" | "detail" | "label", string> }[]).find(
      ({ data }) => data.claimSubject.includes("another"),
    );
    assert.ok(refused);
    const { nextStep } = ERRORS[refused.data.label as ErrorCode];
    await cards.getByText(refused.data.detail).waitFor();
    await cards.getByText(nextStep).waitFor();

    await field.fill("kiosk-3");
    await page.getByRole("button", { name: "Find" }).click();
    await cards.getByText("Mint a new challenge or re-send the profile.").waitFor();
    await page.getByLabel("About when").fill("2020-01-01T10:00");
    await page.getByRole("button", { name: "Find" }).click();
    await page.getByText("0 refusals").waitFor();
    await page.getByText("Nothing fits?").waitFor();
    const again = page.waitForRequest((request) => request.url().includes("/ledger/refusals"));
    await page.getByRole("button", { name: "Find" }).click();
    await again;

    const berlin = { timezoneId: "Europe/Berlin" };
    const abroad = await consoled.open(
      "events/refused?at=2020-01-01T10:00:00.000Z",
      ["owner"],
      berlin,
    );
    assert.equal(await abroad.getByLabel("About when").inputValue(), "2020-01-01T11:00");
    await abroad.getByLabel("About when").fill("2020-06-01T11:00");
    await abroad.getByRole("button", { name: "Find" }).click();
    await abroad.waitForURL(/at=2020-06-01T09%3A00%3A00\.000Z/);

    await goTo(page, "search?q=SCEP%20server%20returned%20an%20invalid%20response", /./);
    await page.getByRole("link", { name: "What was refused, by device and time" }).waitFor();
  });
});
