import assert from "node:assert/strict";
import type { BrowserContextOptions, Page } from "playwright-core";
import type { CountersignConfig } from "../../plugin/config.ts";
import type { Role } from "../../plugin/domain/principal.ts";
import type { Setup } from "../../plugin/setup.ts";
import type { Api } from "../flows/api.ts";
import { serve, type Served } from "../flows/served.ts";
import { makeSite, type SiteIds, type SiteOptions } from "../flows/site.ts";
import { type Opened, openPage, sharedBrowser, signIn } from "../support/browser.ts";
import { ownSuite } from "../support/own-suite.ts";
import { postgresServer } from "../support/postgres.ts";

/** An installation with its console in a browser. */
export interface Consoled {
  readonly served: Served;
  /** A token of these roles; Owner unless given. */
  token(roles?: readonly Role[], subject?: string): Promise<string>;
  /** A page of its own, where nobody has signed in. */
  page(options?: BrowserContextOptions): Promise<Page>;
  /** The console at a view, signed in. */
  open(view?: string, roles?: readonly Role[], options?: BrowserContextOptions): Promise<Page>;
  /** The Owner's API, a site made by it, and the console at a view. */
  openSite(view: string, options?: SiteOptions): Promise<ConsoledSite>;
  /** Takes out what has gone wrong in its pages: for a test that causes it on purpose. */
  takeFaults(): readonly string[];
}

export interface ConsoledSite {
  readonly api: Api;
  readonly site: SiteIds;
  readonly page: Page;
}

/** Runs a suite on both databases: what a page shows of data must not depend on where it lies. */
export const onBothDatabases = (title: string, suite: (open: typeof openConsole) => void): void => {
  describe(`${title}, on SQLite`, () => {
    suite(openConsole);
  });
  describe(`${title}, on PostgreSQL`, () => {
    suite(async (hook, changes, setup) => {
      hook.timeout(120_000);
      const postgres = await postgresServer(hook);
      const name = await postgres.create();
      const database = { client: "pg", connection: { url: () => postgres.url(name) } } as const;
      const consoled = await openConsole(hook, { ...changes, database }, setup);
      ownSuite(hook).afterAll("its database goes", () => postgres.drop(name));
      return consoled;
    });
  });
};

/** For a suite's `before`: it ends with the suite, and every test of it fails when something went wrong in a page. */
export const openConsole = async (
  hook: Mocha.Context,
  changes: Partial<CountersignConfig> = {},
  setup: Partial<Setup> = {},
): Promise<Consoled> => {
  hook.timeout(60_000);
  const browser = await sharedBrowser(hook);
  const served = await serve(changes, setup);
  const opened: Opened[] = [];
  const takeFaults = () => opened.flatMap(({ faults }) => faults.splice(0));
  const suite = ownSuite(hook);
  suite.afterEach("nothing went wrong in a page", () => {
    assert.deepEqual(takeFaults(), []);
  });
  suite.afterAll("the installation ends", async () => {
    for (const { page } of opened) await page.context().close();
    await served.end();
  });
  const token = (roles: readonly Role[] = ["owner"], subject = "anna@acme.example") =>
    served.countersign.tokens.mint({ subject, tenant: "default", roles, lifetimeSeconds: 86_400 });
  const page: Consoled["page"] = async (options) => {
    const one = await openPage(browser, options);
    opened.push(one);
    return one.page;
  };
  const open: Consoled["open"] = async (view, roles, options) => {
    const one = await page(options);
    await signIn(one, served.url, await token(roles), view);
    return one;
  };
  const openSite: Consoled["openSite"] = async (view, options) => {
    const api = await served.api();
    const site = await makeSite(api, options);
    return { api, site, page: await open(view) };
  };
  return { served, token, page, open, openSite, takeFaults };
};
