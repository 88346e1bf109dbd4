import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { findChromium } from "./chromium.ts";
import { leftOut } from "./left-out.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
let built = false;

/** Bundles the console as it is now, once a run. */
export const buildConsole = (): void => {
  if (built) return;
  execFileSync(process.execPath, [`${root}plugin/console/bundle.js`], { stdio: "inherit" });
  built = true;
};

/** A browser without a window; the test is left out where there is none. */
export const openBrowser = async (test?: Mocha.Context): Promise<Browser> => {
  const executablePath = findChromium();
  if (executablePath === undefined) {
    if (test !== undefined) leftOut(test, "Chromium is not installed (npm run test:deps)");
    throw new Error("Chromium is not installed");
  }
  buildConsole();
  // Root may not use Chromium's own sandbox.
  return chromium.launch({
    executablePath,
    args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
  });
};

let shared: Browser | undefined;

/** The browser of this process, started by whoever asks first; it ends with the process. What is to be kept apart are its contexts. */
export const sharedBrowser = async (test: Mocha.Context): Promise<Browser> => {
  if (shared?.isConnected() !== true) shared = await openBrowser(test);
  return shared;
};

/** A page of its own, and everything that went wrong in it: script errors, and what the Content-Security-Policy has kept out. */
export interface Opened {
  readonly page: Page;
  readonly faults: string[];
}

export const openPage = async (
  browser: Browser,
  options: BrowserContextOptions = {},
): Promise<Opened> => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(40_000);
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("console", (message) => {
    // Refusals of the API are answers, not faults.
    if (message.type() === "error" && !/status of 4\d\d/.test(message.text()))
      faults.push(message.text());
  });
  return { page, faults };
};

/** Opens a view as somebody with this token, who has signed in by hand. */
export const signIn = async (page: Page, url: string, token: string, view = ""): Promise<void> => {
  await page.goto(`${url}/console/#/${view}`);
  await page.getByLabel("Access token").fill(token);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.locator("#main h1").waitFor();
};

/** Goes to another view of the console that is open. The title alone would not do: the view before may have had the same. */
export const goTo = async (page: Page, view: string, title: string | RegExp): Promise<void> => {
  // A page that was loaded again knows nobody yet, and goes nowhere until it does.
  await page.locator("#main h1").first().waitFor();
  await page.evaluate(`new Promise((arrived) => {
    const wanted = ${JSON.stringify(view)};
    const shown = document.querySelector("countersign-console");
    if (location.hash === "#/" + wanted) return arrived();
    shown.addEventListener("countersign:navigate", function heard({ detail }) {
      if (detail.path !== wanted) return;
      shown.removeEventListener("countersign:navigate", heard);
      arrived();
    });
    location.hash = "#/" + wanted;
  })`);
  await page.getByRole("heading", { level: 1, name: title }).waitFor();
};

/** Goes to another view from a form where something was typed: the console asks first. */
export const leaveTo = async (page: Page, view: string, title: string | RegExp): Promise<void> => {
  await page.evaluate(`location.hash = ${JSON.stringify(`#/${view}`)}`);
  await page.locator("dialog[open]").waitFor();
  await page.getByRole("button", { name: "Leave", exact: true }).click();
  await page.locator("dialog[open]").waitFor({ state: "detached" });
  await page.getByRole("heading", { level: 1, name: title }).waitFor();
};
