import { inject } from "tsyringe";
import { type Authority, statusAt } from "../../domain/authority.ts";
import { addDays } from "../../domain/duration.ts";
import type { LedgerEvent } from "../../domain/events.ts";
import { dueOf, type KeyRollOver, type RollOverState } from "../../domain/key-roll-over.ts";
import { capOfAuthority } from "../../domain/cap.ts";
import { inScope, type Principal, requireScope } from "../../domain/principal.ts";
import { reignAt, settledAt } from "../../domain/roll-over.ts";
import { CountersignError } from "../../errors.ts";
import type { Clock, Logger, Random } from "../../ports/ambient.ts";
import type { Settings } from "../../ports/settings.ts";
import type { TenantStore } from "../../ports/stores.ts";
import { CLOCK, LOGGER, RANDOM, SETTINGS } from "../../tokens.ts";
import { Access, found } from "../access/access.ts";
import { Authorities } from "../authorities/authorities.ts";
import type { Progress } from "../signing/progress.ts";
import { EndpointRuntimes } from "../endpoints/endpoint-runtimes.ts";
import { rollOverView, type RollOverView } from "./key-roll-over-view.ts";
import { Ras } from "../endpoints/ras.ts";
import { Retirements } from "./retirements.ts";
import { settleEndpoints } from "./settle-endpoints.ts";
import { type RollOverOrder, successorOf } from "./successor.ts";

/** New CA keys with overlap (K-08): an authority hands over to a successor, which has the same name and place and a key of its own. */
export class KeyRollOvers {
  constructor(
    @inject(Access) private readonly access: Access,
    @inject(CLOCK) private readonly clock: Clock,
    @inject(RANDOM) private readonly random: Random,
    @inject(LOGGER) private readonly logger: Logger,
    @inject(SETTINGS) private readonly settings: Settings,
    @inject(Authorities) private readonly authorities: Authorities,
    @inject(Ras) private readonly ras: Ras,
    @inject(Retirements) private readonly retirements: Retirements,
    @inject(EndpointRuntimes) private readonly runtimes: EndpointRuntimes,
  ) {}

  async list(principal: Principal): Promise<readonly RollOverView[]> {
    const store = this.access.open(principal, "authorities:read");
    const mine = (await store.rollOvers.list()).filter(({ authorityId }) =>
      inScope(principal, authorityId),
    );
    return Promise.all(mine.map((each) => this.view(store, each)));
  }

  async get(principal: Principal, id: string): Promise<RollOverView> {
    const store = this.access.open(principal, "authorities:read");
    const rollOver = found(await store.rollOvers.get(id), "roll-over", id);
    requireScope(principal, rollOver.authorityId);
    return this.view(store, rollOver);
  }

  /**
   * Makes the successor (or takes up one that is there) and schedules the hand-over at every endpoint. Under an outside root the successor
   * waits for its certificate first. Throws `invalid_input`, `conflict`, `authority_not_ready`, `key_*`.
   */
  async start(
    principal: Principal,
    authorityId: string,
    order: RollOverOrder,
    progress?: Progress,
  ): Promise<RollOverView> {
    const store = this.access.open(principal, "authorities:manage");
    this.access.open(principal, "configuration:manage");
    const now = this.clock.now();
    const authority = found(await store.authorities.get(authorityId), "authority", authorityId);
    if (statusAt(authority, now) !== "active" || authority.keyRef === undefined)
      throw new CountersignError(
        "authority_not_ready",
        `authority ${authorityId} has no key here or is ${statusAt(authority, now)}`,
      );
    const open = await store.rollOvers.open(authorityId);
    if (open !== undefined)
      throw new CountersignError("conflict", `${authorityId} hands over to ${open.successorId}`);
    const { announceDays, overlapDays } = this.settings.rotation;
    const startsAt = order.startsAt ?? addDays(now, announceDays);
    if (startsAt <= now || (authority.notAfter !== undefined && startsAt > authority.notAfter))
      throw new CountersignError("invalid_input", "a roll-over lies within the authority's life", {
        issues: [{ path: "startsAt", message: "must be later than now, and before the CA's end" }],
      });
    const successor = await successorOf(
      this.authorities,
      principal,
      store,
      authority,
      order,
      progress,
    );
    const rollOver: KeyRollOver = {
      id: this.random.uuid(),
      ...{ authorityId, successorId: successor.id, state: "waiting", startsAt },
      retiresAt: addDays(startsAt, overlapDays),
      ...{ version: 1, createdAt: now, updatedAt: now },
    };
    await store.run(async (tx) => {
      await tx.rollOvers.insert(rollOver);
      await passCapOn(tx, authorityId, successor.id, now);
      await tx.ledger.append(
        this.access.entry(principal, "roll-over.scheduled", authorityId, {
          rollOver: rollOver.id,
          successor: successor.id,
          keyStore: successor.keyStore,
          from: startsAt.toISOString(),
          retires: rollOver.retiresAt.toISOString(),
        }),
      );
    });
    return this.view(store, await this.announce(store, principal, rollOver));
  }

  /** Before it has begun. The successor stays as an authority of its own. Throws `conflict` afterwards. */
  async cancel(principal: Principal, id: string): Promise<RollOverView> {
    const store = this.access.open(principal, "authorities:manage");
    const rollOver = found(await store.rollOvers.get(id), "roll-over", id);
    const now = this.clock.now();
    const begun = rollOver.state === "announced" && rollOver.startsAt <= now;
    if (begun || (rollOver.state !== "waiting" && rollOver.state !== "announced"))
      throw new CountersignError("conflict", `the roll-over is past cancelling: ${rollOver.state}`);
    const cancelled = await this.change(store, principal, rollOver, "cancelled", {}, async (tx) => {
      for (const endpoint of await tx.endpoints.list())
        if (endpoint.next?.authorityId === rollOver.successorId)
          await tx.endpoints.update({
            ...endpoint,
            next: undefined,
            version: endpoint.version + 1,
            updatedAt: now,
          });
    });
    return this.view(store, cancelled);
  }

  /** Takes every step of one tenant that is due; `principal` manages authorities and configuration. */
  async advance(store: TenantStore, principal: Principal): Promise<void> {
    const now = this.clock.now();
    for (const rollOver of await store.rollOvers.list()) {
      const due = dueOf(rollOver);
      if (due !== undefined && due <= now) await this.step(store, principal, rollOver);
    }
  }

  /** One stage after the other, as far as the clock allows. */
  private async step(
    store: TenantStore,
    principal: Principal,
    rollOver: KeyRollOver,
  ): Promise<KeyRollOver> {
    const due = dueOf(rollOver);
    if (due === undefined || due > this.clock.now()) return rollOver;
    const stages = {
      waiting: () => this.announce(store, principal, rollOver),
      announced: () => this.begin(store, principal, rollOver),
      overlap: () => this.finish(store, principal, rollOver),
      done: () => Promise.resolve(rollOver),
      cancelled: () => Promise.resolve(rollOver),
    };
    const next = await stages[rollOver.state]();
    return next.state === rollOver.state ? next : this.step(store, principal, next);
  }

  private async announce(
    store: TenantStore,
    principal: Principal,
    rollOver: KeyRollOver,
  ): Promise<KeyRollOver> {
    const now = this.clock.now();
    const successor = await authorityOf(store, rollOver.successorId);
    if (statusAt(successor, now) !== "active") return rollOver;
    // The day may have passed while an outside CA took its time.
    const startsAt = rollOver.startsAt > now ? rollOver.startsAt : now;
    const retiresAt = addDays(startsAt, this.settings.rotation.overlapDays);
    const announced = { ...rollOver, startsAt, retiresAt };
    const raId = await this.raFor(store, principal, rollOver, successor);
    return this.change(store, principal, announced, "announced", { ra: raId ?? null }, (tx) =>
      this.schedule(tx, announced, raId, now),
    );
  }

  private async begin(
    store: TenantStore,
    principal: Principal,
    rollOver: KeyRollOver,
  ): Promise<KeyRollOver> {
    const now = this.clock.now();
    const successor = await authorityOf(store, rollOver.successorId);
    const raId = await this.raFor(store, principal, rollOver, successor);
    return this.change(store, principal, rollOver, "overlap", {}, async (tx) => {
      // Endpoints that were made meanwhile come along.
      await this.schedule(tx, { ...rollOver, startsAt: now }, raId, now);
      await settleEndpoints(tx, now, (id, data) =>
        this.access.entry(principal, "endpoint.changed", id, data),
      );
      for (const template of await tx.templates.list())
        if (template.authorityId === rollOver.authorityId) {
          await tx.templates.update({
            ...template,
            authorityId: rollOver.successorId,
            version: template.version + 1,
            updatedAt: now,
          });
          await tx.ledger.append(
            this.access.entry(principal, "template.changed", template.id, {
              authority: rollOver.successorId,
            }),
          );
        }
    });
  }

  private async finish(
    store: TenantStore,
    principal: Principal,
    rollOver: KeyRollOver,
  ): Promise<KeyRollOver> {
    const { authorityId } = rollOver;
    const now = this.clock.now();
    const still = (await store.endpoints.list()).filter(
      (endpoint) => reignAt(endpoint, now).authorityId === authorityId,
    );
    if (still.length > 0) {
      this.logger.warn(
        { authority: authorityId, endpoints: still.map(({ id }) => id) },
        "an authority whose key was rolled over cannot be retired: endpoints issue by it",
      );
      return rollOver;
    }
    const authority = await authorityOf(store, authorityId);
    const devicesLeft = await store.certificates.devicesOn({ authorityId }, now);
    return this.change(store, principal, rollOver, "done", { devicesLeft }, async (tx) => {
      if (authority.status === "active") await this.retirements.retireIn(tx, principal, authority);
    });
  }

  /** Announces the successor at every endpoint of the old authority. */
  private async schedule(
    tx: TenantStore,
    rollOver: KeyRollOver,
    raId: string | undefined,
    now: Date,
  ): Promise<void> {
    for (const stored of await tx.endpoints.list()) {
      const endpoint = settledAt(stored, now);
      if (raId === undefined || endpoint.authorityId !== rollOver.authorityId) continue;
      if (endpoint.next?.authorityId === rollOver.successorId) continue;
      const { successorId, startsAt, retiresAt } = rollOver;
      await tx.endpoints.update({
        ...endpoint,
        next: { authorityId: successorId, raId, from: startsAt, until: retiresAt },
        version: stored.version + 1,
        updatedAt: now,
      });
    }
  }

  /** The RA of the successor; undefined where no endpoint needs one. */
  private async raFor(
    store: TenantStore,
    principal: Principal,
    { authorityId }: KeyRollOver,
    successor: Authority,
  ): Promise<string | undefined> {
    const now = this.clock.now();
    const needed = (await store.endpoints.list()).some(
      (endpoint) => reignAt(endpoint, now).authorityId === authorityId,
    );
    return needed ? (await this.ras.ensure(principal, store, successor)).id : undefined;
  }

  /** The new stage, what goes with it and its ledger row in one transaction; answers what another node made of it when that was faster. */
  private async change(
    store: TenantStore,
    principal: Principal,
    rollOver: KeyRollOver,
    state: keyof typeof EVENTS,
    data: Readonly<Record<string, unknown>>,
    also: (tx: TenantStore) => Promise<void>,
  ): Promise<KeyRollOver> {
    const updatedAt = this.clock.now();
    const changed = { ...rollOver, state, version: rollOver.version + 1, updatedAt };
    const stored = await store.run(async (tx) => {
      const now = found(await tx.rollOvers.get(rollOver.id), "roll-over", rollOver.id);
      if (now.version !== rollOver.version) return now;
      await tx.rollOvers.update(changed);
      await also(tx);
      await tx.ledger.append(
        this.access.entry(principal, EVENTS[state], rollOver.authorityId, {
          rollOver: rollOver.id,
          successor: rollOver.successorId,
          ...data,
        }),
      );
      return changed;
    });
    this.runtimes.forgetAll();
    return stored;
  }

  private view(store: TenantStore, rollOver: KeyRollOver): Promise<RollOverView> {
    return rollOverView(store, rollOver, this.clock.now());
  }
}

const EVENTS = {
  announced: "roll-over.announced",
  overlap: "roll-over.started",
  done: "roll-over.finished",
  cancelled: "roll-over.cancelled",
} as const satisfies Partial<Record<RollOverState, LedgerEvent>>;

const authorityOf = async (store: TenantStore, id: string): Promise<Authority> =>
  found(await store.authorities.get(id), "authority", id);

/** The cap on its certificates holds for its successor too, unless that has one of its own. */
const passCapOn = async (
  tx: TenantStore,
  authorityId: string,
  successorId: string,
  now: Date,
): Promise<void> => {
  const caps = await tx.caps.list();
  const capOf = (id: string) => caps.find(({ subject }) => subject === capOfAuthority(id));
  const cap = capOf(authorityId);
  if (cap !== undefined && capOf(successorId) === undefined)
    await tx.caps.set(capOfAuthority(successorId), cap.most, now);
};
