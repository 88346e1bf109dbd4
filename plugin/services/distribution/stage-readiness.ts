import type { TrialVersion } from "../../domain/distribution.ts";
import type { TenantStore } from "../../ports/stores.ts";

/** Of a staged group, this share must have installed. */
const SHARE = 0.9;

/** Whether a stage has come to its end, and if not, what is missing. */
export interface Readiness {
  readonly ok: boolean;
  readonly why: string;
  readonly devices: number;
  readonly installed: number;
}

/** The test device must have installed; of the staged group, nine of ten. */
export const readinessOf = async (
  store: TenantStore,
  templateId: string,
  { number, stage }: Pick<TrialVersion, "number" | "stage">,
): Promise<Readiness> => {
  const counts = (await store.targets.counts(templateId)).filter(({ trial }) => trial === number);
  const devices = counts.reduce((sum, { count }) => sum + count, 0);
  const installed = counts
    .filter(({ state, deployment }) => state === "sent" && deployment === "installed")
    .reduce((sum, { count }) => sum + count, 0);
  const ok = devices > 0 && installed >= (stage === "test" ? devices : devices * SHARE);
  const why = ok
    ? "ready for the next stage"
    : devices === 0
      ? "nobody takes part yet: wait for the next look, or see whether the devices are live"
      : stage === "test"
        ? "the test device has not installed yet"
        : `${installed} of ${devices} devices of the staged group have installed, nine of ten are needed`;
  return { ok, why, devices, installed };
};
