import type { Knex } from "knex";
import type { RevocationReason } from "../domain/certificate.ts";
import type { LedgerEntry, SignedHead } from "../domain/events.ts";
import type { TenantId } from "../domain/tenant.ts";
import type { Seal, UnsealedEntry } from "../ports/ledger-chain.ts";
import { orNull, toBlob, toMillis, toMillisOrNull } from "./base/columns.ts";
import { toJson } from "./base/json.ts";
import { entryOf, type UnsealedRow } from "./ledger-chain.ts";

const CHALLENGES = "countersign_challenges";
const LEDGER = "countersign_ledger";
const CHAINS = "countersign_ledger_chains";
const CERTIFICATES = "countersign_certificates";
/** Of the padded CRL number; see `Crls`. */
const DIGITS = 49;
/** SQLite takes no more rows in one insert. */
const AT_ONCE = 200;

/** A challenge that was burned, and what it was for. */
export interface BurnedChallenge {
  readonly tenant: TenantId;
  readonly id: string;
  readonly deviceId: string;
  readonly templateId: string;
}

/** An entry of a CRL whose certificate is not known. */
export interface RevokedSerial {
  readonly id: string;
  readonly authorityId: string;
  readonly serial: string;
  readonly revokedAt: Date;
  readonly reason: RevocationReason;
  readonly invalidityDate: Date | undefined;
  readonly notAfter: Date;
}

/** What no store may do and a restore must, in the transaction of the restore. */
export class RestoredRows {
  constructor(private readonly tx: Knex) {}

  /** Every one-time challenge that could still be used, of all tenants. */
  async burnChallenges(): Promise<readonly BurnedChallenge[]> {
    const burned: {
      readonly tenant: TenantId;
      readonly id: string;
      readonly device_id: string;
      readonly template_id: string;
    }[] = await this.tx(CHALLENGES)
      .whereIn("state", ["open", "reserved"])
      .update({ state: "burned" })
      .returning(["tenant", "id", "device_id", "template_id"]);
    return burned.map(({ tenant, id, device_id, template_id }) => ({
      ...{ tenant, id, deviceId: device_id, templateId: template_id },
    }));
  }

  /** No CRL is signed with `floor` or less from now on, and every list is signed anew at its next fetch. */
  async raiseCrlNumbers(floor: bigint): Promise<void> {
    const number = String(floor).padStart(DIGITS, "0");
    for (const table of ["countersign_crls", "countersign_crl_states"])
      await this.tx(table)
        .where("number", "<>", "")
        .where("number", "<", number)
        .update({ number });
    await this.tx("countersign_crl_states").increment("dirty");
  }

  /** Caps count the active certificates again: what comes after the backup is entered without them. */
  async recountCaps(): Promise<void> {
    await this.tx("countersign_caps").update({ counted_at: 0 });
  }

  /** A certificate that was being signed when the backup was made; true when there was one. */
  async removeReserved(tenant: TenantId, id: string): Promise<boolean> {
    return (await this.tx(CERTIFICATES).where({ tenant, id, status: "reserved" }).delete()) > 0;
  }

  /** A certificate of which only a CRL tells; it stays on the list until `notAfter`. */
  async insertRevokedSerial(tenant: TenantId, entry: RevokedSerial): Promise<void> {
    const at = toMillis(entry.revokedAt);
    await this.tx(CERTIFICATES).insert({
      ...{ tenant, id: entry.id, authority_id: entry.authorityId, serial: entry.serial },
      ...{ role: "subscriber", status: "revoked", subject: "", sans: toJson([]) },
      ...{ not_before: at, not_after: toMillis(entry.notAfter), created_at: at, issued_at: at },
      ...{ revoked_at: at, revocation_reason: entry.reason, status_changed_at: at },
      hold_causes: entry.reason === "certificateHold" ? "admin" : null,
      invalidity_date: toMillisOrNull(entry.invalidityDate),
    });
  }

  /** Ledger rows that have no place in the chain. */
  async unsealed(tenant: TenantId): Promise<readonly UnsealedEntry[]> {
    const rows: UnsealedRow[] = await this.tx(LEDGER)
      .where("tenant", tenant)
      .whereNull("sequence")
      .select("id", "event", "principal", "at", "subject_id", "data");
    return rows.map(entryOf);
  }

  async removeUnsealed(tenant: TenantId, ids: readonly string[]): Promise<void> {
    for (let at = 0; at < ids.length; at += AT_ONCE)
      await this.tx(LEDGER)
        .where("tenant", tenant)
        .whereNull("sequence")
        .whereIn("id", ids.slice(at, at + AT_ONCE).map(Number))
        .delete();
  }

  /** Ledger rows with the places they had. */
  async appendSealed(
    tenant: TenantId,
    entries: readonly (LedgerEntry & Omit<Seal, "id">)[],
  ): Promise<void> {
    for (let at = 0; at < entries.length; at += AT_ONCE)
      await this.tx(LEDGER).insert(
        entries.slice(at, at + AT_ONCE).map((entry) => ({
          tenant,
          event: entry.event,
          principal: entry.principal,
          at: toMillis(entry.at),
          subject_id: orNull(entry.subjectId),
          data: toJson(entry.data),
          sequence: entry.sequence,
          hash: entry.hash,
        })),
      );
  }

  /** The chain ends there now; its end is signed. */
  async endChain({ tenant, sequence, hash, at, signature }: SignedHead): Promise<void> {
    await this.tx(CHAINS)
      .insert({
        ...{ tenant, sequence, hash, holder: "restore", lease_until: 0 },
        signed_sequence: sequence,
        signed_hash: hash,
        signed_at: toMillis(at),
        signature: toBlob(signature),
      })
      .onConflict("tenant")
      .merge();
  }
}
