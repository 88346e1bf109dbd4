import { CountersignError } from "../errors.ts";
import {
  CHAIN_BEGINNING,
  type ChainEnd,
  type LedgerEntry,
  type LedgerEvent,
  type SignedHead,
} from "../domain/events.ts";
import type { TenantId } from "../domain/tenant.ts";
import type { LedgerChainStore, Seal, SealerLease, UnsealedEntry } from "../ports/ledger-chain.ts";
import {
  fromBlob,
  fromMillis,
  orUndefined,
  toBlob,
  toMillis,
  type Millis,
} from "./base/columns.ts";
import { fromJson } from "./base/json.ts";
import type { Session } from "./base/session.ts";
import { inChunks, values } from "./enrolling/sql.ts";

const CHAINS = "countersign_ledger_chains";

interface ChainRow {
  readonly sequence: number | string;
  readonly hash: string;
  readonly holder: string;
  readonly lease_until: Millis;
  readonly signed_sequence: number | string;
  readonly signed_hash: string | null;
  readonly signed_at: Millis | null;
  readonly signature: Uint8Array | null;
}

/** A row as the sealer reads it. */
export interface UnsealedRow {
  readonly id: number | string;
  readonly event: LedgerEvent;
  readonly principal: string;
  readonly at: Millis;
  readonly subject_id: string | null;
  readonly data: string;
}

/**
 * The chain over one tenant's ledger; see `LedgerChainStore`. What comes next are the rows without a sequence, not those after some id: on
 * PostgreSQL a lower id can commit after a higher one, and a mark that had passed it would skip it for ever. Such a row just gets a later place.
 *
 * The lease only spares nodes each other's work. That there is no fork rests on one conditional UPDATE of the chain's end, in the transaction
 * that gives the rows their places.
 */
export class LedgerChain implements LedgerChainStore {
  constructor(
    private readonly session: Session,
    private readonly tenant: TenantId,
  ) {}

  async open({ holder, now }: SealerLease, limit: number) {
    const chain = await this.#chain();
    if (chain !== undefined && chain.holder !== holder && Number(chain.lease_until) > toMillis(now))
      return undefined;
    const rows = await this.session.read(
      (db) =>
        db("countersign_ledger")
          .where("tenant", this.tenant)
          // Literal, so that the partial index serves it.
          .whereRaw("sequence is null")
          .orderBy("id")
          .limit(limit)
          .select("id", "event", "principal", "at", "subject_id", "data") as PromiseLike<
          UnsealedRow[]
        >,
    );
    return {
      end: chain === undefined ? CHAIN_BEGINNING : endOf(chain),
      entries: rows.map(entryOf),
    };
  }

  async seal(
    { holder, now, until }: SealerLease,
    end: ChainEnd,
    seals: readonly Seal[],
  ): Promise<boolean> {
    const last = seals.at(-1) ?? end;
    const { tenant } = this;
    return this.session.batch(async (sql) => {
      if (end.sequence === 0)
        await sql.all(
          `insert into ${CHAINS} (tenant, sequence, hash, holder, lease_until) ${values("titti", 1)} on conflict do nothing`,
          [tenant, CHAIN_BEGINNING.sequence, CHAIN_BEGINNING.hash, holder, toMillis(until)],
        );
      const moved = await sql.all(
        `update ${CHAINS} set sequence = cast(? as bigint), hash = ?, holder = ?, lease_until = cast(? as bigint)
         where tenant = ? and sequence = cast(? as bigint) and hash = ? and (holder = ? or lease_until <= cast(? as bigint))
         returning tenant`,
        [
          last.sequence,
          last.hash,
          holder,
          toMillis(until),
          tenant,
          end.sequence,
          end.hash,
          holder,
          toMillis(now),
        ],
      );
      if (moved.length === 0) return false;
      const sealed = await inChunks(seals, (chunk) =>
        sql.all(
          `with seals(s_tenant, s_id, s_sequence, s_hash) as (${values("tiit", chunk.length)})
           update countersign_ledger set sequence = s_sequence, hash = s_hash from seals
           where tenant = s_tenant and id = s_id and sequence is null returning id`,
          chunk.flatMap(({ id, sequence, hash }) => [tenant, Number(id), sequence, hash]),
        ),
      );
      if (sealed.length !== seals.length)
        throw new CountersignError("internal", "a ledger row vanished while it was being sealed");
      return true;
    });
  }

  async head() {
    const chain = await this.#chain();
    if (chain === undefined) return undefined;
    return { end: endOf(chain), signed: signedOf(this.tenant, chain) };
  }

  async saveHead({ sequence, hash, at, signature }: SignedHead): Promise<void> {
    await this.session.write((db) =>
      db(CHAINS)
        .where("tenant", this.tenant)
        .where("signed_sequence", "<", sequence)
        .update({
          signed_sequence: sequence,
          signed_hash: hash,
          signed_at: toMillis(at),
          signature: toBlob(signature),
        }),
    );
  }

  async #chain(): Promise<ChainRow | undefined> {
    const [row] = await this.session.read(
      (db) => db(CHAINS).where("tenant", this.tenant) as PromiseLike<ChainRow[]>,
    );
    return row;
  }
}

const endOf = ({ sequence, hash }: ChainRow): ChainEnd => ({ sequence: Number(sequence), hash });

const signedOf = (tenant: TenantId, row: ChainRow): SignedHead | undefined =>
  row.signed_hash === null || row.signed_at === null || row.signature === null
    ? undefined
    : {
        tenant,
        sequence: Number(row.signed_sequence),
        hash: row.signed_hash,
        at: fromMillis(row.signed_at),
        signature: fromBlob(row.signature),
      };

/** What the sealer gives a place to. */
export const entryOf = (row: UnsealedRow): UnsealedEntry => ({
  id: String(row.id),
  event: row.event,
  principal: row.principal,
  at: fromMillis(row.at),
  subjectId: orUndefined(row.subject_id),
  data: fromJson(row.data) as LedgerEntry["data"],
});
