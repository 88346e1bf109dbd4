import { inject } from "tsyringe";
import { isRsa } from "../../domain/algorithm.ts";
import type { Authority } from "../../domain/authority.ts";
import type { Device } from "../../domain/device.ts";
import { formatDn } from "../../domain/distinguished-name.ts";
import { addDuration, parseDuration } from "../../domain/duration.ts";
import type { Principal } from "../../domain/principal.ts";
import { type PlannedDay, RenewalPreview } from "../../domain/renewal-preview.ts";
import { retimes } from "../../domain/renewal-time.ts";
import type { Template } from "../../domain/template.ts";
import { validityFor } from "../../domain/validity.ts";
import { CountersignError } from "../../errors.ts";
import type { Clock } from "../../ports/ambient.ts";
import type { RenewalRow } from "../../ports/renewals.ts";
import type { TenantStore } from "../../ports/stores.ts";
import { CLOCK } from "../../tokens.ts";
import { Access, found } from "../access/access.ts";
import { CaCertificates, issuerOf } from "../signing/ca-certificates.ts";
import { namesFor } from "../deployments/profiles.ts";
import { RenewalLateness } from "../renewal/renewal-lateness.ts";
import { play, playedRow, type PlayedRenewal } from "../renewal/renewal-plans.ts";
import { rulesOf, usageOf } from "../deployments/renewal-starts.ts";
import { movedTime } from "../templates/template-moves.ts";
import { Templates, type TemplateUpdate } from "../templates/templates.ts";
import { refuseUnlessLive } from "../devices/refuse-unless-live.ts";

/** How long the deployments of a template take to move unless told otherwise. */
export const DEFAULT_MOVE = "P7D";

const PAGE = 500;
const MOST_ROWS = 100_000;
const MOST_FAILING = 200;
const DAYS = 366;
const DAY = 86_400_000;

/** A device that could not be issued a certificate by the changed template. */
export interface FailingDevice {
  readonly deviceId: string;
  readonly hostDeviceId: string;
  readonly code: string;
  readonly detail: string;
}

export interface TemplateImpactReport {
  readonly templateId: string;
  /** The version it would be saved as. */
  readonly version: number;
  /** Fields that differ. */
  readonly fields: readonly string[];
  /** Deployments with a certificate of this template. */
  readonly deployments: number;
  /** Those whose certificate would say something else, and so gets a new key; without those that would fail. */
  readonly rekeyed: number;
  /** How many would fail; the first of them by name. */
  readonly failing: number;
  readonly failures: readonly FailingDevice[];
  /** The days over which those that can be re-keyed move, by the plan of its authority; others of the authority compete for its caps besides. */
  readonly days: readonly PlannedDay[];
  /** False when there are more deployments than an impact looks at. */
  readonly whole: boolean;
  /** Of certificates that would end before the caps let them be renewed, where a change moves their renewal. */
  readonly warnings: readonly string[];
}

/** What of a template stands in a certificate or decides on its key; a change of anything else re-keys nobody. */
const IN_CERTIFICATES: readonly (keyof Template)[] = [
  "authorityId",
  "delivery",
  "keyAlgorithms",
  "keyUsages",
  "extendedKeyUsages",
  "validity",
  "maxValidity",
  "keyStorage",
  "policies",
];
const NAMES: readonly (keyof Template)[] = ["subject", "sans"];

/** What a change of a template would do, before it is saved: a dry run over its devices. */
export class TemplateImpact {
  constructor(
    @inject(Access) private readonly access: Access,
    @inject(CLOCK) private readonly clock: Clock,
    @inject(Templates) private readonly templates: Templates,
    @inject(CaCertificates) private readonly certificates: CaCertificates,
    @inject(RenewalLateness) private readonly lateness: RenewalLateness,
  ) {}

  /** `over`: ISO 8601, how long the move may take. Throws what saving would throw. */
  async preview(
    principal: Principal,
    id: string,
    change: TemplateUpdate,
    over = DEFAULT_MOVE,
  ): Promise<TemplateImpactReport> {
    const store = this.access.open(principal, "configuration:read");
    const { before, after, fields } = await this.templates.changed(principal, id, change);
    const authority = await store.authorities.get(after.authorityId);
    const now = this.clock.now();
    const span = { from: now, until: addDuration(now, parseDuration(over)) };
    const move = { version: after.version, rekey: true, ...span };
    const failures: FailingDevice[] = [];
    const moving: PlayedRenewal[] = [];
    let [deployments, rekeyed, failing] = [0, 0, 0];
    let cursor: string | undefined;
    for (let ended = false; !ended && deployments < MOST_ROWS;) {
      const rows = await store.renewals.ofTemplate(id, cursor, PAGE);
      const devices = await store.devices.byIds(rows.map(({ deviceId }) => deviceId));
      const byId = new Map(devices.map((device) => [device.id, device]));
      for (const row of rows) {
        const device = byId.get(row.deviceId);
        const fault = this.faultOf(store.tenant, after, authority, device);
        deployments += 1;
        if (fault !== undefined) {
          failing += 1;
          if (failures.length < MOST_FAILING) failures.push(fault);
        }
        if (fault !== undefined || device === undefined) continue;
        if (!rekeys(before, after, fields, device)) continue;
        rekeyed += 1;
        moving.push(...movedRow(after, move, row, now));
      }
      cursor = rows.at(-1)?.id;
      ended = rows.length < PAGE;
      await new Promise((resolve) => setImmediate(resolve));
    }
    return {
      templateId: id,
      version: after.version,
      fields,
      deployments,
      rekeyed,
      failing,
      failures,
      days: await planned(store, after.authorityId, moving, now),
      whole: deployments < MOST_ROWS,
      warnings: retimes(fields) ? await this.lateness.of(store, after) : [],
    };
  }

  /** The dry run for one device: names resolved, a certificate made and linted, nothing signed. */
  private faultOf(
    tenant: string,
    template: Template,
    authority: Authority | undefined,
    device: Device | undefined,
  ): FailingDevice | undefined {
    if (device === undefined) return undefined;
    const { id: deviceId, hostDeviceId } = device;
    try {
      refuseUnlessLive(device);
      const issuer = issuerOf(
        tenant,
        found(authority, "authority", template.authorityId),
        this.clock.now(),
      );
      const { subject, sans } = namesFor(template, device);
      formatDn(subject);
      const { notBefore, notAfter } = validityFor({
        now: this.clock.now(),
        ...template,
        authorityNotAfter: issuer.authority.notAfter ?? this.clock.now(),
      });
      const start = issuer.authority.notBefore ?? notBefore;
      const rsa = isRsa(issuer.authority.keyAlgorithm);
      this.certificates.prepare(issuer, {
        role: "subscriber",
        subject,
        sans,
        // Any key will do: what is looked at are the names and the profile.
        publicKey: issuer.authority.publicKey,
        notBefore: notBefore < start ? start : notBefore,
        notAfter,
        keyUsages: template.keyUsages.filter((usage) =>
          rsa ? usage !== "keyAgreement" : !usage.endsWith("Encipherment"),
        ),
        extendedKeyUsages: template.extendedKeyUsages,
        policies: template.policies,
      });
      return undefined;
    } catch (error) {
      if (!(error instanceof CountersignError)) throw error;
      return { deviceId, hostDeviceId, code: error.code, detail: error.detail };
    }
  }
}

const rekeys = (
  before: Template,
  after: Template,
  fields: readonly string[],
  device: Device,
): boolean => {
  if (IN_CERTIFICATES.some((field) => fields.includes(field))) return true;
  const copies = (template: Template): boolean => template.rules?.fillSanDnsWithCn === true;
  if (copies(before) !== copies(after)) return true;
  if (!NAMES.some((field) => fields.includes(field))) return false;
  return namesText(before, device) !== namesText(after, device);
};

/** Undefined where the names cannot be made. */
const namesText = (template: Template, device: Device): string | undefined => {
  try {
    const { subject, sans } = namesFor(template, device);
    return JSON.stringify([formatDn(subject), sans]);
  } catch (error) {
    if (error instanceof CountersignError) return undefined;
    throw error;
  }
};

const movedRow = (
  template: Template,
  move: Parameters<typeof movedTime>[1],
  row: RenewalRow,
  now: Date,
): readonly PlayedRenewal[] => {
  const to = movedTime(template, move, row, now);
  const renewAt = to === "stay" ? row.renewAt : to;
  const played = playedRow({ ...row, renewAt }, template, now);
  return played === undefined || renewAt === undefined ? [] : [{ ...played, dueAfter: undefined }];
};

/** The days until the last one moves. */
const planned = async (
  store: TenantStore,
  authorityId: string,
  moving: readonly PlayedRenewal[],
  now: Date,
): Promise<readonly PlannedDay[]> => {
  const until = new Date(now.getTime() + DAYS * DAY);
  const preview = new RenewalPreview(now.getTime(), until.getTime());
  const rules = (await rulesOf(store))(authorityId);
  const usage = await usageOf(store, authorityId, now);
  await play(moving, { from: now, until, rules, usage, left: MOST_ROWS + 1 }, [preview]);
  const days = preview.days();
  return days.slice(0, days.findLastIndex((day) => day.planned > 0) + 1);
};
