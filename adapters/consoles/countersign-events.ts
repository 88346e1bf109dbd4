import {
  attemptLimit,
  DEFAULT_REVOCATION,
  FINAL_EVENTS,
  type FormPart,
  REVOCATION_REASONS,
  revocationRule,
  type RevokingEvent,
  type TemplateModel,
} from "../../plugin/sdk.ts";
import { choicesOf, ownInput } from "./fields.ts";

const CHALLENGE = { section: "Challenge" };
const EVENTS = { section: "When a device goes" };

/** How long a lock lasts, for forms whose console has no field for it. */
export const lockField = ownInput.integer(
  "attemptLock",
  "Minutes that a lock lasts",
  "Then it lapses by itself; it can be lifted by hand before.",
  { minimum: 1, maximum: 43_200, default: 60, required: true },
);

/** Whether a wipe follows, for forms whose console leaves it open. */
export const wipeField = ownInput.yesNo(
  "attemptWipe",
  "Ask the MDM to wipe the device at the last failed attempt",
  "It is wiped when the MDM does so and says so, not before; needs a limit of attempts.",
  { default: false },
);

/** Attempt limits in full. */
export const attempts = attemptLimit({
  limit: ownInput.integer(
    "attemptLimit",
    "Failed attempts",
    "After so many the device is locked for a time; empty: any number.",
    { ...CHALLENGE, minimum: 1, maximum: 100 },
  ),
  interval: ownInput.integer(
    "attemptInterval",
    "Minutes between attempts",
    "Before that a further try does not count.",
    { ...CHALLENGE, minimum: 0, maximum: 1440 },
  ),
  lock: { ...lockField, ...CHALLENGE },
  wipe: { ...wipeField, ...CHALLENGE },
});

const REASONS = Object.keys(REVOCATION_REASONS).filter((reason) => reason !== "certificateHold");
const SUSPENDED = ["certificateHold", "Suspended until it is found or let in again"] as const;
const KEPT = ["keep", "Nothing happens to it"] as const;

const rule = (event: RevokingEvent, label: string, help: string): FormPart<TemplateModel> => {
  const words = REASONS.map((reason) => [reason, `Revoked: ${reason}`] as const);
  return revocationRule(
    ownInput.choice(`on-${event}`, label, help, {
      ...EVENTS,
      required: true,
      default: DEFAULT_REVOCATION[event],
      choices: choicesOf(...(FINAL_EVENTS.includes(event) ? words : [SUSPENDED, ...words, KEPT])),
    }),
    event,
  );
};

/** What each event does to the certificates of a device (L-08). */
export const deviceEvents: readonly FormPart<TemplateModel>[] = [
  rule("wiped", "Certificate of a wiped device", "It is revoked in any case; the reason is yours."),
  rule("unenrolled", "Certificate of an unenrolled device", "It is revoked in any case."),
  rule("compromised", "Certificate of a compromised device", "It is revoked in any case."),
  rule("lost", "Certificate of a lost device", "A suspended one is good again once it is found."),
  rule(
    "userDisabled",
    "Certificate of a disabled user",
    "On all devices of the user; a suspended one is good again once the user is let in.",
  ),
];
