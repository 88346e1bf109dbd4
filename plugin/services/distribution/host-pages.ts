import { CountersignError } from "../../errors.ts";
import type { HostPage } from "../../ports/mdm-host.ts";

/** Pages of one list at most; far above any host's. */
const MOST_PAGES = 100_000;

/**
 * Every page of a list that a host hands over. Throws `conflict` where the host's cursor comes a second time or never ends: whoever reads a
 * list to its end knows that it is whole.
 */
export const pagesOf = async function* <T>(
  what: string,
  read: (cursor: string | undefined) => Promise<HostPage<T>>,
): AsyncGenerator<readonly T[], void, undefined> {
  const seen = new Set<string>();
  let cursor: string | undefined;
  do {
    const page = await read(cursor);
    yield page.items;
    cursor = page.cursor;
    if (cursor === undefined) return;
    if (seen.has(cursor))
      throw new CountersignError(
        "conflict",
        `the host's cursor runs in a circle: it gave page ${cursor.slice(0, 80)} of ${what} twice`,
      );
    seen.add(cursor);
  } while (seen.size < MOST_PAGES);
  throw new CountersignError(
    "conflict",
    `the host's list of ${what} has no end after ${MOST_PAGES} pages`,
  );
};
