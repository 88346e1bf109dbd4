import type { LedgerRow } from "../../api/calls.ts";
import { CODES } from "../../api/words.ts";
import type { Tone } from "../../app/app.ts";
import { words } from "../../ui/format.ts";

const SAID: Readonly<Record<string, readonly [Tone, string]>> = {
  "certificate.issued": ["good", "A certificate was issued"],
  "certificate.revoked": ["bad", "A certificate was revoked"],
  "certificate.suspended": ["warn", "A certificate was suspended"],
  "certificate.released": ["good", "A suspension was lifted"],
  "certificate.failed": ["bad", "A certificate could not be signed"],
  "challenge.minted": ["info", "A challenge was minted"],
  "challenge.burned": ["quiet", "An open challenge was burned"],
  "distribution.drafted": ["quiet", "A draft of a distribution was saved"],
  "distribution.published": ["good", "A distribution was published"],
  "distribution.advanced": ["info", "A distribution went on to its next stage"],
  "distribution.forced": ["warn", "A stage was forced"],
  "distribution.withdrawn": ["warn", "A version was withdrawn from its trial"],
  "distribution.held": ["bad", "Held: too many devices would leave"],
  "distribution.device-failed": ["bad", "A device lacks what its template needs"],
  "device.groups-changed": ["quiet", "Its groups changed"],
  "deployment.created": ["info", "A template was published to it"],
  "deployment.published": ["info", "The profile was handed to the MDM"],
  "deployment.locked": ["bad", "Locked after too many attempts"],
  "deployment.unlocked": ["good", "The lock was lifted"],
  "deployment.removed": ["quiet", "The profile was taken off"],
  "device.enrolled": ["good", "It was enrolled in the MDM"],
  "device.created": ["info", "It became known"],
  "device.wiped": ["bad", "It was wiped"],
  "device.unenrolled": ["quiet", "It left the MDM"],
  "approval.requested": ["warn", "A request waits for approval"],
  "approval.approved": ["good", "A request was approved"],
  "approval.denied": ["bad", "A request was denied"],
};

/** What happened, in plain words. */
export const eventWords = ({
  event,
  data,
}: LedgerRow): { readonly tone: Tone; readonly text: string } => {
  if (event === "certificate.refused") {
    const label = typeof data["label"] === "string" ? data["label"] : "";
    return { tone: "bad", text: `A request was refused: ${CODES[label]?.title ?? label}` };
  }
  const [tone, text] = SAID[event] ?? ["info", words(event.replace(".", " "))];
  return { tone, text };
};
