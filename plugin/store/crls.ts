import { hash } from "node:crypto";
import type { Knex } from "knex";
import type { CrlScope } from "../domain/crl-scope.ts";
import type { TenantId } from "../domain/tenant.ts";
import { CountersignError } from "../errors.ts";
import type { CrlKind, CrlRecord, CrlRevisions, CrlStore, SignedCrl } from "../ports/crl-store.ts";
import {
  fromBlob,
  fromMillis,
  fromMillisOrNull,
  toBlob,
  toMillis,
  type Millis,
} from "./base/columns.ts";
import type { Session } from "./base/session.ts";
import { listKey } from "./crl-key.ts";

const LISTS = "countersign_crls";
const STATES = "countersign_crl_states";
const PARTS = "countersign_crl_parts";
/** Digits of the largest CRL number, 20 octets (RFC 5280 section 5.2.3), so that text sorts as numbers do. */
const DIGITS = 49;
/** Octets of a list that stands in its row; longer ones are read and written in parts, which block nobody. */
const IN_ROW = 512 * 1024;
/** How long the parts of a list that was replaced may still be read. */
const READABLE_MS = 15 * 60_000;

interface CrlRow {
  readonly number: string;
  readonly base_number: string | null;
  readonly this_update: Millis;
  readonly next_update: Millis;
  readonly entries: number | null;
  readonly size: Millis | null;
  readonly sha256: string | null;
}

interface StateRow {
  readonly dirty: Millis;
  readonly published: Millis;
  readonly dirty_since: Millis | null;
  readonly base_number: string | null;
  readonly base_at: Millis | null;
}

const padded = (number: bigint): string => String(number).padStart(DIGITS, "0");

/** The lists of each scope of one tenant, and whether they still say all; see `CrlStore`. */
export class Crls implements CrlStore {
  constructor(
    private readonly session: Session,
    private readonly tenant: TenantId,
  ) {}

  async latest(scope: CrlScope, kind: CrlKind = "complete"): Promise<CrlRecord | undefined> {
    const [row] = await this.session.read(
      (db) =>
        db(LISTS)
          .where(this.#of(scope, kind))
          .select(
            "number",
            "base_number",
            "this_update",
            "next_update",
            "entries",
            "size",
            "sha256",
          ) as PromiseLike<CrlRow[]>,
    );
    if (row === undefined) return undefined;
    const { authorityId, shard } = scope;
    return {
      ...{ authorityId, shard, kind },
      number: BigInt(row.number),
      baseNumber: row.base_number === null ? undefined : BigInt(row.base_number),
      thisUpdate: fromMillis(row.this_update),
      nextUpdate: fromMillis(row.next_update),
      ...(row.sha256 === null
        ? await this.#measured(scope, kind)
        : { entries: row.entries ?? 0, size: Number(row.size), sha256: row.sha256 }),
    };
  }

  async *parts(list: CrlRecord): AsyncGenerator<Uint8Array> {
    if (list.size <= IN_ROW) {
      const der = await this.#der(list, list.kind, padded(list.number));
      if (der === undefined) throw replaced(list);
      yield der;
      return;
    }
    const key = {
      tenant: this.tenant,
      list: listKey(list, list.kind),
      number: padded(list.number),
    };
    let sent = 0;
    for (let part = 0; sent < list.size; part += 1) {
      const [row] = await this.session.read(
        (db) =>
          db(PARTS)
            .where({ ...key, part })
            .select("der") as PromiseLike<{ readonly der: Uint8Array }[]>,
      );
      if (row === undefined) throw replaced(list);
      sent += row.der.length;
      yield fromBlob(row.der);
    }
  }

  async stage(list: SignedCrl): Promise<void> {
    if (list.size <= IN_ROW) return;
    const key = {
      tenant: this.tenant,
      list: listKey(list, list.kind),
      number: padded(list.number),
    };
    const storedAt = toMillis(list.thisUpdate);
    // Left behind by a node that was slower than another, or that died here.
    await this.session.write((db) => db(PARTS).where(key).delete());
    let part = 0;
    for (const der of inPieces(list.parts)) {
      const row = { ...key, part, stored_at: storedAt, der: toBlob(der) };
      await this.session.write(async (db) => {
        await db(PARTS).insert(row).onConflict(["tenant", "list", "number", "part"]).merge();
      });
      part += 1;
    }
  }

  insert(complete: SignedCrl, delta?: SignedCrl): Promise<boolean> {
    const owner = this.#of(complete, "complete");
    const number = padded(complete.number);
    return this.session.write(async (db) => {
      // The number is taken by one conditional update, so that of two nodes only one can.
      await db(STATES).insert(owner).onConflict(["tenant", "authority_id"]).ignore();
      const taken = await db(STATES).where(owner).where("number", "<", number).update({ number });
      if (taken === 0) return false;
      await this.#put(db, complete);
      if (delta !== undefined) await this.#put(db, delta);
      return true;
    });
  }

  async markDirty(scope: CrlScope, at: Date): Promise<void> {
    await this.session.write((db) =>
      db.raw(
        `insert into ${STATES} (tenant, authority_id, dirty, dirty_since) values (?, ?, 1, ?)
         on conflict (tenant, authority_id) do update set dirty = ${STATES}.dirty + 1,
           dirty_since = coalesce(${STATES}.dirty_since, excluded.dirty_since)`,
        [this.tenant, listKey(scope), toMillis(at)],
      ),
    );
  }

  async revisions(scope: CrlScope): Promise<CrlRevisions> {
    const [row] = await this.session.read(
      (db) =>
        db(STATES)
          .where(this.#of(scope))
          .select("dirty", "published", "dirty_since", "base_number", "base_at") as PromiseLike<
          StateRow[]
        >,
    );
    const { base_number: base = null, base_at: at = null } = row ?? {};
    return {
      dirty: Number(row?.dirty ?? 0),
      published: Number(row?.published ?? 0),
      dirtySince: fromMillisOrNull(row?.dirty_since ?? null),
      base: base === null || at === null ? undefined : { number: BigInt(base), at: fromMillis(at) },
    };
  }

  async markPublished(scope: CrlScope, dirty: number, begun: Date): Promise<void> {
    await this.session.write((db) =>
      db(STATES)
        .where(this.#of(scope))
        .where("published", "<=", dirty)
        .update({
          published: dirty,
          // What was revoked meanwhile was revoked after this list was begun.
          dirty_since: db.raw("case when dirty > ? then cast(? as bigint) end", [
            dirty,
            toMillis(begun),
          ]),
        }),
    );
  }

  async setBase(
    scope: CrlScope,
    base: { readonly number: bigint; readonly at: Date },
  ): Promise<void> {
    await this.session.write((db) =>
      db(STATES)
        .where(this.#of(scope))
        .update({ base_number: String(base.number), base_at: toMillis(base.at) }),
    );
  }

  async #put(db: Knex, list: SignedCrl): Promise<void> {
    const number = padded(list.number);
    const inRow = list.size <= IN_ROW;
    await db(LISTS)
      .insert({
        ...this.#of(list, list.kind),
        number,
        base_number: list.baseNumber === undefined ? null : String(list.baseNumber),
        this_update: toMillis(list.thisUpdate),
        next_update: toMillis(list.nextUpdate),
        entries: list.entries,
        size: list.size,
        sha256: list.sha256,
        der: inRow ? Buffer.concat(list.parts) : Buffer.alloc(0),
      })
      .onConflict(["tenant", "authority_id"])
      .merge();
    await db(PARTS)
      .where({ tenant: this.tenant, list: listKey(list, list.kind) })
      .where("number", "<>", number)
      .where("stored_at", "<", toMillis(list.thisUpdate) - READABLE_MS)
      .delete();
  }

  /** Of a list that the version before has stored. */
  async #measured(scope: CrlScope, kind: CrlKind) {
    const der = (await this.#der(scope, kind)) ?? new Uint8Array(0);
    return { entries: 0, size: der.length, sha256: hash("sha256", der, "hex") };
  }

  async #der(scope: CrlScope, kind: CrlKind, number?: string): Promise<Uint8Array | undefined> {
    const [row] = await this.session.read(
      (db) =>
        db(LISTS)
          .where({ ...this.#of(scope, kind), ...(number === undefined ? {} : { number }) })
          .select("der") as PromiseLike<{ readonly der: Uint8Array }[]>,
    );
    return row === undefined ? undefined : fromBlob(row.der);
  }

  #of(
    scope: CrlScope,
    kind?: CrlKind,
  ): { readonly tenant: TenantId; readonly authority_id: string } {
    return { tenant: this.tenant, authority_id: listKey(scope, kind) };
  }
}

const replaced = ({ number }: CrlRecord): CountersignError =>
  new CountersignError("not_found", `CRL ${number.toString()} has been replaced`);

/** The same octets in pieces of at most `IN_ROW`. */
function* inPieces(parts: readonly Uint8Array[]): Generator<Uint8Array> {
  let waiting: Uint8Array[] = [];
  let length = 0;
  for (const part of parts) {
    for (let from = 0; from < part.length; from += IN_ROW) {
      const piece = part.subarray(from, from + IN_ROW);
      if (length + piece.length > IN_ROW) {
        yield Buffer.concat(waiting);
        waiting = [];
        length = 0;
      }
      waiting.push(piece);
      length += piece.length;
    }
  }
  if (length > 0) yield Buffer.concat(waiting);
}
