import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import type { Command } from "commander";
import type { Page } from "playwright-core";
import { buildProgram } from "../../adapters/standalone/program.ts";
import { memoryHost } from "../../adapters/mdm/memory.ts";
import { shellLine } from "../../plugin/console/ui/command-line.ts";
import type { Api } from "../flows/api.ts";
import { makeDevice, makeSite } from "../flows/site.ts";
import { enrolDevice } from "../flows/enrolled-device.ts";
import { eventually } from "../flows/served.ts";
import { goTo, leaveTo } from "../support/browser.ts";
import { type Consoled, openConsole } from "./consoled.ts";

interface Profile {
  readonly id: string;
  readonly definition: {
    readonly allowedCATypes: readonly string[];
    readonly ca_constraint: { readonly cA: boolean };
  };
}

/** The words that a real shell makes of a line. */
const shellWords = (line: string): readonly string[] =>
  execFileSync("/bin/sh", ["-c", `set -- ${line}; printf '%s\\0' "$@"`], { encoding: "utf8" })
    .split("\0")
    .slice(0, -1);

/** Which command of the real command line takes these words, and with which options; nothing is run. Throws what commander says against them. */
const parsed = (words: readonly string[]): { path: string; options: Record<string, unknown> } => {
  const program = buildProgram();
  let taken: { path: string; options: Record<string, unknown> } | undefined;
  const quiet = (command: Command, path: readonly string[]): void => {
    command.exitOverride().configureOutput({ writeErr: () => undefined });
    for (const inner of command.commands) quiet(inner, [...path, inner.name()]);
    if (command.commands.length === 0)
      command.action(() => {
        taken = { path: path.join(" "), options: command.opts() };
      });
  };
  quiet(program, []);
  program.parse([...words], { from: "user" });
  assert.ok(taken, `no command takes: ${words.join(" ")}`);
  return taken;
};

describe("console: the same by the command line", function () {
  let consoled: Consoled, api: Api, page: Page;
  let device: string;
  let certificate: string;
  before(async function () {
    consoled = await openConsole(this, {}, { hosts: [memoryHost("mdm")] });
    api = await consoled.served.api();
    const site = await makeSite(api);
    device = await makeDevice(api, "tablet");
    await api.post("/deployments", { deviceId: device, templateId: site.template });
    await enrolDevice(api, consoled.served.url, site, "tablet", device);
    certificate = (await api.get("/certificates?role=subscriber")).items[0].id as string;
    await api.post("/people", { id: "olga@acme.example", roles: ["ca-auditor"] });
    await api.post("/credentials", { id: "robot", roles: ["ca-auditor"] });
    await api.post("/hook-adapters", { id: "jamf", hostId: "jamf" });
    await api.patch("/alert-rules/keys", { mail: ["pki@example.com"] });
    page = await consoled.open("overview");
  });

  /** The lines that a view offers, each as the command it is. */
  const lines = async (own: Page): Promise<readonly { path: string; text: string }[]> => {
    await own.locator("cs-commands code").first().waitFor({ state: "attached" });
    const texts = await own.locator("cs-commands code").allTextContents();
    return texts
      .filter((text) => text.startsWith("countersign "))
      .map((text) => ({ path: parsed(shellWords(text).slice(1)).path, text }));
  };

  it("a word that a shell would read stands in quotes, and comes out as it went in", () => {
    const words = ["a b", "it's", "$HOME", "`id`", "CN=%x%,O=Ä", "*", "plain-1.pem", ""];
    assert.deepEqual(shellWords(shellLine(words)), ["countersign", ...words]);
    assert.throws(() => parsed(["device", "vanish", "x"]));
    assert.throws(() => parsed(["template", "update", "x", "--no-such", "y"]));
  });

  it("each page's lines are commands that there are, with its object in them", async () => {
    for (const [view, title, expected] of [
      [
        () => `devices/${device}`,
        "tablet",
        [
          "device timeline",
          "device scan",
          "deployment renew",
          "deployment remove",
          "challenge mint",
          "device wipe",
        ],
      ],
      [
        () => `certificates/${certificate}`,
        "CN=tablet,O=Lab",
        ["certificate download", "certificate suspend", "certificate revoke"],
      ],
      [
        () => "ca-servers/lab",
        "lab",
        [
          ...["authority usage", "authority renew", "roll-over start", "authority retire"],
          "authority delete",
        ],
      ],
      [() => "templates/lab-wifi", "lab-wifi", ["template show", "template delete"]],
      [() => "endpoints/lab-scep", "lab-scep", ["endpoint show", "endpoint disable"]],
      [
        () => "endpoints?tab=mdm-servers",
        "Endpoints",
        ["hook adapter-list", "hook adapter-switch", "hook adapter-delete"],
      ],
      [() => "settings/outbox", "Outbox", ["outbox list", "outbox resend-dead"]],
      [
        () => "people",
        "People",
        [
          ...["person list", "role list", "role take-away", "person remove"],
          ...["credential list", "credential rotate", "credential delete"],
        ],
      ],
      [() => "certificates/new", "Issue a certificate", ["certificate issue"]],
      [() => "settings/alerts", "Alerts", ["alert list", "alert check", "alert test"]],
    ] as const) {
      await goTo(page, view(), title);
      let found: readonly string[] = [];
      // A page may have its lines in more than one place.
      await eventually(async () => {
        found = (await lines(page)).map(({ path }) => path);
        return expected.every((path) => found.includes(path));
      }).catch(() => assert.fail(`${view()}: ${expected.join(", ")} in ${found.join(", ")}`));
    }
  });

  it("a form's line follows what is typed, with the rest in a file that the real command takes", async () => {
    await goTo(page, "templates/lab-wifi/edit?as=manageengine", "Edit template");
    await page.locator('cs-form [id="subject"]').fill("CN=it's %devicename%,O=Lab");
    const typed = page.locator("cs-commands").getByText("it's %devicename%");
    await typed.first().waitFor({ state: "attached" });
    const codes = await page.locator("cs-template-form cs-commands code").allTextContents();
    const [line = "", file = "", drafting = "", draft = ""] = codes;
    assert.equal(parsed(shellWords(drafting).slice(1)).path, "distribution save");
    assert.deepEqual(JSON.parse(draft), { change: JSON.parse(file) });
    const { path, options } = parsed(shellWords(line).slice(1));
    assert.equal(path, "template update");
    assert.equal(options["ifVersion"], "1");
    assert.deepEqual(JSON.parse(file), { subject: "CN=it's %devicename%,O=Lab" });
    // The file is a body that the route takes.
    await api.post("/templates/lab-wifi/impact", JSON.parse(file));
    await page.reload();
    await goTo(page, "templates/new?as=countersign", "Add template");
    await page.locator("cs-template-form cs-commands code").first().waitFor({ state: "attached" });
    const [create = ""] = await page.locator("cs-template-form cs-commands code").allTextContents();
    assert.equal(parsed(shellWords(create).slice(1)).path, "template create");
    await goTo(page, "ca-servers/new?as=countersign", "Add CA server");
    const [ca] = await lines(page);
    assert.match(ca?.path ?? "", /^authority (?:create|hierarchy)$/);
    await goTo(page, "ca-servers/outside", "Add an outside CA");
    await page.getByLabel("Enrolment code").fill("hidden code");
    await page.getByLabel("Name", { exact: true }).fill("Their CA");
    const [outside] = await lines(page);
    assert.equal(outside?.path, "authority outside");
    assert.match(outside.text, /--name 'Their CA'/);
    assert.match(outside.text, /--code-file code\.txt/);
    assert.ok(!outside.text.includes("hidden"), "a secret is not in a command");
    await page.reload();
    await goTo(page, "endpoints/new", "Add endpoint");
    await page.locator(`cs-form [id="challenge"]`).selectOption("static");
    await page.locator('cs-form [id="secret"]').fill("a static password");
    const texts = await page.locator("cs-commands code").allTextContents();
    assert.equal(parsed(shellWords(texts[0] ?? "").slice(1)).path, "endpoint create");
    assert.ok(!texts.join("").includes("a static password"));
    await page.reload();
  });

  it("a dialog's and a request's lines carry what is filled in, and no password", async () => {
    await goTo(page, "people", "People");
    await page.getByRole("button", { name: "Add machine" }).click();
    const dialog = page.locator("cs-machines wa-dialog[open]");
    await dialog.getByLabel("Identifier").fill("deploy-bot");
    await dialog.getByLabel("Protocol Operator", { exact: false }).check();
    const line = dialog.locator("cs-commands code");
    await line.getByText("deploy-bot").first().waitFor({ state: "attached" });
    const made = parsed(shellWords((await line.first().textContent()) ?? "").slice(1));
    assert.equal(made.path, "credential create");
    assert.deepEqual(made.options["roles"], ["protocol-operator"]);
    assert.equal(made.options["validity"], "P1Y");
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await dialog.waitFor({ state: "detached" });
    await goTo(page, "certificates/new", "Issue a certificate");
    await page.locator('cs-form [id="how"]').selectOption("pkcs12");
    await page.locator('cs-form [id="subject"]').fill("CN=it's me,O=Lab");
    await page.locator('cs-form [id="password"]').first().fill("a hidden password");
    const [tried = "", issue = ""] = await page
      .locator("cs-issue cs-commands code")
      .allTextContents();
    assert.equal(parsed(shellWords(tried).slice(1)).options["dryRun"], true);
    const { path, options } = parsed(shellWords(issue).slice(1));
    assert.equal(path, "certificate pkcs12");
    assert.equal(options["passwordFile"], "password.txt");
    assert.ok(issue.includes("it'\\''s me") && !issue.includes("a hidden password"));
    await leaveTo(page, "settings", "Settings");
  });

  it("L-11 the revocation's line carries reason, date, comment and the list at once as they are chosen", async () => {
    await goTo(page, `certificates/${certificate}`, "CN=tablet,O=Lab");
    await page.getByRole("button", { name: "Revoke" }).click();
    const dialog = page.locator("wa-dialog[open]");
    await dialog.getByLabel("Reason").selectOption("keyCompromise");
    await dialog.getByLabel("Not to be trusted since").fill("2026-01-31T10:00");
    await dialog.getByLabel("Comment").fill("sold on a market; don't trust");
    await dialog.getByLabel("The CRL at once").check();
    const [line = ""] = await dialog.locator("cs-commands code").allTextContents();
    const { path, options } = parsed(shellWords(line).slice(1));
    assert.equal(path, "certificate revoke");
    assert.equal(options["reason"], "keyCompromise");
    assert.equal(options["comment"], "sold on a market; don't trust");
    assert.equal(options["publishNow"], true);
    assert.equal(new Date(String(options["invalidityDate"])).getUTCFullYear(), 2026);
    await dialog.getByRole("button", { name: "Revoke" }).click();
    await page.getByText("The certificate is revoked.").waitFor();
    const { items } = await api.get("/ledger?event=certificate.revoked&limit=1");
    assert.equal(items[0].data.comment, "sold on a market; don't trust");
    // L-11: nobody has asked for the list.
    const lists = (await api.get("/authorities/lab/crl")).items;
    assert.deepEqual([lists[0].entries, lists[0].behind], [1, 0]);
  });

  it("R-01 an auditor is offered only what reads", async () => {
    const auditor = await consoled.open(`devices/${device}`, ["ca-auditor"]);
    assert.deepEqual(
      (await lines(auditor)).map(({ path }) => path),
      ["device timeline", "device inventory"],
    );
  });

  it("a list comes back as it was left, and bare from its own menu entry", async () => {
    await goTo(page, "certificates", "Certificates");
    await page.getByRole("link", { name: "Revoked", exact: true }).click();
    await page.waitForURL(/status=revoked/);
    await page.getByRole("link", { name: "CN=tablet,O=Lab" }).click();
    await page.getByRole("heading", { level: 1, name: "CN=tablet,O=Lab" }).waitFor();
    const menu = page.getByRole("navigation", { name: "Console" });
    await menu.getByRole("link", { name: "Devices" }).click();
    await page.getByRole("heading", { level: 1, name: "Devices" }).waitFor();
    await menu.getByRole("link", { name: "Certificates" }).click();
    await page.waitForURL(/certificates\?.*status=revoked/);
    await menu.getByRole("link", { name: "Certificates" }).click();
    await page.waitForURL(/#\/certificates$/);
  });

  it("A-26 a form offers only profiles that the chosen CA may issue by", async () => {
    const { items } = await api.get("/certificate-profiles");
    const fit = (items as Profile[])
      .filter(({ definition }) => definition.allowedCATypes.includes("subord"))
      .filter(({ definition }) => !definition.ca_constraint.cA)
      .slice(0, 2)
      .map(({ id }) => id);
    assert.equal(fit.length, 2);
    await api.post("/hierarchies", { id: "narrow", keyAlgorithm: "ec-p256" });
    const put = await fetch(`${consoled.served.url}/api/v1/authorities/narrow/profiles`, {
      method: "PUT",
      headers: {
        Authorization: `Bearer ${await consoled.token()}`,
        "Content-Type": "application/json",
      },
      body: JSON.stringify({ profiles: fit }),
    });
    assert.equal(put.status, 200);
    await goTo(page, "templates/new?as=entrust", "Add template");
    await page.locator('cs-form [id="caId"]').selectOption("narrow");
    const offered = async (): Promise<readonly string[]> => {
      const values = await page
        .locator('cs-form [id="profileId"] option')
        .evaluateAll((options) => options.map((option) => (option as { value: string }).value));
      return values.filter((value) => value !== "").sort();
    };
    await eventually(async () => (await offered()).length <= fit.length);
    assert.deepEqual(await offered(), [...fit].sort());
  });
});
