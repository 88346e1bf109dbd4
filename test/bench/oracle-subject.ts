import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { builtins } from "../../adapters/preset.ts";
import { parseConfig } from "../../plugin/config.ts";
import { systemPrincipal } from "../../plugin/domain/principal.ts";
import { PrometheusMetrics } from "../../plugin/http/metrics.ts";
import { openInstallation } from "../../plugin/installation.ts";
import { systemRandom } from "../../plugin/random.ts";
import { OpaqueSchedule } from "../../plugin/scep/opaque-schedule.ts";
import { ScepOperations } from "../../plugin/scep/operations.ts";
import { Endpoints } from "../../plugin/services/endpoints.ts";
import { Hierarchies } from "../../plugin/services/hierarchies.ts";
import { Templates } from "../../plugin/services/templates.ts";
import { configIn, silentLogger } from "../support/installation.ts";
import { readDegenerate } from "../support/scep/reply.ts";
import { STATIC_SECRET } from "../support/scep/lab.ts";

/** The SCEP handler in this process, without HTTP; its schedule can be switched off. */
export interface OracleSubject {
  /** RA certificate, DER. */
  readonly ra: Uint8Array;
  /** Answers one PKIOperation; milliseconds it took. */
  time(message: Uint8Array): Promise<number>;
  /** Whether opaque replies are held back as they are in service. */
  schedule(on: boolean): void;
  end(): Promise<void>;
}

/** A whole installation on soft keys in a folder of its own. */
export const oracleSubject = async (): Promise<OracleSubject> => {
  const folder = await mkdtemp(join(tmpdir(), "countersign-oracle-"));
  const setup = builtins({ logger: silentLogger });
  const config = parseConfig(configIn(folder), setup.keyStores);
  // A key answers so many envelopes that do not open in an hour, and a source so many in a minute: time runs, and sources change.
  let sent = 0;
  const clock = { now: () => new Date(Date.now() + sent * 5000) };
  const installation = await openInstallation(config, setup, {
    clock,
    random: systemRandom,
    logger: silentLogger,
    metrics: new PrometheusMetrics(),
  });
  const { resolve } = installation;
  const admin = systemPrincipal("oracle", "default", [
    "authorities:manage",
    "authorities:read",
    "configuration:manage",
    "configuration:read",
  ]);
  await resolve(Hierarchies).create(admin, { id: "lab" });
  await resolve(Templates).create(admin, {
    id: "device",
    authorityId: "lab",
    subject: "CN=%devicename%,O=Lab",
  });
  await resolve(Endpoints).create(admin, {
    id: "std",
    authorityId: "lab",
    templateIds: ["device"],
    policies: [
      { kind: "static", templateId: "device", secret: STATIC_SECRET, unknownDevice: "unmanaged" },
    ],
  });
  const operations = resolve(ScepOperations);
  const request = { endpointId: "std", source: "192.0.2.1" };
  const caCert = { ...request, operation: "GetCACert", message: undefined } as const;
  const [ra] = readDegenerate((await operations.handle(caCert)).body).certificates;
  const schedule = resolve(OpaqueSchedule);
  const release = schedule.release.bind(schedule);
  return {
    ra: ra ?? new Uint8Array(0),
    time: async (message) => {
      sent++;
      const source = `10.${(sent >> 16) & 0xff}.${(sent >> 8) & 0xff}.${sent & 0xff}`;
      const started = performance.now();
      await operations.handle({ ...request, source, operation: "PKIOperation", message });
      return performance.now() - started;
    },
    schedule: (on) => {
      schedule.release = on ? release : () => Promise.resolve();
    },
    end: async () => {
      await installation.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
};
