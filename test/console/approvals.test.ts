import assert from "node:assert/strict";
import { Api } from "../flows/api.ts";
import { makeDevice, makeSite, mintChallenge, type SiteIds } from "../flows/site.ts";
import { ask, newKey } from "../flows/device.ts";
import { signIn } from "../support/browser.ts";
import { type Consoled, openConsole } from "./consoled.ts";

const ANNA = "anna@acme.example";
const BRUNO = "bruno@acme.example";

describe("console: four eyes", function () {
  let consoled: Consoled, anna: Api, site: SiteIds;
  before(async function () {
    consoled = await openConsole(this);
    anna = new Api(consoled.served.url, await consoled.token(["owner"], ANNA));
    site = await makeSite(anna, { endpoint: { approval: "manual" } });
  });

  it("who asked for a request reads why they cannot approve it, and somebody else approves it", async () => {
    const device = await makeDevice(anna, "tablet");
    const challenge = await mintChallenge(anna, site, device);
    const url = `${consoled.served.url}/scep/${site.endpoint}`;
    const key = await newKey();
    const reply = await ask(url, { subject: "CN=tablet,O=Lab", challenge, key });
    assert.equal(reply.status, "pending");
    const own = await consoled.open("approvals");
    await own.getByText("You asked for this one, so somebody else approves it").waitFor();
    await own.getByText(`for ${ANNA}`).waitFor();
    assert.equal(await own.getByRole("button", { name: "Approve" }).isDisabled(), true);
    // Behind the page, too.
    const { items } = await anna.get("/approvals");
    const path = `/approvals/${items[0].id as string}/approve`;
    const refusal = await anna.refused("POST", path);
    assert.equal(refusal.code, "forbidden");
    assert.match(refusal.detail, /somebody else approves it/);

    const page = await consoled.page();
    const token = await consoled.token(["certificate-administrator"], BRUNO);
    await signIn(page, consoled.served.url, token, "approvals");
    await page.getByText(`for ${ANNA}`).waitFor();
    assert.equal(await page.getByText("You asked for this one").count(), 0);
    await page.getByRole("button", { name: "Deny" }).click();
    const dialog = page.locator("wa-dialog[open]");
    await dialog.getByText("CN=tablet,O=Lab").waitFor();
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await page.locator("dialog[open]").waitFor({ state: "detached" });
    let asked = 0;
    page.on("request", (request) => {
      if (request.url().endsWith("/approve")) asked += 1;
    });
    await page.locator(".side").getByLabel("1 waiting").waitFor();
    await page.getByRole("button", { name: "Approve" }).dblclick();
    await page.getByText("Nobody waits.").waitFor();
    await page.locator(".side").getByLabel("1 waiting").waitFor({ state: "detached" });
    assert.equal(asked, 1);
    assert.equal((await anna.get("/approvals")).items[0].decidedBy, BRUNO);
  });
});
