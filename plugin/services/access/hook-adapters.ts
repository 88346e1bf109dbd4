import { createHmac } from "node:crypto";
import { inject } from "tsyringe";
import { HOOK_ADAPTER_ID, type HookAdapter } from "../../domain/hook-adapter.ts";
import type { HostEvent } from "../../domain/host-event.ts";
import { type Principal, systemPrincipal } from "../../domain/principal.ts";
import { CountersignError } from "../../errors.ts";
import type { Clock, Random } from "../../ports/ambient.ts";
import type { HookRequest, MdmHost } from "../../ports/mdm-host.ts";
import type { Directory, TenantStore } from "../../ports/stores.ts";
import { CLOCK, DIRECTORY, MDM_HOSTS, RANDOM } from "../../tokens.ts";
import { Access, found, sameVersion } from "./access.ts";
import { SecretBox } from "./secret-box.ts";

/** An adapter without its secrets. */
export type HookAdapterView = Omit<HookAdapter, "sealed" | "previous">;

/** A secret, shown this once. */
export interface HookSecret {
  readonly adapter: HookAdapterView;
  readonly secret: string;
}

/** A call whose signature was good. */
export interface VerifiedCall {
  readonly principal: Principal;
  readonly hostId: string;
  /** What the host's own code has read; undefined: our own format. */
  readonly events: readonly HostEvent[] | undefined;
}

/** How old or how far ahead a signed call may be, in milliseconds; inside it the event ids stop a repetition. */
export const REPLAY_WINDOW = 300_000;
/** How long the secret before stays good unless told otherwise, in seconds. */
const OVERLAP = 86_400;

/** MDM servers that report over HTTP with a signature: who they are, and whether a call is theirs. */
export class HookAdapters {
  constructor(
    @inject(Access) private readonly access: Access,
    @inject(DIRECTORY) private readonly directory: Directory,
    @inject(CLOCK) private readonly clock: Clock,
    @inject(RANDOM) private readonly random: Random,
    @inject(SecretBox) private readonly secrets: SecretBox,
    @inject(MDM_HOSTS) private readonly hosts: readonly MdmHost[],
  ) {}

  async list(principal: Principal): Promise<readonly HookAdapterView[]> {
    return (await this.access.open(principal, "configuration:read").hookAdapters.list()).map(
      viewOf,
    );
  }

  async get(principal: Principal, id: string): Promise<HookAdapterView> {
    const store = this.access.open(principal, "configuration:read");
    return viewOf(found(await store.hookAdapters.get(id), "hook adapter", id));
  }

  /** Throws `invalid_input`, and `conflict` for an id that is taken in the installation. */
  async create(
    principal: Principal,
    input: { readonly id: string; readonly hostId: string },
  ): Promise<HookSecret> {
    const store = this.access.open(principal, "configuration:manage");
    if (!HOOK_ADAPTER_ID.test(input.id))
      throw new CountersignError("invalid_input", "the id is not valid", {
        issues: [
          { path: "id", message: "2 to 18 lower-case letters, digits, hyphens and underscores" },
        ],
      });
    const now = this.clock.now();
    const secret = this.newSecret();
    const adapter: HookAdapter = {
      ...{ id: input.id, hostId: input.hostId, sealed: this.seal(input.id, secret) },
      ...{ previous: undefined, previousUntil: undefined, enabled: true, lastUsedAt: undefined },
      ...{ version: 1, createdAt: now, updatedAt: now },
    };
    await store.run(async (tx) => {
      await tx.hookAdapters.insert(adapter);
      await tx.ledger.append(
        this.access.entry(principal, "hook-adapter.created", adapter.id, { host: adapter.hostId }),
      );
    });
    return { adapter: viewOf(adapter), secret };
  }

  /** A new secret; the old one stays good for `overlap` seconds (a day unless given), none at all with 0. */
  async rotate(principal: Principal, id: string, overlap = OVERLAP): Promise<HookSecret> {
    const secret = this.newSecret();
    const adapter = await this.change(principal, id, undefined, (stored, now) => ({
      ...{ sealed: this.seal(id, secret), previous: overlap > 0 ? stored.sealed : undefined },
      previousUntil: overlap > 0 ? new Date(now.getTime() + overlap * 1000) : undefined,
    }));
    return { adapter: viewOf(adapter), secret };
  }

  async enable(
    principal: Principal,
    id: string,
    enabled: boolean,
    version?: number,
  ): Promise<HookAdapterView> {
    return viewOf(await this.change(principal, id, version, () => ({ enabled })));
  }

  async delete(principal: Principal, id: string): Promise<void> {
    const store = this.access.open(principal, "configuration:manage");
    await store.run(async (tx) => {
      if (!(await tx.hookAdapters.delete(id)))
        throw new CountersignError("not_found", `no hook adapter ${id}`);
      await tx.ledger.append(this.access.entry(principal, "hook-adapter.deleted", id));
    });
  }

  /**
   * Whether a call of `/hooks/<id>` is its MDM server's: HMAC-SHA256 over `<timestamp>.<body>`, hex, in `x-countersign-signature: v1=...`, with the unix
   * seconds in `x-countersign-timestamp`. Throws `unauthenticated` for whatever is wrong, an unknown adapter included, after the same work.
   */
  async verify(id: string, call: Pick<HookRequest, "headers" | "body">): Promise<VerifiedCall> {
    const tenant = await this.directory.tenantOfHookAdapter(id);
    const store = tenant === undefined ? undefined : this.directory.open(tenant);
    const adapter = await store?.hookAdapters.get(id);
    const secrets = this.secretsOf(adapter);
    const host = this.hosts.find((known) => known.id === adapter?.hostId);
    const now = this.clock.now();
    if (host?.parseHook !== undefined && adapter !== undefined && store !== undefined) {
      if (secrets.length === 0) throw refused("the adapter is switched off");
      const events = await host.parseHook({ ...call, secrets, now });
      await this.used(adapter, store, now);
      return { principal: principalOf(adapter, store), hostId: adapter.hostId, events };
    }
    const good = this.isSigned(call, secrets.length > 0 ? secrets : [NOBODY]);
    if (!good || secrets.length === 0 || adapter === undefined || store === undefined)
      throw refused("no adapter, or its signature is not good");
    if (!isFresh(call.headers, now)) throw refused("the timestamp is missing, too old or ahead");
    await this.used(adapter, store, now);
    return { principal: principalOf(adapter, store), hostId: adapter.hostId, events: undefined };
  }

  /** To the minute, so that a busy host costs no write a call; nothing of what an admin changes meanwhile is lost. */
  private async used(
    { id, lastUsedAt }: HookAdapter,
    store: TenantStore,
    now: Date,
  ): Promise<void> {
    if (lastUsedAt === undefined || now.getTime() - lastUsedAt.getTime() >= 60_000)
      await store.hookAdapters.used(id, now);
  }

  private isSigned(
    { headers, body }: Pick<HookRequest, "headers" | "body">,
    secrets: readonly string[],
  ): boolean {
    const given = [...(headers["x-countersign-signature"] ?? "").matchAll(/v1=([0-9a-f]{64})/g)];
    let good = false;
    for (const secret of secrets) {
      const mac = createHmac("sha256", secret)
        .update(headers["x-countersign-timestamp"] ?? "")
        .update(".")
        .update(body)
        .digest("hex");
      // Each is compared, whichever fits: the time says nothing.
      for (const [, hex = ""] of given.slice(0, 4)) good = this.secrets.same(mac, hex) || good;
    }
    return good;
  }

  private secretsOf(adapter: HookAdapter | undefined): readonly string[] {
    if (adapter?.enabled !== true) return [];
    const { sealed, previous, previousUntil } = adapter;
    const overlaps = previousUntil !== undefined && previousUntil > this.clock.now();
    return [sealed, ...(previous !== undefined && overlaps ? [previous] : [])].map((value) =>
      this.secrets.unseal(contextOf(adapter.id), value),
    );
  }

  private async change(
    principal: Principal,
    id: string,
    version: number | undefined,
    over: (stored: HookAdapter, now: Date) => Partial<HookAdapter>,
  ): Promise<HookAdapter> {
    const store = this.access.open(principal, "configuration:manage");
    return store.run(async (tx) => {
      const stored = found(await tx.hookAdapters.get(id), "hook adapter", id);
      sameVersion(stored.version, version);
      const now = this.clock.now();
      const changed = over(stored, now);
      const adapter = { ...stored, ...changed, version: stored.version + 1, updatedAt: now };
      await tx.hookAdapters.update(adapter);
      await tx.ledger.append(
        this.access.entry(principal, "hook-adapter.changed", id, {
          enabled: adapter.enabled,
          secret: changed.sealed === undefined ? "kept" : "rotated",
        }),
      );
      return adapter;
    });
  }

  private newSecret(): string {
    return Buffer.from(this.random.bytes(32)).toString("hex");
  }

  private seal(id: string, secret: string): Uint8Array {
    return this.secrets.seal(contextOf(id), secret);
  }
}

/** Stands in for an adapter that is not there, so that the answer takes as long. */
const NOBODY = "0".repeat(64);

const contextOf = (id: string): string => `hook-adapter/${id}`;

const refused = (detail: string): CountersignError =>
  new CountersignError("unauthenticated", detail);

const principalOf = ({ id }: HookAdapter, store: TenantStore): Principal =>
  systemPrincipal(`hook:${id}`, store.tenant, ["host-events:report"]);

const isFresh = (headers: HookRequest["headers"], now: Date): boolean => {
  const timestamp = /^\d{1,12}$/.exec(headers["x-countersign-timestamp"] ?? "")?.[0];
  return (
    timestamp !== undefined && Math.abs(Number(timestamp) * 1000 - now.getTime()) <= REPLAY_WINDOW
  );
};

const viewOf = ({
  id,
  hostId,
  previousUntil,
  enabled,
  lastUsedAt,
  version,
  createdAt,
  updatedAt,
}: HookAdapter) => ({
  ...{ id, hostId, previousUntil, enabled, lastUsedAt, version, createdAt, updatedAt },
});
