import {
  type Certificate,
  HOLD_CAUSES,
  type HoldCause,
  REVOCATION_REASONS,
  type RevocationReason,
} from "../domain/certificate.ts";
import { advance } from "../domain/deployment-machine.ts";
import {
  activated,
  type Device,
  endedAs,
  endsAs,
  hostStatusOf,
  isBarred,
  isEnrolled,
  liveStatusOf,
  withHostStatus,
} from "../domain/device.ts";
import type { LedgerEvent, SealedEntry } from "../domain/events.ts";
import { CountersignError } from "../errors.ts";
import { parseCertificate } from "../pki/certificate.ts";
import { verifyIssued } from "../pki/chain.ts";
import { sha256Fingerprint } from "../pki/fingerprint.ts";
import type { TenantStore } from "../ports/stores.ts";
import { planIssued, rulesFor } from "../services/deployments/deployment-steps.ts";
import type { RestoredRows } from "../store/restored-rows.ts";

/** An entry of a ledger tail that is entered again. */
export interface Replay {
  readonly store: TenantStore;
  readonly rows: RestoredRows;
  readonly entry: SealedEntry;
  /** DER. */
  readonly certificate: Uint8Array | undefined;
}

/** `done`: it changed something; `known`: it was so already; `lost`: what the entry is about is not in the backup, and cannot be made. */
export type ReplayOutcome = "done" | "known" | "lost";
type Replayer = (replay: Replay) => Promise<ReplayOutcome>;

/** Does again what an entry tells of, for the kinds that must not be lost; undefined for a kind that cannot be done again. */
export const replayerOf = (event: LedgerEvent): Replayer | undefined => REPLAYERS[event];

const insertIssued: Replayer = async ({ store, rows, entry, certificate }) => {
  const { subjectId: id } = entry;
  if (id === undefined) return "lost";
  const known = await store.certificates.get(id);
  if (known !== undefined && known.status !== "reserved") return "known";
  if (certificate === undefined) return "lost";
  const row = await rowOf(store, id, entry, certificate);
  if (row === undefined) return "lost";
  await rows.removeReserved(store.tenant, id);
  await store.certificates.insert(row, certificate);
  await moveDeployment(store, row, entry.at);
  return "done";
};

/** The step that its certificate made, and when it is due to be renewed. */
const moveDeployment = async (
  store: TenantStore,
  { id, deviceId, templateId, notAfter }: Certificate,
  at: Date,
): Promise<void> => {
  if (deviceId === undefined || templateId === undefined) return;
  const deployment = await store.deployments.find(deviceId, templateId);
  if (deployment === undefined) return;
  const issue = { kind: "issue", certificateId: id, endsAt: notAfter } as const;
  const step = advance(deployment, issue, await rulesFor(store, deployment), at);
  if (step === undefined) return;
  await store.deployments.save(step.deployment);
  await planIssued(store, step.deployment, at);
};

/** What became of a certificate that is there by now, or of one that is not. */
const changed = async (
  { store, entry: { subjectId: id } }: Replay,
  change: (id: string) => Promise<unknown>,
): Promise<ReplayOutcome> => {
  if (id === undefined || (await store.certificates.get(id)) === undefined) return "lost";
  return (await change(id)) === false ? "known" : "done";
};

const revoke: Replayer = async (replay) => {
  const { store, entry } = replay;
  const { data } = entry;
  // A wipe may have won over a signature in flight: then this entry is the first to tell of the certificate.
  await insertIssued(replay);
  const said = data["reason"];
  const reason: RevocationReason =
    typeof said === "string" && said in REVOCATION_REASONS
      ? (said as RevocationReason)
      : "unspecified";
  const since = dateOf(data["invalidityDate"]);
  const { certificates } = store;
  return changed(replay, async (id) => {
    // It was suspended while it was signed.
    if (reason === "certificateHold")
      return certificates.hold(id, entry.at, causeOf(data), undefined);
    if (await certificates.revoke(id, entry.at, reason, since)) return true;
    return since !== undefined && certificates.predate(id, entry.at, since, reason);
  });
};

const suspend: Replayer = (replay) =>
  changed(replay, (id) => {
    const { at, data } = replay.entry;
    return replay.store.certificates.hold(id, at, causeOf(data), dateOf(data["until"]));
  });

const release: Replayer = (replay) =>
  changed(replay, (id) => {
    const { at, data } = replay.entry;
    return replay.store.certificates.release(id, at, causeOf(data));
  });

const causeOf = (data: SealedEntry["data"]): HoldCause =>
  HOLD_CAUSES.find((cause) => cause === data["cause"]) ?? "admin";

const dateOf = (value: unknown): Date | undefined =>
  typeof value === "string" ? new Date(value) : undefined;

/** Gives a device the status that an entry tells of; the same device where it has it. */
const turnDevice =
  (turned: (device: Device) => Device): Replayer =>
  async ({ store, entry }) => {
    const device = await store.devices.get(entry.subjectId ?? "");
    if (device === undefined) return "lost";
    const after = turned(device);
    if (after === device) return "known";
    await store.devices.save({ ...after, updatedAt: entry.at });
    return "done";
  };

const endDevice =
  (status: "wiped" | "unenrolled" | "decommissioned" | "compromised"): Replayer =>
  async ({ store, entry }) => {
    const device = await store.devices.get(entry.subjectId ?? "");
    if (device === undefined) return "lost";
    if (!endsAs(device, status)) return "known";
    await store.devices.save({ ...endedAs(device, status), updatedAt: entry.at });
    const { items } = await store.deployments.list({ deviceId: device.id }, { limit: 500 });
    for (const deployment of items)
      await store.deployments.save({
        ...deployment,
        state: "removed",
        nextActionAt: undefined,
        updatedAt: entry.at,
      });
    return "done";
  };

const removeDeployment: Replayer = async ({ store, entry }) => {
  const deployment = await store.deployments.get(entry.subjectId ?? "");
  // One that was made and removed after the backup leaves nothing to do.
  if (deployment === undefined || deployment.state === "removed") return "known";
  await store.deployments.save({
    ...deployment,
    state: "removed",
    nextActionAt: undefined,
    updatedAt: entry.at,
  });
  return "done";
};

const markUser = async (
  store: TenantStore,
  deviceId = "",
  userDisabledAt: Date | undefined,
): Promise<ReplayOutcome> => {
  const device = await store.devices.get(deviceId);
  if (device === undefined) return "lost";
  await store.devices.save({ ...device, userDisabledAt });
  return "done";
};

const outcomeOf = (changed: boolean): ReplayOutcome => (changed ? "done" : "known");

const REPLAYERS: Readonly<Partial<Record<LedgerEvent, Replayer>>> = {
  "certificate.issued": insertIssued,
  "certificate.revoked": revoke,
  "device.wiped": endDevice("wiped"),
  "certificate.suspended": suspend,
  "certificate.released": release,
  "device.unenrolled": endDevice("unenrolled"),
  "device.decommissioned": endDevice("decommissioned"),
  "device.compromised": endDevice("compromised"),
  "device.lost": turnDevice((device) =>
    hostStatusOf(device) === liveStatusOf(device) ? withHostStatus(device, "lost") : device,
  ),
  "device.found": turnDevice((device) =>
    isBarred(device) ? withHostStatus(device, liveStatusOf(device)) : device,
  ),
  "device.deactivated": turnDevice((device) =>
    isEnrolled(device) ? { ...device, status: "deactivated" } : device,
  ),
  "device.activated": turnDevice((device) =>
    device.status === "deactivated" ? activated(device) : device,
  ),
  "device.user-disabled": ({ store, entry }) => markUser(store, entry.subjectId, entry.at),
  "device.user-enabled": ({ store, entry }) => markUser(store, entry.subjectId, undefined),
  "user.disabled": async ({ store, entry: { data, at } }) =>
    outcomeOf(
      await store.disabledUsers.add(textOf(data["host"]) ?? "", textOf(data["user"]) ?? "", at),
    ),
  "user.enabled": async ({ store, entry: { data } }) =>
    outcomeOf(await store.disabledUsers.remove(textOf(data["host"]) ?? "", textsOf(data["names"]))),
  "deployment.removed": removeDeployment,
};

/**
 * Undefined for a certificate that no authority of the backup has signed. Throws `ledger_broken` for one that is not the one its entry
 * tells of.
 */
const rowOf = async (
  store: TenantStore,
  id: string,
  { sequence, at, data }: SealedEntry,
  der: Uint8Array,
): Promise<Certificate | undefined> => {
  const authority = await store.authorities.get(textOf(data["authority"]) ?? "");
  if (authority?.certificate === undefined || !verifyIssued(der, authority.certificate))
    return undefined;
  const parsed = parseCertificate(der);
  const fingerprint = sha256Fingerprint(der);
  if (
    parsed.serial !== data["serial"] ||
    (data["fingerprint"] !== undefined && data["fingerprint"] !== fingerprint)
  )
    throw new CountersignError(
      "ledger_broken",
      `the certificate of entry ${sequence} is not the one that was issued`,
    );
  return {
    id,
    authorityId: authority.id,
    role: "subscriber",
    status: "issued",
    serial: parsed.serial,
    subject: textOf(data["subject"]) ?? "",
    sans: parsed.sans,
    notBefore: parsed.notBefore,
    notAfter: parsed.notAfter,
    fingerprintSha256: fingerprint,
    templateId: textOf(data["template"]),
    templateVersion:
      typeof data["templateVersion"] === "number" ? data["templateVersion"] : undefined,
    endpointId: textOf(data["endpoint"]),
    raId: textOf(data["ra"]),
    deviceId: textOf(data["device"]),
    createdAt: at,
    issuedAt: at,
    revokedAt: undefined,
    revocationReason: undefined,
    invalidityDate: undefined,
    hold: undefined,
  };
};

const textsOf = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((text) => typeof text === "string") : [];

const textOf = (value: unknown): string | undefined =>
  typeof value === "string" ? value : undefined;
