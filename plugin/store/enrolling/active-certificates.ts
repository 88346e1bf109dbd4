import type { TenantId } from "../../domain/tenant.ts";
import type { Statements } from "../statements.ts";

/**
 * Counts active certificates up to `upTo`; see `CapStore.active`. A reserved row counts whether or not its lease has run out, since it may
 * still be settled. `now` in milliseconds.
 */
export const activeCertificates = async (
  all: Statements["all"],
  {
    tenant,
    authorityId,
    now,
    upTo,
  }: {
    readonly tenant: TenantId;
    readonly authorityId: string | undefined;
    readonly now: number;
    readonly upTo: number;
  },
): Promise<number> => {
  const [row] = await all<{ readonly active: number | string }>(
    `select count(*) as active from (
       select 1 as one from countersign_certificates
       where tenant = ? and not_after > ? and role = 'subscriber'
         and (status in ('issued', 'reserved') or hold_causes is not null)
         and ${authorityId === undefined ? OF_ALL : "authority_id = ?"}
       limit ?) counted`,
    [tenant, now, authorityId ?? tenant, upTo],
  );
  return Number(row?.active ?? 0);
};

const OF_ALL =
  "authority_id not in (select id from countersign_authorities where tenant = ? and kind = 'outside')";
