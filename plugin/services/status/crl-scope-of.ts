import type { Certificate } from "../../domain/certificate.ts";
import { type CrlScope, shardOf } from "../../domain/crl-scope.ts";
import type { TenantStore } from "../../ports/stores.ts";

/** The list that names a certificate when it is revoked; that of shard 0 for an authority that is not there. */
export const scopeOf = async (
  store: TenantStore,
  { authorityId, serial }: Pick<Certificate, "authorityId" | "serial">,
): Promise<CrlScope> => {
  const authority = await store.authorities.get(authorityId);
  return { authorityId, shard: shardOf(serial, authority?.crlShards ?? 1) };
};
