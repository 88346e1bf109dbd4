import { type Authority, statusAt } from "../domain/authority.ts";
import { capReached } from "../domain/cap-reached.ts";
import type { TenantStore } from "../ports/stores.ts";

/** How many authorities with a key here are active, or hold a place because they wait for their certificate (O-02). */
export const activeAuthorities = (authorities: readonly Authority[], now: Date): number =>
  authorities.filter((authority) => {
    if (authority.kind === "external" || authority.kind === "outside") return false;
    const status = statusAt(authority, now);
    return status === "active" || status === "pending";
  }).length;

/** Throws `cap_reached` unless the tenant may have so many authorities more. Certain inside `run` only. */
export const requireAuthorityRoom = async (
  store: Pick<TenantStore, "authorities" | "caps">,
  now: Date,
  more = 1,
): Promise<void> => {
  const cap = (await store.caps.list()).find(({ subject }) => subject === "authorities");
  if (cap !== undefined && activeAuthorities(await store.authorities.list(), now) + more > cap.most)
    throw capReached("authorities", cap.most);
};
