import assert from "node:assert/strict";
import type { Role } from "../../plugin/domain/principal.ts";
import { makeDevice, makeSite } from "../flows/site.ts";
import { goTo } from "../support/browser.ts";
import { type Consoled, openConsole } from "./consoled.ts";

describe("console: what each role is shown", function () {
  let consoled: Consoled;
  let device: string;
  before(async function () {
    consoled = await openConsole(this);
    const api = await consoled.served.api();
    await makeSite(api);
    device = await makeDevice(api, "tablet");
  });
  after(() => consoled.end());

  /** Buttons by view; the API refuses them all the same. */
  const actions: readonly (readonly [view: string, title: string, action: string])[] = [
    ["ca-servers", "CA servers", "Add CA server"],
    ["templates", "Templates", "Add template"],
    ["endpoints", "Endpoints", "Add endpoint"],
    ["endpoints/lab-scep", "lab-scep", "Enrol a test device"],
    ["devices", "Devices", "Add device"],
    ["certificates", "Certificates", "Issue"],
    ["profiles", "Profiles", "Add profile"],
  ];
  const shown: Readonly<Record<string, readonly string[]>> = {
    owner: actions.map(([, , action]) => action),
    "ca-auditor": [],
    "protocol-auditor": [],
  };

  for (const [role, expected] of Object.entries(shown)) {
    it(`R-01 ${role}: ${expected.length} of ${actions.length} actions`, async () => {
      const { page, faults } = await consoled.open("overview", [role as Role]);
      const menu = page.getByRole("navigation", { name: "Console" });
      for (const [view, title, action] of actions) {
        // Picking a profile is a right of its own; a view that is not in the menu would be refused behind it.
        if (role !== "owner" && view === "profiles") {
          assert.equal(await menu.getByRole("link", { name: title }).count(), 0);
          continue;
        }
        await goTo(page, view, title);
        await page.locator("main .table, main .cards, main dl").first().waitFor();
        const there = await page
          .getByRole("button", { name: action, exact: true })
          .or(page.getByRole("link", { name: action, exact: true }))
          .count();
        assert.equal(there > 0, expected.includes(action), `${view}: ${action}`);
      }
      const people = await menu.getByRole("link", { name: "People" }).count();
      assert.equal(people > 0, role === "owner");
      await goTo(page, `devices/${device}`, "tablet");
      assert.equal(
        await page.getByRole("button", { name: "Wipe" }).count(),
        role === "owner" ? 1 : 0,
      );
      assert.deepEqual(faults, []);
    });
  }

  it("R-03 an Owner adds somebody with a role, and the role is shown", async () => {
    const { page } = await consoled.open("people");
    await page.getByRole("button", { name: "Add person" }).click();
    await page.getByLabel("Subject or e-mail address").fill("bruno@acme.example");
    await page.getByLabel("Certificate Administrator", { exact: false }).check();
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("cell", { name: "bruno@acme.example" }).waitFor();
    await page.getByRole("cell", { name: "Certificate administrator" }).waitFor();
  });
});
