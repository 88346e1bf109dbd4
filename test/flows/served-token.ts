import type { CountersignConfig } from "../../plugin/config.ts";
import { configIn } from "../support/installation.ts";
import { ownSuite } from "../support/own-suite.ts";
import { freshToken, requireSoftHsm, tokenStore } from "../support/softhsm.ts";
import { type Served, serve } from "./served.ts";

/** For a suite's `before`: an installation with soft keys and, as its second key store, a SoftHSM token of its own; both end with the suite. */
export const serveWithToken = async (
  hook: Mocha.Context,
  changes: Partial<CountersignConfig> = {},
): Promise<Served> => {
  requireSoftHsm(hook);
  const token = await freshToken();
  const ends = [() => token.remove()];
  ownSuite(hook).afterAll("the installation ends", async () => {
    for (const end of ends.toReversed()) await end();
  });
  const keys = [...configIn(token.folder).keys, tokenStore(token)];
  const served = await serve({ keys, ...changes });
  ends.push(() => served.end());
  return served;
};
