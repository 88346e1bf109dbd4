import { inject } from "tsyringe";
import type { Device } from "../../domain/device.ts";
import type { Principal } from "../../domain/principal.ts";
import type { Page, PageRequest } from "../../ports/paging.ts";
import { Access, found } from "../access/access.ts";

/** The devices a tenant's hosts have told us of, and the unmanaged ones. */
export class Devices {
  constructor(@inject(Access) private readonly access: Access) {}

  async list(principal: Principal, page: PageRequest): Promise<Page<Device>> {
    return this.access.open(principal, "devices:read").devices.list(page);
  }

  /** By id, host's id, or the beginning of an attribute that is indexed. */
  async search(principal: Principal, text: string, limit: number): Promise<readonly Device[]> {
    return this.access.open(principal, "devices:read").devices.search(text.trim(), limit);
  }

  async get(principal: Principal, id: string): Promise<Device> {
    return found(await this.access.open(principal, "devices:read").devices.get(id), "device", id);
  }
}
