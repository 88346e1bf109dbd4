import type { Knex } from "knex";
import type { CertificateFilter } from "../ports/certificate-store.ts";
import { toMillis } from "./base/columns.ts";

/** A query of certificates with all of a filter but its words. */
export const narrowed = (
  query: Knex.QueryBuilder,
  filter: CertificateFilter,
): Knex.QueryBuilder => {
  const suspended = filter.status === "suspended";
  const equal = {
    // Literal where a partial index serves it.
    status: LITERAL.has(filter.status) || suspended ? undefined : filter.status,
    role: filter.role,
    authority_id: filter.authorityId,
    template_id: filter.templateId,
    device_id: filter.deviceId,
    endpoint_id: filter.endpointId,
    serial: filter.serial,
  };
  for (const [column, value] of Object.entries(equal))
    if (value !== undefined) query = query.where(column, value);
  if (suspended) query = query.whereRaw("status = 'revoked'").whereNotNull("hold_causes");
  if (LITERAL.has(filter.status)) query = query.whereRaw(`status = '${filter.status ?? ""}'`);
  if (filter.internal === true || (filter.role ?? "subscriber") !== "subscriber")
    query = query.whereRaw("role <> 'subscriber'");
  else if (filter.internal === false) query = query.where("role", "subscriber");
  if (filter.expiresBefore !== undefined)
    query = query.where("not_after", "<", toMillis(filter.expiresBefore));
  if (filter.expiresAfter !== undefined)
    query = query.where("not_after", ">", toMillis(filter.expiresAfter));
  return query;
};

const LITERAL: ReadonlySet<CertificateFilter["status"]> = new Set([
  "reserved",
  "revoked",
  "failed",
]);
