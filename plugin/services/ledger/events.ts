import { inject } from "tsyringe";
import { FAILURE_EVENTS, type LedgerEvent, type LedgerRow } from "../../domain/events.ts";
import type { Principal } from "../../domain/principal.ts";
import type { Page, PageRequest } from "../../ports/paging.ts";
import { Access } from "../access/access.ts";

/** One thing that happened to an end entity, with the columns of R-08. */
export interface EventView {
  /** Hex. */
  readonly id: string;
  readonly at: Date;
  readonly type: "issue" | "renew" | "revoke" | "challenge" | "approval" | "device" | "other";
  readonly status: "done" | "failed" | "pending";
  readonly endEntity: string | undefined;
  readonly endpoint: string | undefined;
  readonly subject: string | undefined;
  /** The exact error of a failed one. */
  readonly error: string | undefined;
  readonly event: LedgerEvent;
}

const TYPES: readonly (readonly [prefix: string, type: EventView["type"]])[] = [
  ["certificate.issued", "issue"],
  ["certificate.refused", "issue"],
  ["certificate.failed", "issue"],
  ["certificate.revoked", "revoke"],
  ["challenge.", "challenge"],
  ["approval.", "approval"],
  ["device.", "device"],
];
/** Pages that are read for one page of one endpoint: no index knows of which endpoint a row tells. */
const MOST_READS = 100;
const FAILED: ReadonlySet<LedgerEvent> = new Set(FAILURE_EVENTS);

/** What the ledger says, in the words of a console's event list; no secret is in it. */
export class Events {
  constructor(@inject(Access) private readonly access: Access) {}

  /**
   * Newest first; `failed` shows the failures only, `endpoint` what was asked of one. A page of an endpoint may be short, or empty, and go on all the
   * same where it has a cursor.
   */
  async list(
    principal: Principal,
    filter: {
      readonly failed?: boolean | undefined;
      readonly subjectId?: string | undefined;
      readonly event?: LedgerEvent | undefined;
      readonly endpoint?: string | undefined;
    },
    page: PageRequest,
  ): Promise<Page<EventView>> {
    const store = this.access.open(principal, "ledger:read");
    const { failed, endpoint, ...wanted } = filter;
    const { limit } = page;
    const found: LedgerRow[] = [];
    let { cursor } = page;
    let reads = 0;
    do {
      const { items, cursor: next } = await store.ledger.list(
        { ...wanted, failures: failed },
        { limit: limit - found.length, cursor },
      );
      found.push(
        ...items.filter(({ data }) => endpoint === undefined || data["endpoint"] === endpoint),
      );
      cursor = next;
      reads += 1;
      // What fits is read each time, so a fuller page would be read in ever smaller pieces.
    } while (cursor !== undefined && found.length * 2 < limit && reads < MOST_READS);
    return { items: found.map(eventView), cursor };
  }
}

const eventView = (row: LedgerRow): EventView => ({
  id: Number(row.id).toString(16).padStart(16, "0"),
  at: row.at,
  type: TYPES.find(([prefix]) => row.event.startsWith(prefix))?.[1] ?? "other",
  status: FAILED.has(row.event)
    ? "failed"
    : row.event === "approval.requested"
      ? "pending"
      : "done",
  endEntity:
    text(row.data["device"]) ?? (row.event.startsWith("device.") ? row.subjectId : undefined),
  endpoint: text(row.data["endpoint"]),
  subject: text(row.data["subject"]),
  error: FAILED.has(row.event)
    ? (text(row.data["reason"]) ?? text(row.data["detail"]) ?? text(row.data["label"]))
    : undefined,
  event: row.event,
});

const text = (value: unknown): string | undefined =>
  typeof value === "string" ? value : undefined;
