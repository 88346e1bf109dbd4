/**
 * `npm run screenshots`: makes docs/images/*.png from an installation with made-up data, in Debian's Chromium. Dates and serials differ
 * from run to run.
 */
import "reflect-metadata";
import { generateKeyPairSync } from "node:crypto";
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { BrowserContextOptions, Page } from "playwright-core";
import { memoryHost } from "../../adapters/mdm/memory.ts";
import { deviceKey } from "../../adapters/scep-client/device-key.ts";
import { buildCsr } from "../../plugin/pki/build-request.ts";
import { parseDn } from "../../plugin/domain/distinguished-name.ts";
import type { Api } from "../flows/api.ts";
import { ask, newKey } from "../flows/device.ts";
import { serve, type Served } from "../flows/served.ts";
import { mintChallenge, type SiteIds } from "../flows/site.ts";
import { goTo, openBrowser, openPage, signIn } from "./browser.ts";

const FOLDER = fileURLToPath(new URL("../../docs/images/", import.meta.url));
const PEOPLE = ["anna", "bruno", "chiara", "dimitri", "emre", "fatima", "gwen", "hana"] as const;
const SITE: SiteIds = { authority: "acme", template: "wifi", endpoint: "wifi" };

/** An authority, templates, devices with their certificates, one request that was refused, and certificates by hand that end in the next weeks. */
const fill = async (served: Served): Promise<{ readonly refused: string }> => {
  const api = await served.api();
  await api.post("/hierarchies", {
    id: "acme",
    name: "Acme devices",
    organization: "Acme Ltd",
    keyAlgorithm: "ec-p256",
  });
  const template = {
    authorityId: "acme",
    subject: "CN=%username%,O=Acme Ltd",
    sans: [{ type: "rfc822", pattern: "%email%" }],
  };
  await api.post("/templates", { id: "wifi", name: "Wi-Fi", validity: "P90D", ...template });
  await api.post("/templates", { id: "vpn", name: "VPN", validity: "P30D", ...template });
  await api.post("/endpoints", {
    id: "wifi",
    name: "Phones and laptops",
    authorityId: "acme",
    templateIds: ["wifi", "vpn"],
    policies: [{ kind: "dynamic" }],
  });
  await api.post("/endpoints", {
    id: "lab",
    name: "Laboratory",
    authorityId: "acme",
    templateIds: ["vpn"],
    policies: [{ kind: "dynamic" }],
    approval: "manual",
  });
  const key = await newKey();
  let refused = "";
  for (const [index, username] of PEOPLE.entries()) {
    const device = await api.post("/devices", {
      hostId: "mdm",
      deviceId: `${username}-1`,
      platform: (["apple", "windows", "android"] as const)[index % 3],
      attributes: {
        devicename: `${username.charAt(0).toUpperCase()}${username.slice(1)}'s ${["iPad", "laptop", "phone"][index % 3] ?? ""}`,
        username,
        email: `${username}@acme.example`,
        serialnumber: `C02${(7919 * (index + 3)).toString(36).toUpperCase()}`,
      },
    });
    const id = device.id as string;
    await api.post("/deployments", { deviceId: id, templateId: "wifi" });
    const url = `${served.url}/scep/wifi`;
    const challenge = await mintChallenge(api, SITE, id);
    if (index === 2) {
      refused = id;
      await ask(url, { subject: "CN=chiara,O=Acme Ltd", challenge, key });
      await ask(url, { subject: "CN=chiara,O=Acme Ltd", challenge, key: await newKey() });
      continue;
    }
    await ask(url, { subject: `CN=${username},O=Acme Ltd`, challenge, key: await newKey() });
  }
  await byHand(api);
  return { refused };
};

/** Ends like those of a fleet that was enrolled over some weeks. */
const byHand = async (api: Api): Promise<void> => {
  const { items } = await api.get("/certificate-profiles");
  const profile = (
    items as { id: string; definition: { allowedCATypes: string[]; usages: string[] } }[]
  ).find(
    ({ definition }) =>
      definition.allowedCATypes.includes("subord") &&
      definition.usages.includes("1.3.6.1.5.5.7.3.2"),
  );
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const { signer } = deviceKey(privateKey);
  for (let day = 2; day < 90; day += 1) {
    const many = Math.round(2 + 2 * Math.sin(day / 6) + (day % 7 < 5 ? 1 : -1));
    for (let one = 0; one < many; one += 1) {
      const csr = await buildCsr({
        subject: parseDn(`CN=sensor-${day}-${one},O=Acme Ltd`),
        signer,
      });
      await api
        .post("/certificates", {
          authorityId: "acme",
          profileId: profile?.id ?? "",
          csr: Buffer.from(csr).toString("base64"),
          validity: `P${day}D`,
        })
        .catch((failure: unknown) => {
          if (day === 2) throw failure;
        });
    }
  }
};

const SHOTS: readonly (readonly [
  name: string,
  view: string,
  title: string | RegExp,
  prepare?: ((page: Page) => Promise<void>) | undefined,
  options?: BrowserContextOptions,
])[] = [
  ["overview", "overview", "Overview"],
  ["overview-dark", "overview", "Overview", undefined, { colorScheme: "dark" }],
  ["device", "device", /Chiara/],
  ["certificates", "certificates?expiring=30d", "Certificates"],
  ["ca-server", "ca-servers/acme", "Acme devices"],
  [
    "template-form",
    "templates/new?as=jamf",
    "Add template",
    async (page) => {
      await page.locator('cs-form [id="subject"]').fill("CN=$USERNAME,OU=$SERIALNUMBER,O=Acme Ltd");
      await page.locator("cs-subject-preview").getByText("O=Acme Ltd").waitFor();
      await page.locator('cs-form [id="subject"]').scrollIntoViewIfNeeded();
    },
  ],
  [
    "endpoint-test",
    "endpoints/wifi",
    "Phones and laptops",
    async (page) => {
      await page.getByRole("button", { name: "Enrol a test device" }).click();
      await page.getByText("Everything works").waitFor({ timeout: 60_000 });
      await page.getByText("Everything works").scrollIntoViewIfNeeded();
    },
  ],
  ["narrow", "devices", "Devices", undefined, { viewport: { width: 320, height: 640 } }],
];

const run = async (): Promise<void> => {
  mkdirSync(FOLDER, { recursive: true });
  const served = await serve({}, { hosts: [memoryHost("mdm")] });
  const browser = await openBrowser();
  try {
    const { refused } = await fill(served);
    const token = await served.countersign.tokens.mint({
      subject: "anna@acme.example",
      tenant: "default",
      roles: ["owner"],
      lifetimeSeconds: 3600,
    });
    for (const [name, view, title, prepare, options] of SHOTS) {
      const { page } = await openPage(browser, {
        viewport: { width: 1180, height: 740 },
        ...options,
      });
      await signIn(page, served.url, token, "settings");
      await goTo(page, view === "device" ? `devices/${refused}` : view, title);
      await page.waitForTimeout(1500);
      await prepare?.(page);
      await page.screenshot({ path: `${FOLDER}${name}.png` });
      await page.context().close();
      process.stdout.write(`${name}.png\n`);
    }
  } finally {
    await browser.close();
    await served.end();
  }
};

await run();
