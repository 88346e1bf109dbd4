import { inject } from "tsyringe";
import type { Deployment } from "../../domain/deployment.ts";
import { type Device, isLive } from "../../domain/device.ts";
import type {
  HeldCertificate,
  Inventory,
  InventoryFinding,
  InventoryItem,
  InventoryVerdict,
} from "../../domain/inventory.ts";
import type { Principal } from "../../domain/principal.ts";
import { CountersignError } from "../../errors.ts";
import { sha256Fingerprint } from "../../pki/fingerprint.ts";
import type { Clock } from "../../ports/ambient.ts";
import type { MdmHost } from "../../ports/mdm-host.ts";
import type { Page, PageRequest } from "../../ports/paging.ts";
import type { TenantStore } from "../../ports/stores.ts";
import { CLOCK, MDM_HOSTS } from "../../tokens.ts";
import { Access, found } from "../access/access.ts";
import { DeploymentSteps } from "../deployments/deployment-steps.ts";
import { judge, judgeContext } from "./inventory-judge.ts";
import { readHeld, type ReadCertificate } from "./inventory-reading.ts";
import { OutsideCertificates } from "./outside-certificates.ts";
import { SuspectCertificates } from "../certificates/suspect-certificates.ts";

/** What a host has seen on a device. */
export interface InventoryReport {
  readonly certificates: readonly HeldCertificate[];
  /** When that was true. */
  readonly at: Date;
  /** Whether it is all; only then is something missing. */
  readonly complete: boolean;
}

/** What came of a report. */
export interface ReportResult {
  readonly deviceId: string;
  /** An older report than the last one changes nothing. */
  readonly stale: boolean;
  readonly seen: number;
  /** Rows without a readable serial. */
  readonly unreadable: number;
  /** Deployments whose certificate is on the device, and those whose profile is sent again. */
  readonly installed: readonly string[];
  readonly missing: readonly string[];
}

/** Most certificates of one report. */
export const MOST_HELD = 500;
/** A device needs a moment to install what it was given; a report of that time proves nothing. */
const SETTLING = 3_600_000;

/** What devices really hold: reported by hosts, asked for on demand, compared with what they were given (L-03, L-04). */
export class Inventories {
  constructor(
    @inject(Access) private readonly access: Access,
    @inject(CLOCK) private readonly clock: Clock,
    @inject(MDM_HOSTS) private readonly hosts: readonly MdmHost[],
    @inject(DeploymentSteps) private readonly steps: DeploymentSteps,
    @inject(OutsideCertificates) private readonly outside: OutsideCertificates,
    @inject(SuspectCertificates) private readonly suspects: SuspectCertificates,
  ) {}

  /** What the device held when it was last reported, judged by what is known now. */
  async get(principal: Principal, deviceId: string): Promise<Inventory> {
    const store = this.access.open(principal, "devices:read");
    found(await store.devices.get(deviceId), "device", deviceId);
    const inventory = await store.inventories.get(deviceId);
    const context = await judgeContext(store, deviceId, this.clock.now());
    const items: InventoryItem[] = [];
    for (const item of inventory.items) {
      const { verdict, certificate } = await judge(store, context, { ...item, parsed: undefined });
      // Without its DER a certificate that is no row of ours is judged no better than before.
      items.push(
        certificate === undefined ? item : { ...item, verdict, certificateId: certificate.id },
      );
    }
    return { ...inventory, items };
  }

  /** Certificates with one verdict over the fleet, as they were judged when they were reported. */
  async findings(
    principal: Principal,
    verdict: InventoryVerdict,
    page: PageRequest,
  ): Promise<Page<InventoryFinding>> {
    return this.access.open(principal, "devices:read").inventories.findings(verdict, page);
  }

  /** By hand or by a program of the host's; the same as the event `deviceInventory`. */
  async report(
    principal: Principal,
    deviceId: string,
    report: InventoryReport,
  ): Promise<ReportResult> {
    const store = this.access.open(principal, "host-events:report");
    return this.reportIn(
      principal,
      store,
      found(await store.devices.get(deviceId), "device", deviceId),
      report,
    );
  }

  /**
   * Keeps a report and moves the device's deployments: what is there is installed, what is missing is sent again. Throws `too_large`.
   */
  async reportIn(
    principal: Pick<Principal, "id">,
    store: TenantStore,
    device: Device,
    { certificates, at, complete }: InventoryReport,
  ): Promise<ReportResult> {
    if (certificates.length > MOST_HELD)
      throw new CountersignError("too_large", `a report takes ${MOST_HELD} certificates`);
    const read = certificates.map(readHeld);
    const held = [
      ...new Map(read.flatMap((one) => (one === undefined ? [] : [[one.key, one]]))).values(),
    ];
    const unreadable = read.filter((one) => one === undefined).length;
    const report = { held, at, complete: complete && unreadable === 0 };
    return store.run(async (tx) => {
      const known = await tx.inventories.get(device.id);
      const result = { deviceId: device.id, seen: held.length, unreadable };
      if (known.reportedAt !== undefined && known.reportedAt > at)
        return { ...result, stale: true, installed: [], missing: [] };
      await this.outside.adopt(tx, principal, device, held);
      const { items, present } = await this.judged(tx, principal, device, report, known);
      await tx.inventories.replace(device.id, at, items);
      const moved = isLive(device)
        ? await this.move(tx, principal, device, { ...report, present })
        : { installed: [], missing: [] };
      return { ...result, stale: false, ...moved };
    });
  }

  /** Asks the host now (L-04): the answer, or undefined when it will come as an event. Throws `not_found` for a host that cannot tell. */
  async scan(principal: Principal, deviceId: string): Promise<ReportResult | undefined> {
    const store = this.access.open(principal, "deployments:manage");
    const device = found(await store.devices.get(deviceId), "device", deviceId);
    const result = await this.scanIn(principal, store, device);
    if (result === "no-host")
      throw new CountersignError(
        "not_found",
        `host ${device.hostId} cannot be asked what a device holds; let it report deviceInventory`,
      );
    return result;
  }

  async scanIn(
    principal: Pick<Principal, "id">,
    store: TenantStore,
    device: Device,
  ): Promise<ReportResult | undefined | "no-host"> {
    const host = this.hosts.find(({ id }) => id === device.hostId);
    if (host?.inventory === undefined) return "no-host";
    const at = this.clock.now();
    await store.inventories.asked(device.id, at);
    const certificates = await host.inventory(device);
    return (
      certificates && this.reportIn(principal, store, device, { certificates, at, complete: true })
    );
  }

  private async judged(
    tx: TenantStore,
    principal: Pick<Principal, "id">,
    device: Device,
    { held, at, complete }: Held,
    known: Inventory,
  ): Promise<{ readonly items: readonly InventoryItem[]; readonly present: ReadonlySet<string> }> {
    const context = await judgeContext(tx, device.id, this.clock.now());
    const before = new Map(known.items.map((item) => [item.key, item]));
    const items: InventoryItem[] = [];
    const present = new Set<string>();
    for (const { parsed, ...one } of held) {
      const { verdict, certificate, signedBy } = await judge(tx, context, { ...one, parsed });
      if (certificate?.deviceId === device.id) present.add(certificate.id);
      if (signedBy !== undefined && parsed !== undefined)
        await this.suspects.note(tx, principal, {
          certificate: parsed,
          fingerprint: sha256Fingerprint(parsed.der),
          authorityId: signedBy,
          deviceId: device.id,
        });
      const firstSeenAt = before.get(one.key)?.firstSeenAt ?? at;
      const certificateId = certificate?.id;
      items.push({ ...one, verdict, certificateId, firstSeenAt, lastSeenAt: at });
      before.delete(one.key);
    }
    // A part of the whole says nothing of the rest.
    if (!complete) items.push(...before.values());
    return { items, present };
  }

  private async move(
    tx: TenantStore,
    principal: Pick<Principal, "id">,
    device: Device,
    { present, at, complete }: Held & { readonly present: ReadonlySet<string> },
  ): Promise<Pick<ReportResult, "installed" | "missing">> {
    const installed: string[] = [];
    const missing: string[] = [];
    const { items } = await tx.deployments.list({ deviceId: device.id }, { limit: 500 });
    for (const deployment of items) {
      const { certificateId } = deployment;
      if (certificateId === undefined) continue;
      if (present.has(certificateId)) {
        await this.steps.apply(tx, principal, deployment, { kind: "see" });
        installed.push(deployment.id);
      } else if (complete && isOlder(deployment, at)) {
        const after = await this.steps.apply(tx, principal, deployment, { kind: "miss" });
        if (after !== deployment) missing.push(deployment.id);
      }
    }
    return { installed, missing };
  }
}

interface Held {
  readonly held: readonly ReadCertificate[];
  readonly at: Date;
  readonly complete: boolean;
}

/** Whether the report is of a time when the certificate had to be there. */
const isOlder = ({ since }: Deployment, at: Date): boolean =>
  since.getTime() + SETTLING <= at.getTime();
