import type { Browser } from "playwright-core";
import { openPage } from "./browser.ts";

/** Notes in the page when a text is there, frame by frame: asking from here again and again would cost the page time. */
const watch = (text: string): string => `(() => {
  const shows = (root) =>
    [...root.querySelectorAll("*")].some(
      (at) => at.shadowRoot !== null && (at.shadowRoot.textContent.includes(${JSON.stringify(text)}) || shows(at.shadowRoot)),
    );
  const look = () => {
    if (shows(document)) globalThis.usableAt = performance.now();
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})()`;

/** How long a view took, milliseconds from the navigation's start, and what it asked for. */
export interface FirstView {
  readonly usable: number;
  readonly requests: readonly string[];
  readonly faults: readonly string[];
}

/** Opens the console in a fresh browser context, with nothing in any cache, as somebody who is signed in, until the text is shown. */
export const firstView = async (
  browser: Browser,
  url: string,
  token: string,
  text: string,
): Promise<FirstView> => {
  const { page, faults } = await openPage(browser);
  try {
    const requests: string[] = [];
    page.on("request", (request) => requests.push(request.url()));
    await page.addInitScript(
      `sessionStorage.setItem("countersign.token", ${JSON.stringify(token)}); ${watch(text)}`,
    );
    await page.goto(`${url}/console/`);
    await page.getByText(text).waitFor();
    const usable = await page.evaluate<number>("globalThis.usableAt ?? performance.now()");
    return { usable, requests, faults };
  } finally {
    await page.context().close();
  }
};
