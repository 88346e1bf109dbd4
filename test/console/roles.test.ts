import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { memoryHost } from "../../adapters/mdm/memory.ts";
import { ROLES } from "../../plugin/domain/principal.ts";
import type { Api } from "../flows/api.ts";
import { ask, newKey } from "../flows/device.ts";
import { makeDevice, makeSite, mintChallenge } from "../flows/site.ts";
import { goTo } from "../support/browser.ts";
import { type Consoled, openConsole } from "./consoled.ts";

const SECRET = "static-secret-4711";

/** Area R by column: Owner, CA and Certificate Administrator, CA Auditor, Protocol Operator and Auditor. */
type Cells = string;

const MENU: readonly (readonly [title: string, cells: Cells])[] = [
  ["Overview", "YYYYYY"],
  ["Devices", "YYYYYY"],
  ["Certificates", "YYYYYY"],
  ["CA servers", "YYYYYY"],
  ["Templates", "YYYYYY"],
  ["Endpoints", "YYYYYY"],
  ["Profiles", "YY----"],
  ["Approvals", "YYYYYY"],
  ["Events", "YYYYYY"],
  ["People", "YY----"],
  ["Settings", "YYYYYY"],
  ["Getting started", "YY--Y-"],
];

interface Call {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
}

interface Action {
  readonly view: string;
  readonly title: string;
  readonly name: string;
  readonly cells: Cells;
  /** What stands behind it at the API. */
  readonly call?: Call;
}

/** Whoever lacks the view of profiles reaches none of its actions. */
const actionsOf = (ids: {
  readonly device: string;
  readonly certificate: string;
  readonly approval: string;
  readonly deployment: string;
}): readonly Action[] => {
  const actions: Action[] = [];
  const on =
    (view: string, title: string) =>
    (name: string, cells: Cells, method?: string, path?: string, body?: unknown) =>
      actions.push({
        view,
        title,
        name,
        cells,
        ...(method === undefined || path === undefined ? {} : { call: { method, path, body } }),
      });
  on("ca-servers", "CA servers")("Add CA server", "YY----", "POST", "/hierarchies", { id: "mine" });
  const ca = on("ca-servers/lab", "lab");
  ca("Edit", "YY----", "PATCH", "/authorities/lab", { name: "Mine" });
  ca("Delete", "YY----", "DELETE", "/authorities/lab?confirm=lab");
  ca("PEM", "YYY---", "GET", "/authorities/lab/certificate?format=pem");
  ca("Chain", "YYY---", "GET", "/authorities/lab/chain");
  on("templates", "Templates")("Add template", "YY--Y-", "POST", "/templates", {
    id: "mine",
    authorityId: "lab",
    subject: "CN=x",
  });
  on("templates/lab-wifi", "lab-wifi")("Edit", "YY--Y-", "PATCH", "/templates/lab-wifi", {
    name: "Mine",
  });
  on("endpoints", "Endpoints")("Add endpoint", "YY--Y-", "POST", "/endpoints", {
    id: "mine",
    authorityId: "lab",
    templateIds: ["lab-wifi"],
    policies: [{ kind: "dynamic" }],
  });
  on("endpoints?tab=mdm-servers", "Endpoints")(
    "Add MDM server",
    "YY--Y-",
    "POST",
    "/hook-adapters",
    {
      ...{ id: "mine", hostId: "jamf" },
    },
  );
  const endpoint = on("endpoints/lab-scep", "lab-scep");
  endpoint("Edit", "YY--Y-", "PATCH", "/endpoints/lab-scep", { name: "Mine" });
  endpoint("Enrol a test device", "YY--Y-", "POST", "/endpoints/lab-scep/test", {});
  on("devices", "Devices")("Add device", "YY--Y-", "POST", "/devices", {
    hostId: "mdm",
    deviceId: "mine",
    platform: "other",
    attributes: {},
  });
  const device = on(`devices/${ids.device}`, "tablet");
  device("Wipe", "YY--Y-", "POST", `/devices/${ids.device}/wipe`);
  device("Mint a challenge", "YY--Y-", "POST", "/challenges", {
    deviceId: ids.device,
    templateId: "lab-wifi",
    endpointId: "lab-scep",
  });
  device("Take it off", "YY--Y-", "DELETE", `/deployments/${ids.deployment}`);
  const certificates = on("certificates", "Certificates");
  certificates("Issue", "Y-Y---", "POST", "/certificates", {
    authorityId: "lab",
    profileId: "privatessl-tls-client",
    csr: "AAAA",
  });
  certificates("From a file …", "Y-Y---", "POST", "/certificates/bulk", {
    action: "revoke",
    rows: [{ serial: "01" }],
  });
  const one = on(`certificates/${ids.certificate}`, "CN=tablet,O=Lab");
  one("PEM", "YYYYYY", "GET", `/certificates/${ids.certificate}/pem`);
  one("Revoke", "Y-Y---", "POST", `/certificates/${ids.certificate}/revoke`, {
    reason: "superseded",
  });
  one("Suspend", "Y-Y---", "POST", `/certificates/${ids.certificate}/suspend`, {});
  on("approvals", "Approvals")("Approve", "Y-Y---", "POST", `/approvals/${ids.approval}/approve`);
  on("profiles", "Profiles")("Add profile", "YY----", "POST", "/certificate-profiles", {
    id: "mine",
    definition: {},
  });
  const people = on("people", "People");
  people("Add person", "Y-----", "POST", "/people", { id: "me@acme.example", roles: ["owner"] });
  people("Add machine", "YY----", "POST", "/credentials", { id: "mine", roles: ["ca-auditor"] });
  return actions;
};

describe("console: what each role is shown, offered and refused", function () {
  let consoled: Consoled;
  let actions: readonly Action[];
  before(async function () {
    consoled = await openConsole(this, {}, { hosts: [memoryHost("mdm")] });
    const api = await consoled.served.api();
    const site = await makeSite(api);
    const waiting = await makeSite(api, {
      id: "slow",
      template: { challengeMode: "static" },
      endpoint: {
        approval: "manual",
        policies: [
          { kind: "static", templateId: "slow-wifi", secret: SECRET, unknownDevice: "unmanaged" },
        ],
      },
    });
    const device = await makeDevice(api, "tablet");
    const deployment = await api.post("/deployments", {
      deviceId: device,
      templateId: site.template,
    });
    const url = `${consoled.served.url}/scep`;
    const challenge = await mintChallenge(api, site, device);
    const asked = await ask(`${url}/${site.endpoint}`, {
      subject: "CN=tablet,O=Lab",
      challenge,
      key: await newKey(),
    });
    assert.equal(asked.status, "issued");
    const second = await ask(`${url}/${waiting.endpoint}`, {
      subject: "CN=other,O=Lab",
      challenge: SECRET,
      key: await newKey(),
    });
    assert.equal(second.status, "pending");
    const [certificates, approvals] = await Promise.all([
      api.get("/certificates?role=subscriber"),
      api.get("/approvals?state=pending"),
    ]);
    actions = actionsOf({
      device,
      deployment: deployment.id as string,
      certificate: certificates.items[0].id as string,
      approval: approvals.items[0].id as string,
    });
  });

  const offered = (page: Page, name: string): Promise<number> =>
    page
      .locator("main")
      .getByRole("button", { name, exact: true })
      .or(page.locator("main").getByRole("link", { name, exact: true }))
      .count();

  for (const [column, role] of ROLES.entries()) {
    const has = (cells: Cells): boolean => cells[column] === "Y";

    it(`R-01 ${role}: the menu, every action of every view, and nothing that is refused behind it`, async function () {
      this.timeout(120_000);
      const page = await consoled.open("overview", [role]);
      const refused: string[] = [];
      page.on("response", (response) => {
        if (response.status() === 403) refused.push(`${page.url()} asks ${response.url()}`);
      });
      const side = page.locator(".side");
      await side.getByRole("link", { name: "Settings" }).waitFor();
      const menu = await side.getByRole("link").allInnerTexts();
      for (const [title, cells] of MENU)
        assert.equal(
          menu.some((text) => text.trim().startsWith(title)),
          has(cells),
          title,
        );
      for (const [view, title] of new Map(actions.map((action) => [action.view, action.title]))) {
        const top = MENU.find(
          ([name]) => name.toLowerCase().replace(/ /g, "-") === view.split("/")[0],
        );
        if (top !== undefined && !has(top[1])) continue;
        await goTo(page, view, title);
        await page.locator("main .table, main .cards, main dl, main .empty").first().waitFor();
        for (const { name, cells } of actions.filter((action) => action.view === view)) {
          // A list may still be on its way.
          if (has(cells))
            await page.locator("main").getByText(name, { exact: true }).first().waitFor();
          assert.equal((await offered(page, name)) > 0, has(cells), `${view}: ${name}`);
        }
        assert.equal((await page.locator("main").innerHTML()).includes(SECRET), false, view);
      }
      assert.deepEqual(refused, []);
      await page.context().close();
    });

    it(`R-01 ${role}: what is not offered is refused by the server, with a clear message`, async function () {
      this.timeout(60_000);
      const api = await consoled.served.api("default", [role]);
      for (const { cells, call, name } of actions) {
        if (call === undefined || has(cells)) continue;
        const problem = await api.refused(call.method, call.path, call.body);
        assert.deepEqual(
          [problem.status, problem.code],
          [403, "forbidden"],
          `${name}: ${call.method} ${call.path}: ${problem.detail}`,
        );
        assert.match(problem.detail, /lacks the right|may not/, name);
      }
    });
  }

  it("R-01 a view that is not in the menu says so when it is reached by its address", async () => {
    const page = await consoled.open("overview", ["ca-auditor"]);
    for (const [view, title] of [
      ["people", "People"],
      ["profiles", "Profiles"],
    ] as const) {
      await goTo(page, view, title);
      await page.locator("main").getByRole("alert").getByText("forbidden").first().waitFor();
    }
  });

  it("R-01 read-only roles see no secret: neither in a form nor in any answer of the API", async () => {
    const readable = async (api: Api): Promise<string> => {
      const document = await fetch(`${consoled.served.url}/api/openapi.json`);
      const { paths } = (await document.json()) as { paths: Record<string, { get?: object }> };
      let all = "";
      for (const [path, { get }] of Object.entries(paths)) {
        if (get === undefined || path.includes("{")) continue;
        all += await api.get(path.replace(/^\/api\/v1/, "")).then(JSON.stringify, () => "");
      }
      for (const path of ["/endpoints/slow-scep", "/consoles/jamf/template?template=slow-wifi"])
        all += JSON.stringify(await api.get(path));
      return all;
    };
    for (const role of ["certificate-administrator", "ca-auditor", "protocol-auditor"] as const) {
      const seen = await readable(await consoled.served.api("default", [role]));
      assert.ok(seen.includes("slow-scep") && seen.length > 5000, `${role}: ${seen.length}`);
      assert.equal(seen.includes(SECRET), false, role);
    }
    const page = await consoled.open("overview", ["ca-auditor"]);
    for (const [view, title] of [
      ["endpoints/slow-scep", "slow-scep"],
      ["templates/slow-wifi", "slow-wifi"],
    ] as const) {
      await goTo(page, view, title);
      await page.locator("main dl, main .card").first().waitFor();
      assert.equal((await page.content()).includes(SECRET), false);
      assert.equal((await page.locator("main").innerText()).includes(SECRET), false);
    }
  });

  it("R-03 an Owner adds somebody with a role, and the role is shown", async () => {
    const page = await consoled.open("people");
    await page.getByRole("button", { name: "Add person" }).click();
    await page.getByLabel("Subject or e-mail address").fill("bruno@acme.example");
    await page.getByLabel("Certificate Administrator", { exact: false }).check();
    await page.getByRole("button", { name: "Save" }).click();
    const row = page.getByRole("row").filter({ hasText: "bruno@acme.example" }).first();
    await row.getByRole("cell", { name: "Certificate administrator" }).waitFor();
  });

  it("R-02 the roles stand with their members, and one is taken away once it is confirmed", async () => {
    const api = await consoled.served.api();
    await api.post("/people", {
      id: "carla@acme.example",
      roles: ["ca-auditor", "protocol-auditor"],
    });
    const page = await consoled.open("people");
    const members = page.locator("cs-role-members");
    const row = members.getByRole("row").filter({ hasText: "CA Auditor" });
    const roles = async () => (await api.get("/people/carla@acme.example")).roles;
    await row.getByText("carla@acme.example").waitFor();
    await row.getByRole("button", { name: "Take away" }).click();
    await page.getByRole("button", { name: "Cancel" }).click();
    assert.deepEqual(await roles(), ["ca-auditor", "protocol-auditor"]);
    await row.getByRole("button", { name: "Take away" }).click();
    await page.locator("wa-dialog[open]").getByRole("button", { name: "Take away" }).click();
    await row.getByText("none by name").waitFor();
    assert.deepEqual(await roles(), ["protocol-auditor"]);
  });
});
