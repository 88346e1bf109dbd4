import type { Knex } from "knex";
import { termsOf } from "../domain/search-terms.ts";
import type { SubjectAltName } from "../domain/san.ts";
import type { TenantId } from "../domain/tenant.ts";
import type { TermPlace, TermStore } from "../ports/certificate-store.ts";
import { fromMillis, toMillis, type Millis } from "./base/columns.ts";
import { fromJson } from "./base/json.ts";
import type { Position } from "./base/paging.ts";
import type { Session } from "./base/session.ts";

const TERMS = "countersign_terms";
const MARKS = "countersign_term_marks";
const CERTIFICATES = "countersign_certificates";

/** So many are looked up one by one. */
export const FEW = 2000;
/** So many are sorted by their time in the index of the words; more than these are met soon on the way through the list, newest first. */
const MANY = 200_000;
/** Rows in one statement. */
const ROWS = 200;

interface Unindexed {
  readonly id: string;
  readonly created_at: Millis;
  readonly subject: string;
  readonly sans: string;
  readonly serial: string;
  readonly fingerprint_sha256: string | null;
}

interface Walked {
  readonly id: string;
  readonly created_at: Millis;
  /** Null without words. */
  readonly words: number | string | null;
}

/** The words certificates are found by, written behind the issuing path; see `TermStore`. */
export class Terms implements TermStore {
  constructor(
    private readonly session: Session,
    private readonly tenant: TenantId,
  ) {}

  async mark() {
    const [mark] = await this.session.read(
      (db) =>
        db(MARKS).where({ tenant: this.tenant }) as PromiseLike<{ readonly created_at: Millis }[]>,
    );
    return mark === undefined ? undefined : fromMillis(mark.created_at);
  }

  async moveMark(to: Date): Promise<void> {
    const created_at = toMillis(to);
    await this.session.write((db) =>
      db(MARKS)
        .insert({ tenant: this.tenant, created_at })
        .onConflict("tenant")
        .merge()
        .where(`${MARKS}.created_at`, "<", created_at),
    );
  }

  /** Every row is looked at in two indexes alone, so that walking past what is done costs little. */
  async walk({ createdAt, id }: TermPlace, limit: number) {
    const { tenant } = this;
    const rows = await this.session.rows<Walked>(
      `select c.id, c.created_at,
              (select 1 from ${TERMS} t where t.tenant = c.tenant and t.certificate_id = c.id limit 1) as words
       from ${CERTIFICATES} c
       where c.tenant = ? and (c.created_at, c.id) > (cast(? as bigint), ?)
       order by c.created_at, c.id limit ?`,
      [tenant, toMillis(createdAt), id, limit],
    );
    const last = rows.at(-1);
    return {
      missing: rows.filter(({ words }) => words === null).map((row) => row.id),
      next:
        last === undefined || rows.length < limit
          ? undefined
          : { createdAt: fromMillis(last.created_at), id: last.id },
    };
  }

  async take(ids: readonly string[]): Promise<void> {
    const { tenant } = this;
    const rows = await this.session.read(
      (db) =>
        db(CERTIFICATES)
          .where({ tenant })
          .whereIn("id", [...ids])
          .select(
            "id",
            "created_at",
            "subject",
            "sans",
            "serial",
            "fingerprint_sha256",
          ) as PromiseLike<Unindexed[]>,
    );
    // In the order of the primary key, so that rows next to each other are written one after the other.
    const words = rows
      .flatMap((row) => this.#termRows(row))
      .sort((a, b) => (a.term < b.term ? -1 : a.term > b.term ? 1 : 0));
    await this.session.write(async (db) => {
      for (let start = 0; start < words.length; start += ROWS)
        await db(TERMS)
          .insert(words.slice(start, start + ROWS))
          .onConflict()
          .ignore();
    });
  }

  #termRows(row: Unindexed) {
    const sans = fromJson(row.sans) as SubjectAltName[];
    const fingerprintSha256 = row.fingerprint_sha256 ?? undefined;
    return termsOf({ ...row, sans, fingerprintSha256 }).map((term) => ({
      tenant: this.tenant,
      certificate_id: row.id,
      created_at: row.created_at,
      term,
    }));
  }
}

/** The end of a prefix's range: the highest code point sorts behind every text that begins with it. */
const END = "\u{10ffff}";

/** How a list is narrowed to those that have a term for each word. */
export interface FoundByTerms {
  /** Ids of a word that has few. */
  readonly among: readonly string[] | undefined;
  /** Where no word has few: the newest ids of one that has not too many, behind a place in the list. */
  readonly newest:
    ((behind: Position | undefined, limit: number) => Promise<readonly string[]>) | undefined;
  readonly narrow: (query: Knex.QueryBuilder) => Knex.QueryBuilder;
}

export const matchingTerms = async (
  session: Session,
  tenant: TenantId,
  words: readonly string[],
): Promise<FoundByTerms> => {
  // A long word is the likeliest to have few, and not always the one.
  const sorted = [...words].sort((a, b) => b.length - a.length);
  const matches = (word: string, limit: number): Promise<readonly { certificate_id: string }[]> =>
    session.rows(`select certificate_id from ${TERMS} where ${RANGE} limit ?`, [
      ...[tenant, word, word + END],
      limit,
    ]);
  const counted = async (word: string): Promise<number> => {
    const [row] = await session.rows<{ readonly found: number | string }>(
      `select count(*) as found from (select 1 from ${TERMS} where ${RANGE} limit ?) as matches`,
      [tenant, word, word + END, MANY + 1],
    );
    return Number(row?.found ?? 0);
  };
  const narrowedBy =
    (but: string | undefined): FoundByTerms["narrow"] =>
    (query) => {
      let narrowed = query;
      for (const word of words.filter((one) => one !== but))
        narrowed = narrowed.whereRaw(
          `exists (select 1 from ${TERMS} t where t.tenant = ${CERTIFICATES}.tenant and t.certificate_id = ${CERTIFICATES}.id and t.term >= ? and t.term < ?)`,
          [word, word + END],
        );
      return narrowed;
    };
  for (const word of sorted) {
    const hits = await matches(word, FEW + 1);
    if (hits.length > FEW) continue;
    const among = [...new Set(hits.map((hit) => hit.certificate_id))];
    return { among, newest: undefined, narrow: narrowedBy(word) };
  }
  for (const word of sorted)
    if ((await counted(word)) <= MANY)
      return {
        among: undefined,
        newest: (behind, limit) => newestMatches(session, tenant, word, behind, limit),
        narrow: narrowedBy(word),
      };
  return { among: undefined, newest: undefined, narrow: narrowedBy(undefined) };
};

const RANGE = "tenant = ? and term >= ? and term < ?";

/** Out of one index alone, which has the times too. */
const newestMatches = async (
  session: Session,
  tenant: TenantId,
  word: string,
  behind: Position | undefined,
  limit: number,
): Promise<readonly string[]> => {
  const place =
    behind === undefined ? "" : "and (created_at, certificate_id) < (cast(? as bigint), ?)";
  const rows = await session.rows<{ readonly certificate_id: string }>(
    `select distinct created_at, certificate_id from ${TERMS} where ${RANGE} ${place}
     order by created_at desc, certificate_id desc limit ?`,
    [tenant, word, word + END, ...(behind ?? []), limit],
  );
  return rows.map((row) => row.certificate_id);
};
