import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildConsole } from "../browser.ts";
import { type Bidi, connectBidi } from "./bidi.ts";
import { findFirefox } from "./find-firefox.ts";
import { FirefoxPage } from "./firefox-page.ts";

export interface Firefox {
  readonly version: string;
  /** A tab of its own, with everything that goes wrong in it. */
  open(width?: number, height?: number): Promise<FirefoxPage>;
  close(): Promise<void>;
}

/**
 * Debian's Firefox without a window, with an empty profile. It is driven by WebDriver BiDi over Node's own WebSocket: Playwright drives only
 * builds of its own, and the version of puppeteer-core that runs on Node 20 brings advisories nobody mends (docs/dependencies.md).
 * Throws where there is no Firefox: this set is not left out.
 */
export const openFirefox = async ({ dark = false } = {}): Promise<Firefox> => {
  const program = findFirefox();
  if (program === undefined) throw new Error("Firefox is not installed: run npm run test:deps");
  buildConsole();
  const profile = await mkdtemp(join(tmpdir(), "countersign-firefox-"));
  // 0 is dark, 1 is light: what a page hears when it asks for the system's wish.
  const scheme = `user_pref("layout.css.prefers-color-scheme.content-override", ${dark ? 0 : 1});\n`;
  await writeFile(join(profile, "user.js"), scheme);
  const child = spawn(
    program,
    ["--headless", "--no-remote", "--profile", profile, "--remote-debugging-port", "0"],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  // A hook that ran out of time never closes it.
  const kill = (): void => void child.kill("SIGKILL");
  process.once("exit", kill);
  const end = async (): Promise<void> => {
    process.off("exit", kill);
    if (child.exitCode === null && child.signalCode === null) {
      const gone = once(child, "exit");
      kill();
      await gone;
    }
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const bidi = await connectBidi(`${await addressOf(child)}/session`);
    const { capabilities } = await bidi.send("session.new", { capabilities: {} });
    await bidi.send("session.subscribe", { events: ["log.entryAdded"] });
    return {
      version: (capabilities as { readonly browserVersion: string }).browserVersion,
      open: (width = 1280, height = 860) => FirefoxPage.open(bidi, width, height),
      close: () => closeGently(bidi, child).finally(end),
    };
  } catch (failure) {
    await end();
    throw failure;
  }
};

/** Firefox says on standard error where it listens. */
const addressOf = (child: ChildProcess): Promise<string> =>
  new Promise((resolve, reject) => {
    let said = "";
    const fail = (): void => reject(new Error(`Firefox does not start: ${said.slice(-2000)}`));
    child.stderr?.on("data", (chunk: Buffer) => {
      said += chunk.toString("utf8");
      const url = /BiDi listening on (ws:\/\/\S+)/.exec(said)?.[1];
      if (url !== undefined) resolve(url);
    });
    child.once("error", fail);
    child.once("exit", fail);
  });

/** Lets it end by itself, so that no content process outlives it. */
const closeGently = async (bidi: Bidi, child: ChildProcess): Promise<void> => {
  const gone = once(child, "exit");
  await bidi.send("browser.close").catch(() => undefined);
  bidi.close();
  await Promise.race([gone, new Promise((resolve) => setTimeout(resolve, 5000))]);
};
