import { CountersignError } from "../../errors.ts";
import type { TenantId } from "../../domain/tenant.ts";
import type { RefusedBecause, Reservation, ReserveResult } from "../../ports/enrolment-store.ts";
import { toMillis } from "../base/columns.ts";
import { toJson } from "../base/json.ts";
import type { Statements } from "../statements.ts";
import { giveBack } from "./abandon.ts";
import { refuseBeyondCaps } from "./caps.ts";
import { refuseReusedCiphertexts } from "./ciphertexts.ts";
import { answerKnownKeys } from "./known-keys.ts";
import { refuseBeyondLimits } from "./limits.ts";
import { liveDevices } from "./live-devices.ts";
import type { Entry } from "./entry.ts";
import { inChunks, inOrder, ownedKey, values, type Owned } from "./sql.ts";

/**
 * Reserves a batch, each row judged for itself; answers in the order of `rows`. The order of the steps is part of the contract: a
 * repeated request gets its certificate although its challenge is spent, and a refused one leaves nothing behind but the memory of its
 * ciphertext. A row whose certificate id or serial is taken gets `conflict`.
 */
export const reserveAll = async (
  sql: Statements,
  rows: readonly Owned<Reservation>[],
): Promise<(ReserveResult | CountersignError)[]> => {
  const entries = rows.map((row): Entry => ({
    ...row,
    result: undefined,
    holdsKey: false,
    holdsChallenge: false,
  }));
  await refuseReusedCiphertexts(sql, entries);
  const { first, repeated } = byKey(entries.filter(isOpen));
  await answerKnownKeys(sql, first);
  await refuseDeadDevices(sql, first.filter(isOpen));
  await takeChallenges(sql, first.filter(isOpen));
  await refuseDuplicates(sql, first.filter(isOpen));
  await refuseBeyondCaps(sql, first.filter(isOpen));
  await refuseBeyondLimits(sql, first.filter(isAttempt));
  await insertRows(sql, first.filter(isOpen));
  await undo(sql, first);
  for (const [entry, leader] of repeated)
    entry.result = isReserved(leader) ? { status: "in-progress" } : leader.result;
  return entries.map(
    ({ result }) => result ?? new CountersignError("internal", "a reservation was not judged"),
  );
};

const isOpen = (entry: Entry): boolean => entry.result === undefined;
const isReserved = ({ result }: Entry): boolean =>
  result !== undefined && "status" in result && result.status === "reserved";
/** What a device cannot help. */
const NO_TRY = new Set<RefusedBecause>(["device", "user", "cap-authority", "cap-tenant"]);
/** What counts as a try of its device: all that is neither a repetition nor refused for what it cannot help. */
const isAttempt = ({ result }: Entry): boolean =>
  result === undefined ||
  ("status" in result && result.status === "refused" && !NO_TRY.has(result.because));
const refuse = (entry: Entry, because: RefusedBecause): void => {
  entry.result = { status: "refused", because };
};

/** The first entry of each idempotence key, and the others with the first of their key. */
const byKey = (
  entries: readonly Entry[],
): { readonly first: Entry[]; readonly repeated: [Entry, Entry][] } => {
  const leaders = new Map<string, Entry>();
  const repeated: [Entry, Entry][] = [];
  for (const entry of entries) {
    const key = ownedKey(entry.tenant, entry.item.idempotencyKey);
    const leader = leaders.get(key);
    if (leader === undefined) leaders.set(key, entry);
    else repeated.push([entry, leader]);
  }
  return { first: [...leaders.values()], repeated };
};

const refuseDeadDevices = async (sql: Statements, entries: readonly Entry[]): Promise<void> => {
  // Where only one is wanted, no two nodes may count at once; the others do not get in each other's way.
  for (const onlyOne of [true, false]) {
    const some = entries.filter(({ item }) => item.onlyOne === onlyOne);
    const live = await liveDevices(
      sql,
      some.map(({ tenant, item }) => ({ tenant, deviceId: item.deviceId })),
      onlyOne ? sql.forUpdate : sql.forShare,
    );
    for (const entry of some) {
      const found = live.get(ownedKey(entry.tenant, entry.item.deviceId));
      if (found !== "live") refuse(entry, found === undefined ? "device" : "user");
    }
  }
};

const takeChallenges = async (sql: Statements, entries: readonly Entry[]): Promise<void> => {
  const given = entries.flatMap((entry) =>
    entry.item.challengeId === undefined ? [] : [{ entry, challengeId: entry.item.challengeId }],
  );
  const asking = inOrder(given, ({ entry, challengeId }) => ownedKey(entry.tenant, challengeId));
  const rows = await inChunks(asking, (chunk) =>
    sql.all<{ readonly tenant: TenantId; readonly certificate_id: string }>(
      `with wanted(w_tenant, w_id, w_certificate, w_now, w_most) as (${values("tttii", chunk.length)})
       update countersign_challenges set state = 'reserved', certificate_id = w_certificate from wanted
       where tenant = w_tenant and id = w_id and state = 'open' and expires_at > w_now and failures < w_most
       returning tenant, certificate_id`,
      chunk.flatMap(({ entry, challengeId }) => [
        entry.tenant,
        challengeId,
        entry.item.id,
        toMillis(entry.item.now),
        entry.item.limits.perChallenge,
      ]),
    ),
  );
  const won = new Set(rows.map((row) => ownedKey(row.tenant, row.certificate_id)));
  for (const { entry } of asking)
    entry.holdsChallenge = won.has(ownedKey(entry.tenant, entry.item.id));
  const lost = asking.filter(({ entry }) => !entry.holdsChallenge);
  const failures = await failuresOf(sql, lost);
  for (const { entry, challengeId } of lost) {
    const failed = failures.get(ownedKey(entry.tenant, challengeId)) ?? 0;
    refuse(entry, failed < entry.item.limits.perChallenge ? "challenge" : "limit-challenge");
  }
};

const failuresOf = async (
  sql: Statements,
  asking: readonly { readonly entry: Entry; readonly challengeId: string }[],
): Promise<ReadonlyMap<string, number>> => {
  const rows = await inChunks(asking, (chunk) =>
    sql.all<{ readonly tenant: TenantId; readonly id: string; readonly failures: number }>(
      `select tenant, id, failures from countersign_challenges
       where (tenant, id) in (${values("tt", chunk.length)})`,
      chunk.flatMap(({ entry, challengeId }) => [entry.tenant, challengeId]),
    ),
  );
  return new Map(rows.map(({ tenant, id, failures }) => [ownedKey(tenant, id), failures]));
};

/** `onlyOne`: a certificate that is being signed counts while its lease runs, as does one reserved earlier in this batch. */
const refuseDuplicates = async (sql: Statements, entries: readonly Entry[]): Promise<void> => {
  const asking = entries.filter(({ item }) => item.onlyOne);
  const rows = await inChunks(asking, (chunk) =>
    sql.all<{ readonly tenant: TenantId; readonly device: string; readonly template: string }>(
      `with wanted(w_tenant, w_device, w_template, w_now) as (${values("ttti", chunk.length)})
       select distinct w_tenant as tenant, w_device as device, w_template as template
       from wanted join countersign_certificates
         on tenant = w_tenant and device_id = w_device and template_id = w_template
       where (status = 'issued' and not_after > w_now) or (status = 'reserved' and lease_until > w_now)`,
      chunk.flatMap(({ tenant, item }) => [
        tenant,
        item.deviceId,
        item.templateId,
        toMillis(item.now),
      ]),
    ),
  );
  const taken = new Set(rows.map((row) => ownedKey(row.tenant, row.device, row.template)));
  for (const entry of entries) {
    const key = ownedKey(entry.tenant, entry.item.deviceId, entry.item.templateId);
    if (entry.item.onlyOne && taken.has(key)) refuse(entry, "duplicate");
    else taken.add(key);
  }
};

const COLUMNS = [
  "tenant, id, authority_id, role, status, serial, subject, sans, not_before, not_after",
  "template_id, template_version, endpoint_id, device_id, created_at",
  "tbs_digest, lease_until, grace_until, challenge_id, idempotency_key, ra_id",
].join(", ");
const SHAPE = "ttttttttiititti" + "tiittt";

const insertRows = async (sql: Statements, entries: readonly Entry[]): Promise<void> => {
  const rows = await inChunks(entries, (chunk) =>
    sql.all<{ readonly tenant: TenantId; readonly id: string }>(
      `insert into countersign_certificates (${COLUMNS}) ${values(SHAPE, chunk.length)}
       on conflict do nothing returning tenant, id`,
      chunk.flatMap(({ tenant, item }) => [
        tenant,
        item.id,
        item.authorityId,
        "subscriber",
        "reserved",
        item.serial,
        item.subject,
        toJson(item.sans),
        toMillis(item.notBefore),
        toMillis(item.notAfter),
        item.templateId,
        item.templateVersion,
        item.endpointId ?? null,
        item.deviceId,
        toMillis(item.now),
        item.tbsDigest,
        toMillis(item.leaseUntil),
        toMillis(item.graceUntil),
        item.challengeId ?? null,
        item.idempotencyKey,
        item.raId ?? null,
      ]),
    ),
  );
  const inserted = new Set(rows.map((row) => ownedKey(row.tenant, row.id)));
  for (const entry of entries)
    entry.result = inserted.has(ownedKey(entry.tenant, entry.item.id))
      ? { status: "reserved" }
      : new CountersignError("conflict", "the certificate's id or serial is taken");
};

/** What a refused entry took on its way goes back. */
const undo = (sql: Statements, entries: readonly Entry[]): Promise<void> =>
  giveBack(
    sql,
    entries
      .filter((entry) => entry.holdsKey && !isReserved(entry))
      .map(({ tenant, item, holdsChallenge }) => ({
        tenant,
        id: item.id,
        challengeId: holdsChallenge ? (item.challengeId ?? null) : null,
        idempotencyKey: item.idempotencyKey,
      })),
  );
