import { inject } from "tsyringe";
import type { Certificate } from "../../domain/certificate.ts";
import { activated, type Device, isHeld, liveStatusOf } from "../../domain/device.ts";
import type { Principal } from "../../domain/principal.ts";
import { CountersignError } from "../../errors.ts";
import type { Clock } from "../../ports/ambient.ts";
import type { DeviceFilter } from "../../ports/device-stores.ts";
import type { Page, PageRequest } from "../../ports/paging.ts";
import { CLOCK } from "../../tokens.ts";
import { Access, found } from "../access/access.ts";
import { DistributionWalks } from "../distribution/distribution-walks.ts";
import { Revocations, type DeviceRevocation } from "./revocations.ts";

/** A device as an end entity: what it is called, whether it may enrol, and until when its newest certificate is good. */
export interface EndEntity {
  readonly id: string;
  /** The host's own id of it. */
  readonly identifier: string;
  readonly hostId: string;
  readonly activation: "active" | "deactivated" | "decommissioned" | "ended";
  readonly expiresAt: Date | undefined;
}

/** End entities: viewed, activated, deactivated and decommissioned. */
export class EndEntities {
  constructor(
    @inject(Access) private readonly access: Access,
    @inject(CLOCK) private readonly clock: Clock,
    @inject(Revocations) private readonly revocations: Revocations,
    @inject(DistributionWalks) private readonly walks: DistributionWalks,
  ) {}

  async list(
    principal: Principal,
    page: PageRequest,
    filter?: DeviceFilter,
  ): Promise<Page<EndEntity>> {
    const store = this.access.open(principal, "end-entities:manage");
    const { items, cursor } = await store.devices.list(page, filter);
    const now = this.clock.now();
    const views = items.map(async (device) =>
      view(device, await store.certificates.liveOfDevice(device.id, now)),
    );
    return { items: await Promise.all(views), cursor };
  }

  async get(principal: Principal, id: string): Promise<EndEntity> {
    const store = this.access.open(principal, "end-entities:manage");
    const device = found(await store.devices.get(id), "end entity", id);
    return view(device, await store.certificates.liveOfDevice(id, this.clock.now()));
  }

  /** Until it is activated again nothing is issued, renewed or minted for it. Throws `conflict` unless it is active. */
  async deactivate(principal: Principal, id: string): Promise<EndEntity> {
    return this.turn(principal, id, ["enrolled", "unmanaged"], "deactivated");
  }

  /** Throws `conflict` unless it is deactivated. */
  async activate(principal: Principal, id: string): Promise<EndEntity> {
    return this.turn(principal, id, ["deactivated"], "active");
  }

  /** For good: its certificates are revoked and its challenges burned. Throws `conflict` when it is so already. */
  async decommission(principal: Principal, id: string): Promise<DeviceRevocation> {
    const store = this.access.open(principal, "end-entities:manage");
    const device = found(await store.devices.get(id), "end entity", id);
    if (device.status === "decommissioned")
      throw new CountersignError("conflict", `${id} is decommissioned already`);
    return this.revocations.endDevice(principal, store, id, "decommissioned");
  }

  private async turn(
    principal: Principal,
    id: string,
    from: readonly Device["status"][],
    to: "active" | "deactivated",
  ): Promise<EndEntity> {
    const store = this.access.open(principal, "end-entities:manage");
    await store.run(async (tx) => {
      const device = found(await tx.devices.get(id), "end entity", id);
      if (!from.includes(device.status))
        throw new CountersignError("conflict", `${id} is ${device.status}`);
      const turned: Device = to === "active" ? activated(device) : { ...device, status: to };
      await tx.devices.save({ ...turned, updatedAt: this.clock.now() });
      // Its host has wiped and enrolled it meanwhile.
      if (to === "active" && device.hostStatus === liveStatusOf(device))
        await this.walks.consider(tx, principal, [id], true);
      await tx.ledger.append(
        this.access.entry(
          principal,
          to === "deactivated" ? "device.deactivated" : "device.activated",
          id,
        ),
      );
    });
    return this.get(principal, id);
  }
}

const view = (device: Device, live: readonly Certificate[]): EndEntity => ({
  id: device.id,
  identifier: device.hostDeviceId,
  hostId: device.hostId,
  activation: isHeld(device)
    ? (device.status as "deactivated" | "decommissioned")
    : device.status === "wiped" || device.status === "unenrolled"
      ? "ended"
      : "active",
  expiresAt: live
    .map(({ notAfter }) => notAfter)
    .reduce<Date | undefined>(
      (latest, end) => (latest === undefined || end > latest ? end : latest),
      undefined,
    ),
});
