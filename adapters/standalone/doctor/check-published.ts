import type { Finding } from "../../../plugin/index.ts";
import type { AdminClient } from "../admin-client.ts";

interface Authority {
  readonly id: string;
}
interface Published {
  readonly check: string;
  readonly url: string;
  readonly level: Finding["level"];
  readonly message: string;
  readonly remedy?: string;
}

/** What anybody gets of every authority and endpoint from their public URLs, compared with what should be there, as the server sees it. */
export const checkPublished = async (api: AdminClient): Promise<readonly Finding[]> => {
  const { items } = (await api.ask("GET", "/authorities")).value as { items: readonly Authority[] };
  const findings: Finding[] = [];
  for (const { id } of items) {
    const path = `/authorities/${encodeURIComponent(id)}/check`;
    const { items: found } = (await api.ask("POST", path)).value as { items: readonly Published[] };
    findings.push(
      ...found.map(({ url, message, ...rest }) => ({ ...rest, message: `${url}: ${message}` })),
    );
  }
  return findings;
};
