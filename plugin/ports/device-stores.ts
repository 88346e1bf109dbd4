import type { Deployment, DeploymentState } from "../domain/deployment.ts";
import type { Device } from "../domain/device.ts";
import type { Page, PageRequest } from "./paging.ts";

export interface DeviceFilter {
  /** Has a deployment through it, or a certificate that was asked for there. */
  readonly endpointId?: string | undefined;
}

export interface DeviceStore {
  /** Inserts, or replaces the row of the same id. Keeps the index of attributes. */
  save(device: Device): Promise<void>;
  get(id: string): Promise<Device | undefined>;
  /** Those that are there; in no order. */
  byIds(ids: readonly string[]): Promise<readonly Device[]>;
  byHostId(hostId: string, hostDeviceId: string): Promise<Device | undefined>;
  /** Devices that have this value in an indexed attribute (without regard to case); at most `limit`. */
  byAttribute(name: string, value: string, limit: number): Promise<readonly Device[]>;
  /** Devices of which the text is the id, the host's id, or how an indexed attribute begins (without regard to case); at most `limit`. */
  search(text: string, limit: number): Promise<readonly Device[]>;
  list(page: PageRequest, filter?: DeviceFilter): Promise<Page<Device>>;
}

export interface DeploymentFilter {
  readonly deviceId?: string | undefined;
  readonly templateId?: string | undefined;
  readonly state?: DeploymentState | undefined;
}

export interface DeploymentStore {
  /** Gives back a claim on it. */
  save(deployment: Deployment): Promise<void>;
  /** Saves many that are there, in few statements; device, template and time of making stay. */
  updateAll(deployments: readonly Deployment[]): Promise<void>;
  /** Those that are there; in no order. */
  byIds(ids: readonly string[]): Promise<readonly Deployment[]>;
  get(id: string): Promise<Deployment | undefined>;
  /** The one live deployment of a template on a device (state other than `removed`). */
  find(deviceId: string, templateId: string): Promise<Deployment | undefined>;
  list(filter: DeploymentFilter, page: PageRequest): Promise<Page<Deployment>>;
  /** Ids of up to `limit` that are past their deadline or have none, most overdue first; claimed until `leaseUntil`, correct with several nodes. */
  claimDue(limit: number, now: Date, leaseUntil: Date): Promise<readonly string[]>;
}
