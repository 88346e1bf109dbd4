import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import type { Api } from "../flows/api.ts";
import { enrolledDevice } from "../flows/enrolled-device.ts";
import { lazyHost } from "../flows/lazy-host.ts";
import type { SiteIds } from "../flows/site.ts";
import { goTo } from "../support/browser.ts";
import { derOf, openssl } from "../support/openssl.ts";
import { type Consoled, openConsole } from "./consoled.ts";

describe("console: what a device really holds", function () {
  const host = lazyHost("mdm");
  let consoled: Consoled, api: Api, site: SiteIds, page: Page;
  before(async function () {
    consoled = await openConsole(this, {}, { hosts: [host] });
    ({ api, site, page } = await consoled.openSite("devices"));
  });

  it("L-04 asks its host now, and shows strangers, second ones and what is as it should be", async () => {
    const device = await enrolledDevice(api, consoled.served.url, site, "laptop");
    const ders = await Promise.all(
      ((await api.get(`/certificates?device=${device}`)).items as { id: string }[]).map(
        async ({ id }) => new Uint8Array(await api.bytes(`/certificates/${id}/der`)),
      ),
    );
    await goTo(page, `devices/${device}`, "laptop");
    const card = page.getByRole("region", { name: "What it really holds" });
    await card.getByText("Its host has not told yet.").waitFor();
    await card.getByRole("button", { name: "Ask it now" }).click();
    await page.getByText("The device is asked").waitFor();
    await card.getByText("it answers when it checks in").waitFor();

    const args = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
    const stranger = derOf(
      await openssl([...args, "-subj", "/CN=somebody else", "-keyout", "/dev/null"]),
    );
    host.holds.set(
      device,
      [...ders, new Uint8Array(stranger)].map((der) => ({ der })),
    );
    await card.getByRole("button", { name: "Ask it now" }).click();
    await page.getByText("It holds 2 certificates.").waitFor();
    const row = (name: string) => card.getByRole("row").filter({ hasText: name });
    await row("CN=somebody else").getByText("None of ours").waitFor();
    const verdict = (await api.get(`/devices/${device}/inventory`)).items as { verdict: string }[];
    assert.deepEqual(verdict.map((one) => one.verdict).toSorted(), ["held", "stranger"]);
    await row("CN=laptop").getByText("Ours, of no template it should have").waitFor();
    await row("CN=laptop").getByRole("link").click();
    await page.getByRole("heading", { level: 1, name: "CN=laptop,O=Lab" }).waitFor();
  });

  it("L-04 a reader sees it and cannot ask", async () => {
    const { items } = await api.get("/devices");
    const auditor = await consoled.open(`devices/${items[0].id as string}`, ["ca-auditor"]);
    const card = auditor.getByRole("region", { name: "What it really holds" });
    await card.getByRole("row").filter({ hasText: "CN=somebody else" }).waitFor();
    assert.equal(await card.getByRole("button", { name: "Ask it now" }).count(), 0);
  });
});
