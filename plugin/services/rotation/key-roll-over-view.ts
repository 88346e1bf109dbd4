import { deadlineOf, type KeyRollOver } from "../../domain/key-roll-over.ts";
import type { TenantStore } from "../../ports/stores.ts";

/** A roll-over as API, CLI and console show it. */
export interface RollOverView extends KeyRollOver {
  /** Until when the present stage should have ended; undefined when it has. */
  readonly deadline: Date | undefined;
  readonly overdue: boolean;
  /** Devices whose newest live certificate is of the old authority, and of its successor. */
  readonly devices: { readonly old: number; readonly new: number };
}

export const rollOverView = async (
  store: TenantStore,
  rollOver: KeyRollOver,
  now: Date,
): Promise<RollOverView> => {
  const deadline = deadlineOf(rollOver);
  const on = (authorityId: string): Promise<number> =>
    store.certificates.devicesOn({ authorityId }, now);
  return {
    ...rollOver,
    deadline,
    overdue: deadline !== undefined && deadline < now,
    devices: { old: await on(rollOver.authorityId), new: await on(rollOver.successorId) },
  };
};
