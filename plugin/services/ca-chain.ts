import type { Authority } from "../domain/authority.ts";
import type { TenantStore } from "../ports/stores.ts";
import { found } from "./access.ts";

/** An authority and those above it, itself first. */
export const lineOf = async (
  store: TenantStore,
  authority: Authority,
): Promise<readonly Authority[]> => {
  const line = [authority];
  for (let parentId = authority.parentId; parentId !== undefined && line.length < 16;) {
    const parent: Authority = found(await store.authorities.get(parentId), "authority", parentId);
    line.push(parent);
    parentId = parent.parentId;
  }
  return line;
};

/** DER certificates of an authority and those above it, its own first. Throws `not_found` while one is pending. */
export const chainOf = async (
  store: TenantStore,
  authority: Authority,
): Promise<readonly Uint8Array[]> =>
  (await lineOf(store, authority)).map(({ id, certificate }) =>
    found(certificate, "certificate of authority", id),
  );
