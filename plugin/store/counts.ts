import type { Knex } from "knex";
import type { TenantId } from "../domain/tenant.ts";
import { COUNTED_TO, type Counts, type CountStore } from "../ports/counts.ts";
import { toMillis } from "./base/columns.ts";
import type { Session } from "./base/session.ts";

const DAY = 86_400_000;
const CERTIFICATES = "countersign_certificates";

/** See `CountStore`. */
export class CountsOfTenant implements CountStore {
  constructor(
    private readonly session: Session,
    private readonly tenant: TenantId,
  ) {}

  async overview(now: Date, until: Date): Promise<Counts> {
    const at = toMillis(now);
    const [devices, live, ended, revoked, waiting, states, ends] = await Promise.all([
      this.#upTo("countersign_devices", (query) =>
        query.whereIn("status", ["enrolled", "unmanaged"]),
      ),
      this.#upTo(CERTIFICATES, (query) => issued(query).where("not_after", ">", at)),
      this.#upTo(CERTIFICATES, (query) =>
        issued(query)
          .where("not_after", "<=", at)
          .where("not_after", ">", at - 30 * DAY),
      ),
      this.#upTo(CERTIFICATES, (query) => query.whereRaw("status = 'revoked'")),
      this.#upTo("countersign_pending", (query) => query.where("state", "pending")),
      this.#states(),
      this.#ends(at, toMillis(until)),
    ]);
    return {
      devices,
      live,
      ended,
      revoked,
      waiting,
      failed: states.get("failed") ?? 0,
      locked: states.get("locked") ?? 0,
      ends,
    };
  }

  async failedRenewals(since: Date): Promise<number> {
    const [row] = await this.session.read(
      (db) =>
        failed(db("countersign_deployments").where({ tenant: this.tenant }))
          .where("since", ">=", toMillis(since))
          .whereNotNull("certificate_id")
          .count({ count: "*" }) as PromiseLike<Counted[]>,
    );
    return Number(row?.count ?? 0);
  }

  endingUnreplaced(from: Date, until: Date, most: number): Promise<number> {
    return this.#upTo(
      CERTIFICATES,
      (query) =>
        issued(query)
          .where("not_after", ">", toMillis(from))
          .where("not_after", "<", toMillis(until))
          .whereRaw(
            // Not the bare column: a database without statistics would walk all that end later, for each certificate.
            `not exists (select 1 from ${CERTIFICATES} newer
             where newer.tenant = ${CERTIFICATES}.tenant and newer.device_id = ${CERTIFICATES}.device_id
               and newer.template_id = ${CERTIFICATES}.template_id and newer.status = 'issued'
               and newer.not_after + 0 > ${CERTIFICATES}.not_after)`,
          ),
      most,
    );
  }

  /** Stops as soon as there are more than anybody wants to know. */
  async #upTo(
    table: string,
    narrow: (query: Knex.QueryBuilder) => Knex.QueryBuilder,
    most = COUNTED_TO + 1,
  ): Promise<number> {
    const rows = await this.session.read(async (db) => {
      const some = narrow(db(table).where({ tenant: this.tenant }))
        .select(db.raw("1"))
        .limit(most);
      const counted: Counted[] = await db.count({ count: "*" }).from(some.as("some"));
      return counted;
    });
    return Number(rows[0]?.count ?? 0);
  }

  async #states(): Promise<ReadonlyMap<string, number>> {
    const rows = await this.session.read(
      (db) =>
        failed(db("countersign_deployments").where({ tenant: this.tenant }))
          .groupBy("state")
          .select("state")
          .count({ count: "*" }) as PromiseLike<(Counted & { readonly state: string })[]>,
    );
    return new Map(rows.map(({ state, count }) => [state, Number(count)]));
  }

  async #ends(from: number, until: number): Promise<Counts["ends"]> {
    const rows = await this.session.read((db) => {
      // Whole numbers divide to whole numbers in both databases.
      const day = db.raw(`not_after / ${DAY}`);
      return issued(db(CERTIFICATES).where({ tenant: this.tenant }))
        .where("not_after", ">", from)
        .where("not_after", "<", until)
        .groupBy(day)
        .orderBy("day")
        .select({ day })
        .count({ count: "*" }) as PromiseLike<(Counted & { readonly day: number | string })[]>;
    });
    return rows.map(({ day, count }) => ({ day: Number(day), count: Number(count) }));
  }
}

interface Counted {
  readonly count: number | string;
}

/** Literal, so that the partial index serves it. */
const failed = (query: Knex.QueryBuilder): Knex.QueryBuilder =>
  query.whereRaw("state in ('failed', 'locked')");

const issued = (query: Knex.QueryBuilder): Knex.QueryBuilder =>
  query.where({ status: "issued", role: "subscriber" });
