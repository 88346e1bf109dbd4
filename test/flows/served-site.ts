import type { Api } from "./api.ts";
import { type Served, serve } from "./served.ts";
import { makeSite, type SiteIds } from "./site.ts";

/** An installation that is served, its Owner's API, and a site in it. */
export interface ServedSite {
  readonly served: Served;
  readonly api: Api;
  readonly site: SiteIds;
}

export const serveSite = async (): Promise<ServedSite> => {
  const served = await serve();
  const api = await served.api();
  return { served, api, site: await makeSite(api) };
};
