import type { Authority } from "../../domain/authority.ts";
import type { Certificate } from "../../domain/certificate.ts";
import type { Challenge } from "../../domain/challenge.ts";
import { DEPLOYMENT_REASONS, type DeploymentReason } from "../../domain/deployment.ts";
import { REASONS } from "../../domain/deployment-states.ts";
import type { LedgerRow } from "../../domain/events.ts";
import type { HostEventRecord } from "../../domain/host-event.ts";
import { type ErrorCode, ERRORS } from "../../errors.ts";

/** Who said it: the host, a deployment's own life, a challenge, a SCEP request, a certificate, or somebody who decided. */
export type TimelineSource =
  "host" | "deployment" | "challenge" | "scep" | "certificate" | "device" | "approval";

/** One line of a device's timeline. Nothing in it is a secret. */
export interface TimelineEntry {
  readonly at: Date;
  readonly source: TimelineSource;
  /** Name of the host event or of the ledger event. */
  readonly event: string;
  /** One sentence. */
  readonly summary: string;
  /** Error code or reason of what failed. */
  readonly code?: string | undefined;
  /** One plain step for an admin, wherever something failed or is left to be done. */
  readonly nextStep?: string | undefined;
  readonly templateId?: string | undefined;
  readonly deploymentId?: string | undefined;
  readonly certificateId?: string | undefined;
  readonly serial?: string | undefined;
  readonly commandId?: string | undefined;
  readonly transactionId?: string | undefined;
  readonly principal?: string | undefined;
}

/** The next step for a refused request: of its error code, or for an envelope that did not open. */
export const nextStepOfLabel = (label: string): string =>
  label in ERRORS
    ? ERRORS[label as ErrorCode].nextStep
    : "Send the profile again; if it happens again, the device encrypts to an RA certificate that is not this endpoint's.";

/** What a host reported. */
export const ofHostEvent = (record: HostEventRecord): TimelineEntry => {
  const { code, outcome, kind, detail } = record;
  const ends =
    outcome === "done"
      ? ""
      : outcome === "stale"
        ? `: it came late, ${detail ?? "something newer is known"}`
        : outcome === "refused"
          ? `: refused, ${detail ?? code ?? "for no reason given"}`
          : ": being worked on";
  return {
    at: record.at,
    source: "host",
    event: kind,
    summary: `Host ${record.hostId} reported ${kind}${ends}`,
    ...(code === undefined ? {} : { code, nextStep: nextStepOfLabel(code) }),
  };
};

/** A challenge that was minted. */
export const ofChallenge = (challenge: Challenge): TimelineEntry => ({
  at: challenge.createdAt,
  source: "challenge",
  event: "challenge.minted",
  summary: `Challenge minted at ${challenge.endpointId}, good until ${challenge.expiresAt.toISOString()}; now ${challenge.state}${challenge.failures > 0 ? `, ${challenge.failures} refused tries` : ""}`,
  templateId: challenge.templateId,
  certificateId: challenge.certificateId,
});

/** A certificate of an outside authority that no longer counts here, and is revoked there by hand. */
export const toRevokeOutside = (
  { id, serial, revokedAt, revocationReason, templateId, notAfter }: Certificate,
  { name, outside }: Authority,
): TimelineEntry | undefined =>
  revokedAt === undefined || outside === undefined
    ? undefined
    : {
        at: revokedAt,
        source: "certificate",
        event: "certificate.revoke-outside",
        summary: `Serial ${serial} was issued by ${name} and is revoked here only (${revocationReason ?? "unspecified"}); it ends ${notAfter.toISOString()}`,
        nextStep: `Revoke serial ${serial} at ${name} (${outside.url}): its revocation list is not made here.`,
        ...{ certificateId: id, serial, templateId },
      };

/** A row of the ledger; undefined for what another source tells better. */
export const ofLedger = (row: LedgerRow): TimelineEntry | undefined => {
  const say = SENTENCES[row.event];
  if (say === undefined) return undefined;
  const { data } = row;
  const reason = asReason(data["reason"]);
  const label = textOf(data["label"]);
  const refused = row.event === "certificate.refused" && label !== undefined;
  return {
    at: row.at,
    source: sourceOf(row),
    event: row.event,
    summary: say(data),
    code: refused ? label : reason,
    nextStep: refused
      ? nextStepOfLabel(label)
      : ((reason && REASONS[reason]) ?? NEXT_STEPS[row.event]),
    templateId: textOf(data["template"]),
    deploymentId: row.event.startsWith("deployment.") ? row.subjectId : textOf(data["deployment"]),
    certificateId: row.event.startsWith("certificate.") && !refused ? row.subjectId : undefined,
    serial: textOf(data["serial"]),
    commandId: textOf(data["command"]),
    transactionId: textOf(data["transactionId"]),
    principal: row.principal,
  };
};

type Data = LedgerRow["data"];

const textOf = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;
const after = (lead: string, value: unknown): string =>
  textOf(value) === undefined ? "" : `${lead}${textOf(value) ?? ""}`;

const isoOf = (value: unknown): string | undefined =>
  value instanceof Date ? value.toISOString() : textOf(value);

const moved = (data: Data): string =>
  `Deployment of ${textOf(data["template"]) ?? "a template"}: ${textOf(data["from"]) ?? "new"} to ${textOf(data["to"]) ?? "?"}${after(", because ", data["reason"])}${after(": ", data["detail"])}${after(" (", data["why"])}${textOf(data["why"]) === undefined ? "" : ")"}`;

const isMadeHere = (data: Data): boolean => textOf(data["pkcs12"]) !== undefined;

/** Why a certificate is revoked whose key was made here. */
const LOST: Readonly<Record<string, string>> = {
  "never-seen": ", since its key was handed over, never seen on the device, and replaced a day ago",
  "not-handed-over": ", since its key was made and could not be handed over",
};

/** Only what stands here is told: a new kind of row is not shown before somebody has thought of what it may hold. */
const SENTENCES: Partial<Record<LedgerRow["event"], (data: Data) => string>> = {
  "device.created": () => "The device became known",
  "device.changed": () => "The host told new attributes of the device",
  "device.enrolled": () => "The device is back in the host's care",
  "device.wiped": (data) => `The device was wiped; ${String(data["revoked"])} certificates revoked`,
  "device.unenrolled": (data) =>
    `The device left the host; ${String(data["revoked"])} certificates revoked`,
  "device.deactivated": () => "The device was deactivated: nothing is issued to it",
  "device.activated": () => "The device was activated again",
  "device.decommissioned": (data) =>
    `The device was decommissioned; ${String(data["revoked"])} certificates revoked`,
  "device.compromised": (data) =>
    `The device's keys are in other hands; ${String(data["revoked"])} certificates revoked`,
  "device.lost": (data) =>
    `The device was lost; ${String(data["held"])} certificates suspended, ${String(data["revoked"])} revoked`,
  "device.found": (data) =>
    `The device was found; ${String(data["released"])} certificates are good again`,
  "device.user-disabled": () => "The device's user was disabled: nothing is issued to it",
  "device.user-enabled": () => "The device's user was let in again",
  "device.wipe-requested": (data) =>
    `The host was asked to wipe the device${after(": ", data["because"])}`,
  "device.wipe-refused": (data) =>
    `The host does not wipe the device${after(": ", data["detail"])}`,
  "deployment.created": (data) =>
    `Template ${textOf(data["template"]) ?? ""} is wanted on the device`,
  "deployment.published": moved,
  "deployment.changed": moved,
  "deployment.locked": moved,
  "deployment.unlocked": moved,
  "deployment.removed": moved,
  "challenge.burned": () => "Open challenges were made void",
  "approval.requested": (data) =>
    `The request of ${textOf(data["subject"]) ?? "the device"} waits for approval`,
  "approval.approved": () => "The request was approved",
  "approval.denied": (data) => `The request was denied${after(": ", data["reason"])}`,
  "certificate.issued": (data) =>
    `Certificate ${textOf(data["serial"]) ?? ""} issued to ${textOf(data["subject"]) ?? ""}${isMadeHere(data) ? `; its ${textOf(data["key"]) ?? ""} key was made here and handed over with it, and is not kept` : ""}`,
  "certificate.found": (data) =>
    `Certificate ${textOf(data["serial"]) ?? ""} of ${textOf(data["authority"]) ?? "an outside authority"} was seen on the device`,
  "certificate.refused": (data) =>
    `${textOf(data["deployment"]) === undefined ? "Request refused" : "No key was made"}${after(": ", data["detail"])}${typeof data["folded"] === "number" ? ` (${data["folded"]} more)` : ""}`,
  "certificate.revoked": (data) =>
    data["already"] === true
      ? `Certificate ${textOf(data["serial"]) ?? ""} was not to be trusted even since ${isoOf(data["invalidityDate"]) ?? "earlier"}${after(": ", data["reason"])}`
      : `Certificate ${textOf(data["serial"]) ?? ""} revoked${after(": ", data["reason"])}${after(", not to be trusted since ", isoOf(data["invalidityDate"]))}${LOST[textOf(data["because"]) ?? ""] ?? ""}`,
  "certificate.failed": () => "A certificate could not be signed",
  "certificate.suspended": (data) => `Certificate ${textOf(data["serial"]) ?? ""} suspended`,
  "certificate.released": (data) => `Certificate ${textOf(data["serial"]) ?? ""} is good again`,
};

/** What is to be done where neither an error code nor a deployment's reason says it. */
const NEXT_STEPS: Partial<Record<LedgerRow["event"], string>> = {
  "device.deactivated": "Activate it when it may have certificates again.",
  "device.decommissioned": "Nothing: that is for good.",
  "device.compromised": "Wipe it, and report it as found once it is clean.",
  "device.lost": "Report it as found when it is back, or wipe it.",
  "device.user-disabled": "Enable the user at the MDM when they may come back.",
  "device.wipe-refused": "Wipe it in the MDM's own console.",
  "certificate.failed": "See whether the CA's key store answers; the device asks again by itself.",
  "certificate.suspended": "Release it, or report the device as found, when it may be used again.",
  "approval.denied": REASONS["approval-denied"],
};

const sourceOf = ({ event, data }: LedgerRow): TimelineSource => {
  const overScep = textOf(data["deployment"]) === undefined;
  if (overScep && (event === "certificate.refused" || event === "certificate.issued"))
    return "scep";
  const [first = ""] = event.split(".");
  return SOURCES[first] ?? "device";
};
const SOURCES: Readonly<Record<string, TimelineSource>> = {
  deployment: "deployment",
  challenge: "challenge",
  certificate: "certificate",
  approval: "approval",
};

const asReason = (value: unknown): DeploymentReason | undefined =>
  DEPLOYMENT_REASONS.find((reason) => reason === value);
