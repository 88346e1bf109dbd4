import type { Browser, BrowserContextOptions } from "playwright-core";
import type { CountersignConfig } from "../../plugin/config.ts";
import type { Role } from "../../plugin/domain/principal.ts";
import type { Setup } from "../../plugin/setup.ts";
import { postgresServer } from "../support/postgres.ts";
import { openBrowser, openPage, type Opened, signIn } from "../support/browser.ts";
import { serve, type Served } from "../flows/served.ts";

/** An installation with its console in a browser. */
export interface Consoled {
  readonly served: Served;
  readonly browser: Browser;
  /** A token of these roles; Owner unless given. */
  token(roles?: readonly Role[], subject?: string): Promise<string>;
  /** The console at a view, signed in. */
  open(view?: string, roles?: readonly Role[], options?: BrowserContextOptions): Promise<Opened>;
  end(): Promise<void>;
}

/** Runs a suite on both databases: what a page shows of data must not depend on where it lies. */
export const onBothDatabases = (title: string, suite: (open: typeof openConsole) => void): void => {
  describe(`${title}, on SQLite`, () => {
    suite(openConsole);
  });
  describe(`${title}, on PostgreSQL`, () => {
    suite(async (test, changes, setup) => {
      test.timeout(120_000);
      const postgres = await postgresServer(test);
      const database = await postgres.create();
      const consoled = await openConsole(
        test,
        {
          ...changes,
          database: { client: "pg", connection: { url: () => postgres.url(database) } },
        },
        setup,
      );
      const end = async (): Promise<void> => {
        await consoled.end();
        await postgres.drop(database);
      };
      return { ...consoled, end };
    });
  });
};

export const openConsole = async (
  test: Mocha.Context,
  changes: Partial<CountersignConfig> = {},
  setup: Partial<Setup> = {},
): Promise<Consoled> => {
  test.timeout(60_000);
  const browser = await openBrowser(test);
  const served = await serve(changes, setup).catch(async (failure: unknown) => {
    await browser.close();
    throw failure;
  });
  const token = (roles: readonly Role[] = ["owner"], subject = "anna@acme.example") =>
    served.countersign.tokens.mint({ subject, tenant: "default", roles, lifetimeSeconds: 86_400 });
  return {
    served,
    browser,
    token,
    open: async (view = "", roles, options) => {
      const opened = await openPage(browser, options);
      await signIn(opened.page, served.url, await token(roles), view);
      return opened;
    },
    end: async () => {
      await browser.close();
      await served.end();
    },
  };
};
