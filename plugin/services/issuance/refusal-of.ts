import { capOfAuthority, type CapSubject } from "../../domain/cap.ts";
import { capReached } from "../../domain/cap-reached.ts";
import { CountersignError } from "../../errors.ts";
import type { RefusedBecause, Reservation } from "../../ports/enrolment-store.ts";
import type { TenantStore } from "../../ports/stores.ts";

/** The error for a reservation that the store has refused. */
export const refusalOf = async (
  store: TenantStore,
  { deviceId, templateId, endpointId, authorityId, challengeId, limits }: Reservation,
  because: RefusedBecause,
): Promise<CountersignError> => {
  switch (because) {
    case "challenge":
      return new CountersignError(
        "challenge_refused",
        "the challenge was used before or has run out",
      );
    case "ciphertext":
      return new CountersignError(
        "replay_refused",
        "the envelope was seen before with other content",
      );
    case "device":
      return new CountersignError(
        "device_gone",
        `device ${deviceId} is wiped, unenrolled or unknown`,
      );
    case "user":
      return new CountersignError("user_disabled", `the user of device ${deviceId} is disabled`);
    case "duplicate":
      return new CountersignError(
        "policy_refused",
        `device ${deviceId} holds a live certificate of template ${templateId}`,
      );
    case "limit-device":
      return new CountersignError(
        "limit_exceeded",
        `device ${deviceId} made over ${limits.perDevicePerDay} requests in a day`,
      );
    case "limit-endpoint":
      return new CountersignError(
        "limit_exceeded",
        `endpoint ${endpointId ?? ""} issued ${limits.perEndpointPerMinute} certificates in this minute`,
      );
    case "limit-challenge":
      return new CountersignError(
        "limit_exceeded",
        `challenge ${challengeId ?? ""} is locked after ${limits.perChallenge} failed tries`,
      );
    case "cap-authority":
      return capped(store, capOfAuthority(authorityId));
    case "cap-tenant":
      return capped(store, "certificates");
  }
};

const capped = async (store: TenantStore, subject: CapSubject): Promise<CountersignError> => {
  const caps = await store.caps.list();
  return capReached(subject, caps.find((cap) => cap.subject === subject)?.most ?? 0);
};
