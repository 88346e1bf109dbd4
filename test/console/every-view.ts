import assert from "node:assert/strict";
import type { Page } from "playwright-core";

/** Every view of an installation with the site `lab`, a device and a certificate. */
export const VIEWS = (ids: {
  readonly device: string;
  readonly certificate: string;
}): readonly string[] => [
  "overview",
  "start",
  "search?q=tablet",
  "search?q=unable+to+obtain+certificate",
  "reference",
  "no/such/place",
  "devices",
  `devices/${ids.device}`,
  "devices/end-entities",
  "certificates",
  `certificates/${ids.certificate}`,
  "certificates/new",
  "certificates/bulk",
  "ca-servers",
  "ca-servers/lab",
  "ca-servers/outside",
  "ca-servers/new?as=intune",
  "ca-servers/lab/edit",
  "templates",
  "templates/lab-wifi",
  "templates/new?as=jamf",
  "templates/lab-wifi/edit?as=jamf",
  "endpoints",
  "endpoints?tab=activity",
  "endpoints?tab=mdm-servers",
  "endpoints/lab-scep",
  "endpoints/lab-scep?tab=end-entities",
  "endpoints/lab-scep?tab=events",
  "endpoints/lab-scep?tab=certificates",
  "endpoints/lab-scep?tab=digital-ids",
  "endpoints/lab-scep?tab=credentials",
  "endpoints/lab-scep/edit",
  "endpoints/new",
  "profiles",
  "profiles/privatessl-tls-client",
  "profiles/new?from=privatessl-tls-client",
  "approvals",
  "events",
  "events/entities",
  "events/refused",
  "people",
  "settings",
  "settings/alerts",
  "settings/outbox?state=all",
];

/** Whether the view is there and nothing of it, nor of an element within it, is still loading. */
const LOADED = `(() => {
  const main = document.querySelector("countersign-console")?.shadowRoot?.querySelector("main");
  const root = main?.firstElementChild?.shadowRoot;
  const busy = (part) =>
    part.querySelector("[aria-busy=true]") !== null ||
    [...part.querySelectorAll("*")].some(({ shadowRoot }) => shadowRoot !== null && busy(shadowRoot));
  return root?.querySelector("h1") != null && !busy(root);
})()`;

/** Asked again and again from here: the page's policy takes no predicate that is compiled in it. */
export const loaded = async (page: Page): Promise<void> => {
  for (let turn = 0; turn < 150; turn += 1) {
    if (await page.evaluate<boolean>(LOADED)) return;
    await page.waitForTimeout(100);
  }
  assert.fail(`still loading: ${page.url()}`);
};
