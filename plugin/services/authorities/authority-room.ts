import { type Authority, statusAt } from "../../domain/authority.ts";
import { capReached } from "../../domain/cap-reached.ts";
import type { TenantStore } from "../../ports/stores.ts";

/** How long one that was deleted goes on holding its place, so that deleting and making anew is no way around a cap. */
const HELD = 24 * 3_600_000;

/** How many authorities with a key here are active, or hold a place: those that wait for their certificate (O-02), those deleted of late. */
export const activeAuthorities = (authorities: readonly Authority[], now: Date): number =>
  authorities.filter((authority) => {
    if (authority.kind === "external" || authority.kind === "outside") return false;
    const status = statusAt(authority, now);
    if (status !== "deleted") return status === "active" || status === "pending";
    return (
      authority.deletedAt !== undefined && now.getTime() - authority.deletedAt.getTime() < HELD
    );
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
