import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { memoryHost } from "../../adapters/mdm/memory.ts";
import { enrolDevice } from "../flows/enrolled-device.ts";
import { makeDevice, makeSite } from "../flows/site.ts";
import { goTo } from "../support/browser.ts";
import { openConsole } from "./consoled.ts";
import { loaded, VIEWS } from "./every-view.ts";

/** A mark that turns the direction, a blank of no width, and markup. */
const ODD = "x\u202egpj.\u200bexe <img src=x onerror=hacked()>";

/** Texts that show such a mark as it is; what stands in a field is typed there, and stays what it is. */
const RAW = `(() => {
  const found = [];
  const look = (node) => {
    if (node.nodeType === Node.TEXT_NODE && /[\\u202e\\u200b]/.test(node.data))
      found.push(node.parentNode.nodeName + ": " + node.data.trim().slice(0, 60));
    if (node.nodeName === "STYLE") return;
    if (/[\\u202e\\u200b]/.test((node.ariaLabel ?? "") + (node.title ?? "")))
      found.push(node.nodeName + " is called so");
    if (node.shadowRoot) look(node.shadowRoot);
    for (const child of node.childNodes) look(child);
  };
  look(document.querySelector("countersign-console"));
  if (/[\\u202e\\u200b]/.test(document.title)) found.push("the title");
  return found;
})()`;

describe("console: names that want to be something else", function () {
  let page: Page;
  let views: readonly string[];
  before(async function () {
    const consoled = await openConsole(this, {}, { hosts: [memoryHost("mdm")] });
    const api = await consoled.served.api();
    const site = await makeSite(api);
    await api.patch("/authorities/lab", { name: `CA ${ODD}` });
    await api.patch("/templates/lab-wifi", { name: `Template ${ODD}` });
    await api.patch("/endpoints/lab-scep", { name: `Endpoint ${ODD}` });
    await api.post("/certificate-profiles", {
      ...{ id: "odd", cloneOf: "scep-digital-signature", description: ODD },
    });
    await api.post("/people", {
      ...{ id: "eve@x.example", roles: ["ca-auditor"], firstName: ODD, lastName: ODD },
    });
    await api.post("/credentials", { id: "robot", name: ODD, roles: ["ca-auditor"] });
    const device = await makeDevice(api, "tablet", { username: ODD, email: "a@b.example" });
    await api.post("/deployments", { deviceId: device, templateId: site.template });
    await enrolDevice(api, consoled.served.url, site, "tablet", device);
    const made = await api.post("/certificates/pkcs12", {
      ...{ authorityId: "lab", profileId: "multiuse-p12-client", password: "long enough" },
      ...{ subject: `CN=${ODD.slice(0, 20)},O=${ODD}`, keyAlgorithm: "ec-p256" },
    });
    const certificate = made.certificate.id as string;
    await api.post(`/certificates/${certificate}/suspend`, { comment: ODD });
    await api.patch("/templates/lab-wifi/distribution", { change: { name: `Draft ${ODD}` } });
    views = [...VIEWS({ device, certificate }), "endpoints/lab-scep/edit", "profiles/odd"];
    page = await consoled.open("overview");
  });

  it("stand as text with their marks made visible, in every view", async function () {
    this.timeout(120_000);
    const found: string[] = [];
    for (const view of views) {
      await goTo(page, view, /./);
      await loaded(page);
      for (const line of await page.evaluate<readonly string[]>(RAW))
        found.push(`${view}: ${line}`);
    }
    assert.deepEqual(found, []);
    assert.equal(await page.locator("img").count(), 0);
  });
});
