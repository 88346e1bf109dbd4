import { inject } from "tsyringe";
import type { LedgerRow } from "../../domain/events.ts";
import type { Principal } from "../../domain/principal.ts";
import type { Clock } from "../../ports/ambient.ts";
import type { TenantStore } from "../../ports/stores.ts";
import { CLOCK } from "../../tokens.ts";
import { Access } from "../access/access.ts";

/** Which refusal is looked for. */
export interface RefusalQuery {
  /** Part of the device's name, of the subject it asked for, of its address, of the transaction, or of the endpoint that it asked. */
  readonly device?: string | undefined;
  /** About when it was: an hour before and after. */
  readonly at?: Date | undefined;
  /** Without `at`: how far back; 30 days unless given. */
  readonly since?: Date | undefined;
  /** Where the answer before stopped. */
  readonly cursor?: string | undefined;
}

/** What was found in a time, and how far was looked. */
export interface RefusalsFound {
  /** The latest first. */
  readonly items: readonly LedgerRow[];
  readonly from: Date;
  readonly to: Date;
  /** Refusals looked at for this answer. */
  readonly looked: number;
  /** False: it stopped before `from`, at `lookedBackTo`; `cursor` goes on from there. */
  readonly complete: boolean;
  readonly lookedBackTo: Date;
  readonly cursor: string | undefined;
}

const HOUR = 3_600_000;
const AROUND = HOUR;
const USUAL_SPAN = 30 * 24 * HOUR;
const PAGE = 200;
/** An answer that has so many is enough to read. */
const ENOUGH = 50;
/** Looked at for one answer, which takes a fraction of a second. */
const MOST_LOOKED = 10_000;
/** Devices that one text may mean. */
const MOST_DEVICES = 50;
/** What of an entry it may be known by. */
const NAMED = ["device", "claimSubject", "source", "transactionId", "endpoint"] as const;

/** Refused requests by device and time (E-26): what stands behind an MDM's "SCEP server returned an invalid response". */
export class Refusals {
  constructor(
    @inject(Access) private readonly access: Access,
    @inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Throws `invalid_input` for a cursor that is none of ours. */
  async search(principal: Principal, query: RefusalQuery): Promise<RefusalsFound> {
    const store = this.access.open(principal, "ledger:read");
    const { from, to } = this.spanOf(query);
    const fits = await matcherOf(store, query.device?.trim().toLowerCase() ?? "");
    const items: LedgerRow[] = [];
    let looked = 0;
    let lookedBackTo: Date;
    let { cursor } = query;
    do {
      const page = await store.ledger.refusals({ from, to }, { limit: PAGE, cursor });
      items.push(...page.items.filter(fits));
      looked += page.items.length;
      cursor = page.cursor;
      lookedBackTo = cursor === undefined ? from : (page.items.at(-1)?.at ?? from);
    } while (cursor !== undefined && items.length < ENOUGH && looked < MOST_LOOKED);
    return { items, from, to, looked, complete: cursor === undefined, lookedBackTo, cursor };
  }

  private spanOf({ at, since }: RefusalQuery): { readonly from: Date; readonly to: Date } {
    if (at !== undefined)
      return { from: new Date(at.getTime() - AROUND), to: new Date(at.getTime() + AROUND) };
    const now = this.clock.now();
    return { from: since ?? new Date(now.getTime() - USUAL_SPAN), to: now };
  }
}

const matcherOf = async (
  store: TenantStore,
  text: string,
): Promise<(row: LedgerRow) => boolean> => {
  if (text === "") return () => true;
  const devices = await store.devices.search(text, MOST_DEVICES);
  const ids = new Set(devices.map(({ id }) => id));
  return ({ subjectId, data }) =>
    ids.has(subjectId ?? "") ||
    NAMED.some((name) => {
      const value = data[name];
      return typeof value === "string" && value.toLowerCase().includes(text);
    });
};
