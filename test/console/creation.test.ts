import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { consoleShapes } from "../../adapters/consoles/consoles.ts";
import { builtins } from "../../adapters/preset.ts";
import { fieldsOf } from "../../plugin/domain/console/shape.ts";
import { silentLogger } from "../support/installation.ts";
import type { Json } from "../flows/api.ts";
import { goTo } from "../support/browser.ts";
import { wrappedKeyStore } from "../support/wrapped-keys.ts";
import { type Consoled, openConsole } from "./consoled.ts";
import { fillNeeded } from "./fill-needed.ts";

/** Milliseconds that each signature takes here, as on a slow token. */
const SLOW = 900;

describe("console: making a CA on a slow token", function () {
  let consoled: Consoled;
  before(async function () {
    const keyStores = builtins({ logger: silentLogger }).keyStores.map((store) =>
      wrappedKeyStore(store, {
        sign: async (go) => {
          await pause(SLOW);
          return go();
        },
        unwrap: (go) => go(),
      }),
    );
    consoled = await openConsole(this, {}, { keyStores });
  });

  it("A-25 tells of each step as it begins, with the button busy, until the CA is there", async () => {
    const page = await consoled.open("start");
    await page.getByLabel("Organization").fill("Acme Ltd");
    const lists = page.getByLabel("Lists of revoked certificates");
    await lists.selectOption({
      label: "2 lists for up to 1,100,000 revoked; with a million revoked 19 MB each",
    });
    await page.getByRole("button", { name: "Make the CA server" }).click();
    const steps = page.locator("cs-start ul.steps li");
    await steps.getByText("1 of 9: Making the rsa-2048 key of ca-root").waitFor();
    assert.equal(await page.locator("cs-start wa-button[loading]").count(), 1);
    await steps.getByText("4 of 9: Signing its first CRL").waitFor();
    assert.equal(await page.locator("cs-start wa-button[loading]").count(), 1);
    await steps.getByText("6 of 9: Certifying it …").waitFor();
    await steps.getByText("9 of 9: Making the RA key").waitFor();
    await page.getByLabel("What is it for?").waitFor();
    assert.equal((await (await consoled.served.api()).get("/authorities/ca")).crlShards, 2);
  });

  it("A-25 the form of a console says what takes its time, and for how long it has", async () => {
    const page = await consoled.open("overview");
    await goTo(page, "ca-servers/new?as=jamf", "Add CA server");
    const shape = consoleShapes().find(({ id }) => id === "jamf");
    assert.ok(shape);
    const form = page.locator("cs-ca-server-form");
    await page.getByRole("heading", { level: 2, name: shape.caServer.title }).waitFor();
    for (let pass = 0; pass < 2; pass += 1)
      await fillNeeded(page, fieldsOf(shape.caServer), "slow");
    // L-12: no console asks for it, so it stands below the console's own fields, with the size to expect.
    const lists = form.getByLabel("Lists of revoked certificates");
    assert.equal(
      await lists
        .locator("option")
        .first()
        .textContent()
        .then((text) => text?.trim()),
      "1 list for up to 570,000 revoked; with a million revoked 38 MB, too long (22 MB at most)",
    );
    await form.getByText("so it can never be changed").waitFor();
    await lists.selectOption("2");
    await form.getByText("--crl-shards 2").waitFor({ state: "attached" });
    await form.getByRole("button", { name: "Save" }).click();
    await form.getByText("leave this page open").waitFor();
    await form.getByText(/[1-9] s so far/).waitFor();
    await form.getByText("Copy what").waitFor();
    assert.equal(await form.getByText("s so far").count(), 0);
    const api = await consoled.served.api();
    const { items } = await api.get("/authorities");
    const made = (items as Json[]).filter(({ id }) => !/^ca/.test(id as string));
    assert.deepEqual(made.map(({ kind, crlShards }) => [kind, crlShards]).sort(), [
      ["issuing", 2],
      ["root", 1],
    ]);
    const issuing = made.find(({ kind }) => kind === "issuing");
    await goTo(page, `ca-servers/${issuing?.id as string}/edit?as=jamf`, "Edit CA server");
    await form.getByRole("button", { name: "Save" }).waitFor();
    assert.equal(await form.getByLabel("Lists of revoked certificates").count(), 0);
    const refused = await api.refused("POST", "/consoles/jamf/ca-server", {
      ...{ fields: {}, id: issuing?.id as string, crlShards: 4, save: true },
    });
    assert.deepEqual(
      refused.issues.map(({ path }) => path),
      ["crlShards"],
    );
  });
});
