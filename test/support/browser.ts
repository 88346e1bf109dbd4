import { existsSync } from "node:fs";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

const PROGRAMS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Debian's Chromium; undefined where there is none. */
export const findChromium = (): string | undefined =>
  [process.env["CHROMIUM"], ...PROGRAMS].find((path) => path !== undefined && existsSync(path));

/** A browser without a window. */
export const openBrowser = async (): Promise<Browser> => {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error("there is no chromium");
  // Root may not use Chromium's own sandbox.
  return chromium.launch({
    executablePath,
    args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
  });
};

/** A page of its own, and everything that went wrong in it: script errors, and what the Content-Security-Policy has kept out. */
export const openPage = async (
  browser: Browser,
  options: BrowserContextOptions = {},
): Promise<{ readonly page: Page; readonly faults: string[] }> => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, ...options });
  const page = await context.newPage();
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
  await page.getByRole("navigation", { name: "Console" }).waitFor();
};
