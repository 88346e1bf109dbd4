import type { CrlScope } from "../domain/crl-scope.ts";
import type { CrlKind } from "../ports/crl-store.ts";

/** What a list goes by in the tables: `wifi-ca`, `wifi-ca/3`, and with `+delta` behind it. No authority id has a slash or a plus. */
export const listKey = ({ authorityId, shard }: CrlScope, kind: CrlKind = "complete"): string =>
  `${authorityId}${shard === 0 ? "" : `/${shard}`}${kind === "delta" ? "+delta" : ""}`;

/** The scope of a key. */
export const scopeOfKey = (key: string): CrlScope => {
  const [authorityId = "", shard = "0"] = key.replace(/\+delta$/, "").split("/");
  return { authorityId, shard: Number(shard) };
};
