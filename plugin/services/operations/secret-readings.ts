import { inject } from "tsyringe";
import type { Clock } from "../../ports/ambient.ts";
import type { TenantStore, TokenRecord } from "../../ports/stores.ts";
import { CLOCK } from "../../tokens.ts";
import { type AlertReading, ending } from "./alert-reading.ts";

const DAY = 86_400_000;
/** Milliseconds that a token is good for at least to be somebody's means of work (90 days at most); others end and are minted anew as a matter of course. */
const LASTING = 60 * DAY;
const PAGE = 500;
/** Pages of tokens that are looked at, the newest first. */
const MOST_PAGES = 20;

/** Looks at secrets of ours that have an end (O-05): keys of machine credentials, and API tokens that were minted for long. Reads only. */
export class SecretReadings {
  constructor(@inject(CLOCK) private readonly clock: Clock) {}

  /** Of each machine and each subject what ends last: what was replaced or revoked is nobody's worry. */
  async read(store: TenantStore): Promise<readonly AlertReading[]> {
    const now = this.clock.now();
    const credentials = (await store.credentials.list()).flatMap(({ id, name, active, keys }) => {
      const end = lastOf(keys.map(({ notAfter }) => notAfter));
      return active && end !== undefined
        ? [ending(`credential/${id}`, `The key of the credential ${name}`, end, now)]
        : [];
    });
    const ends = new Map<string, Date[]>();
    for (const { subject, expiresAt } of await lastingTokens(store))
      ends.set(subject, [...(ends.get(subject) ?? []), expiresAt]);
    const tokens = [...ends].map(([subject, all]) =>
      ending(`token/${subject}`, `The API token of ${subject}`, lastOf(all) ?? now, now),
    );
    return [...credentials, ...tokens];
  }
}

const lastOf = (ends: readonly Date[]): Date | undefined =>
  ends.reduce<Date | undefined>(
    (last, end) => (last === undefined || end > last ? end : last),
    undefined,
  );

const lastingTokens = async ({ tokens }: TenantStore): Promise<readonly TokenRecord[]> => {
  const lasting: TokenRecord[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const read = await tokens.list({ limit: PAGE, cursor });
    lasting.push(
      ...read.items.filter(
        ({ createdAt, expiresAt, revokedAt }) =>
          revokedAt === undefined && expiresAt.getTime() - createdAt.getTime() >= LASTING,
      ),
    );
    cursor = read.cursor;
    if (cursor === undefined) break;
  }
  return lasting;
};
