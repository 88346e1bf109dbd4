import type { Knex } from "knex";
import { termsOf } from "../domain/search-terms.ts";
import type { SubjectAltName } from "../domain/san.ts";
import type { TenantId } from "../domain/tenant.ts";
import type { TermStore } from "../ports/certificate-store.ts";
import { toMillis, type Millis } from "./base/columns.ts";
import { fromJson } from "./base/json.ts";
import type { Session } from "./base/session.ts";

const TERMS = "countersign_terms";
const MARKS = "countersign_term_marks";
const CERTIFICATES = "countersign_certificates";

/** Rows may be written out of the order of their times: by nodes whose clocks differ, or late in a transaction. */
const OVERLAP = 120_000;
/** More matches than these are walked newest first instead of being sorted. */
const FEW = 2000;

interface Unindexed {
  readonly id: string;
  readonly subject: string;
  readonly sans: string;
  readonly serial: string;
  readonly fingerprint_sha256: string | null;
  readonly created_at: Millis;
}

/** The words certificates are found by, written behind the issuing path; see `TermStore`. */
export class Terms implements TermStore {
  constructor(
    private readonly session: Session,
    private readonly tenant: TenantId,
  ) {}

  async advance(now: Date, limit: number): Promise<number> {
    const { tenant } = this;
    const [mark] = await this.session.read(
      (db) => db(MARKS).where({ tenant }) as PromiseLike<{ readonly created_at: Millis }[]>,
    );
    const from = mark === undefined ? 0 : Number(mark.created_at) - OVERLAP;
    const rows = await this.session.read(
      (db) =>
        db(CERTIFICATES)
          .where({ tenant })
          .where("created_at", ">=", from)
          .whereRaw(
            `not exists (select 1 from ${TERMS} t where t.tenant = ${CERTIFICATES}.tenant and t.certificate_id = ${CERTIFICATES}.id)`,
          )
          .orderBy(["created_at", "id"])
          .limit(limit)
          .select(
            "id",
            "subject",
            "sans",
            "serial",
            "fingerprint_sha256",
            "created_at",
          ) as PromiseLike<Unindexed[]>,
    );
    const last = rows.at(-1);
    const reached = rows.length < limit ? toMillis(now) : Number(last?.created_at ?? from);
    // Nothing new, and the mark is near: no write for it.
    if (rows.length === 0 && mark !== undefined && reached - Number(mark.created_at) < OVERLAP)
      return 0;
    await this.session.write(async (db) => {
      for (const batch of inBatches(
        rows.flatMap((row) => this.#termRows(row)),
        200,
      ))
        await db(TERMS).insert(batch).onConflict().ignore();
      await db(MARKS).insert({ tenant, created_at: reached }).onConflict("tenant").merge();
    });
    return rows.length;
  }

  #termRows(row: Unindexed) {
    const sans = fromJson(row.sans) as SubjectAltName[];
    const fingerprintSha256 = row.fingerprint_sha256 ?? undefined;
    return termsOf({ ...row, sans, fingerprintSha256 }).map((term) => ({
      tenant: this.tenant,
      certificate_id: row.id,
      term,
    }));
  }
}

const inBatches = <T>(items: readonly T[], size: number): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, n) =>
    items.slice(n * size, (n + 1) * size),
  );

/** The end of a prefix's range: the highest code point sorts behind every text that begins with it. */
const END = "\u{10ffff}";

/**
 * Narrows a query of certificates to those that have a term for each word. The matches of a word that has few are fetched by their ids,
 * whichever word it is; where all have many, the newest are met soon on the way through the list.
 */
export const matchingTerms = async (
  session: Session,
  tenant: TenantId,
  words: readonly string[],
): Promise<(query: Knex.QueryBuilder) => Knex.QueryBuilder> => {
  let few: { readonly word: string; readonly ids: readonly string[] } | undefined;
  // A long word is the likeliest to have few, and not always the one.
  for (const word of [...words].sort((a, b) => b.length - a.length)) {
    const hits = await session.read(
      (db) =>
        db(TERMS)
          .where({ tenant })
          .where("term", ">=", word)
          .where("term", "<", word + END)
          .limit(FEW + 1)
          .select("certificate_id") as PromiseLike<{ readonly certificate_id: string }[]>,
    );
    if (hits.length > FEW) continue;
    few = { word, ids: [...new Set(hits.map((hit) => hit.certificate_id))] };
    break;
  }
  return (query) => {
    let narrowed = query;
    if (few !== undefined) narrowed = narrowed.whereIn("id", [...few.ids]);
    for (const word of words.filter((one) => one !== few?.word))
      narrowed = narrowed.whereRaw(
        `exists (select 1 from ${TERMS} t where t.tenant = ${CERTIFICATES}.tenant and t.certificate_id = ${CERTIFICATES}.id and t.term >= ? and t.term < ?)`,
        [word, word + END],
      );
    return narrowed;
  };
};
