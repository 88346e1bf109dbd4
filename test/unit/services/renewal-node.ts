import { builtins } from "../../../adapters/preset.ts";
import { buildContainer, type Resolve } from "../../../plugin/container.ts";
import type { Certificate } from "../../../plugin/domain/certificate.ts";
import type { Principal } from "../../../plugin/domain/principal.ts";
import { renewalTime } from "../../../plugin/domain/renewal-time.ts";
import type { Template } from "../../../plugin/domain/template.ts";
import { PrometheusMetrics } from "../../../plugin/http/metrics.ts";
import type { MdmHost } from "../../../plugin/ports/mdm-host.ts";
import type { Database, TenantStore } from "../../../plugin/ports/stores.ts";
import { systemRandom } from "../../../plugin/random.ts";
import { aCertificate, aDeployment, aDevice, bytes } from "../../contract/store/samples.ts";
import { silentLogger } from "../../support/installation.ts";
import { memoryKeys } from "./sealer.ts";

/** One node's services on a database, with nothing that ticks. */
export const nodeOn = (
  database: Database,
  now: () => Date,
  hosts: readonly MdmHost[] = [],
): Resolve =>
  buildContainer({
    setup: builtins({ hosts }),
    database,
    keyProviders: [memoryKeys()],
    mailer: { send: () => Promise.resolve(), close: () => Promise.resolve() },
    clock: { now },
    random: systemRandom,
    logger: silentLogger,
    metrics: new PrometheusMetrics(),
    settings: {
      publicUrl: "http://pki.example",
      scepUrl: "http://pki.example/scep",
      serverSecret: bytes(...new Array<number>(32).fill(7)),
      crlInterval: 86_400,
      crlLifetime: 604_800,
      crlRevocation: 300,
      crlAtOnceEntries: 10_000,
      crlKeepExpired: 0,
      retryGrace: 900,
      limits: {},
      postQuantum: false,
      shortLivedAuthority: "warn",
      rotation: {
        ...{ raDaysBefore: 60, announceDays: 14, overlapDays: 30, checkSeconds: 3600 },
        destroyRetiredRaKeys: false,
      },
      organization: "Test",
    },
  });

export const ownerOf = (tenant: string): Principal => ({
  id: "someone",
  kind: "user",
  tenant,
  roles: ["owner"],
});

/** One device of a fleet: its deployment is `installed`, its certificate issued then, and due by the template. */
export const addDevice = async (
  store: TenantStore,
  template: Template,
  n: number,
  issuedAt: Date,
  lifeMs: number,
  over: Partial<Certificate> = {},
): Promise<void> => {
  const id = String(n).padStart(5, "0");
  const deviceId = `device-${id}`;
  const notAfter = new Date(issuedAt.getTime() + lifeMs);
  await store.devices.save(
    aDevice({ id: deviceId, hostDeviceId: id, attributes: { serialnumber: id, udid: id } }),
  );
  await store.certificates.insert(
    aCertificate({
      ...{ id: `c-${id}`, deviceId, templateId: template.id, templateVersion: template.version },
      ...{ authorityId: template.authorityId, createdAt: issuedAt, issuedAt, notAfter, ...over },
    }),
    bytes(n % 256),
  );
  await store.deployments.save(
    aDeployment({
      ...{ id: `d-${id}`, deviceId, templateId: template.id, state: "installed" },
      ...{ certificateId: `c-${id}`, certificateEndsAt: notAfter, nextActionAt: notAfter },
      ...{ failure: undefined, reason: undefined, attempts: 0, createdAt: issuedAt },
    }),
  );
  const to = renewalTime(template, { deviceId, issuedAt, notAfter }, issuedAt);
  await store.renewals.change([{ id: `d-${id}`, from: undefined, to }]);
};
