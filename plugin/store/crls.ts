import type { TenantId } from "../domain/tenant.ts";
import type { CrlRecord, CrlStore } from "../ports/stores.ts";
import { fromBlob, fromMillis, toBlob, toMillis, type Millis } from "./base/columns.ts";
import type { Session } from "./base/session.ts";

const LISTS = "countersign_crls";
const STATES = "countersign_crl_states";
/** Digits of the largest CRL number, 20 octets (RFC 5280 section 5.2.3). */
const DIGITS = 49;

interface CrlRow {
  readonly authority_id: string;
  readonly number: string;
  readonly this_update: Millis;
  readonly next_update: Millis;
  readonly der: Uint8Array;
}

/** The latest CRL of each authority of one tenant, and whether it still says all; see `CrlStore`. A new list replaces the one before. */
export class Crls implements CrlStore {
  constructor(
    private readonly session: Session,
    private readonly tenant: TenantId,
  ) {}

  async latest(authorityId: string): Promise<CrlRecord | undefined> {
    const [row] = await this.session.read(
      (db) => db(LISTS).where(this.#of(authorityId)) as PromiseLike<CrlRow[]>,
    );
    return row === undefined
      ? undefined
      : {
          authorityId: row.authority_id,
          number: BigInt(row.number),
          thisUpdate: fromMillis(row.this_update),
          nextUpdate: fromMillis(row.next_update),
          der: fromBlob(row.der),
        };
  }

  insert(crl: CrlRecord): Promise<boolean> {
    const owner = this.#of(crl.authorityId);
    const number = String(crl.number).padStart(DIGITS, "0");
    return this.session.write(async (db) => {
      // The number is taken by one conditional update, so that of two nodes only one can.
      await db(STATES).insert(owner).onConflict(["tenant", "authority_id"]).ignore();
      const taken = await db(STATES).where(owner).where("number", "<", number).update({ number });
      if (taken === 0) return false;
      await db(LISTS)
        .insert({
          ...owner,
          number,
          this_update: toMillis(crl.thisUpdate),
          next_update: toMillis(crl.nextUpdate),
          der: toBlob(crl.der),
        })
        .onConflict(["tenant", "authority_id"])
        .merge();
      return true;
    });
  }

  async markDirty(authorityId: string): Promise<void> {
    await this.session.write((db) =>
      db.raw(
        `insert into ${STATES} (tenant, authority_id, dirty) values (?, ?, 1)
         on conflict (tenant, authority_id) do update set dirty = ${STATES}.dirty + 1`,
        [this.tenant, authorityId],
      ),
    );
  }

  async revisions(
    authorityId: string,
  ): Promise<{ readonly dirty: number; readonly published: number }> {
    const [row] = await this.session.read(
      (db) =>
        db(STATES).where(this.#of(authorityId)).select("dirty", "published") as PromiseLike<
          { readonly dirty: Millis; readonly published: Millis }[]
        >,
    );
    return { dirty: Number(row?.dirty ?? 0), published: Number(row?.published ?? 0) };
  }

  async markPublished(authorityId: string, dirty: number): Promise<void> {
    await this.session.write((db) =>
      db(STATES)
        .where(this.#of(authorityId))
        .where("published", "<", dirty)
        .update({ published: dirty }),
    );
  }

  #of(authorityId: string): { readonly tenant: TenantId; readonly authority_id: string } {
    return { tenant: this.tenant, authority_id: authorityId };
  }
}
