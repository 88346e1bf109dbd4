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
import { Challenges } from "../../plugin/services/challenges/challenges.ts";
import { Endpoints } from "../../plugin/services/endpoints/endpoints.ts";
import { Hierarchies } from "../../plugin/services/authorities/hierarchies.ts";
import { HostEvents } from "../../plugin/services/hosts/host-events.ts";
import { Templates } from "../../plugin/services/templates/templates.ts";
import { configIn, silentLogger } from "../support/installation.ts";
import { readDegenerate } from "../support/scep/reply.ts";
import { STATIC_SECRET } from "../support/scep/lab.ts";

/** The static secret of the endpoint `other`. */
export const OTHER_SECRET = "the other endpoint's";

/** A one-time challenge of a device of its own. */
export interface OracleChallenge {
  readonly secret: string;
  /** The host's id of the device. */
  readonly device: string;
}

/** The SCEP handler in this process, without HTTP; its schedule can be switched off. */
export interface OracleSubject {
  /** RA certificate, DER. */
  readonly ra: Uint8Array;
  /** Answers one PKIOperation to `std`, DER of the CertRep. */
  answer(message: Uint8Array): Promise<Uint8Array>;
  /** Answers one PKIOperation; milliseconds it took. */
  time(message: Uint8Array): Promise<number>;
  /** A challenge of one of the endpoints `std` and `other`; good for ten years unless said. */
  mint(endpointId: "std" | "other", lifetime?: string): Promise<OracleChallenge>;
  /** The device is wiped, which burns its challenges. */
  wipe(device: string): Promise<void>;
  /** Lets time run on, in milliseconds. */
  wait(length: number): void;
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
  let ahead = 0;
  const clock = { now: () => new Date(Date.now() + ahead + sent * 5000) };
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
    "host-events:report",
    "challenges:mint",
  ]);
  await resolve(Hierarchies).create(admin, { id: "lab" });
  for (const [endpoint, template, secret] of [
    ["std", "device", STATIC_SECRET],
    ["other", "badge", OTHER_SECRET],
  ] as const) {
    await resolve(Templates).create(admin, {
      id: template,
      authorityId: "lab",
      subject: "CN=%devicename%,O=Lab",
    });
    await resolve(Endpoints).create(admin, {
      id: endpoint,
      authorityId: "lab",
      templateIds: [template],
      policies: [
        { kind: "static", templateId: template, secret, unknownDevice: "unmanaged" },
        { kind: "dynamic" },
      ],
      // Each is tried a thousand times, and must not become a locked one meanwhile.
      limits: { perChallenge: 1_000_000_000, perDevicePerDay: 1_000_000_000 },
    });
  }
  const operations = resolve(ScepOperations);
  const request = { endpointId: "std", source: "192.0.2.1" };
  const caCert = { ...request, operation: "GetCACert", message: undefined } as const;
  const [ra] = readDegenerate((await operations.handle(caCert)).body).certificates;
  const schedule = resolve(OpaqueSchedule);
  const release = schedule.release.bind(schedule);
  const answer = async (message: Uint8Array): Promise<Uint8Array> => {
    sent++;
    const source = `10.${(sent >> 16) & 0xff}.${(sent >> 8) & 0xff}.${sent & 0xff}`;
    const asked = { ...request, source, operation: "PKIOperation", message } as const;
    return (await operations.handle(asked)).body;
  };
  let devices = 0;
  return {
    ra: ra ?? new Uint8Array(0),
    answer,
    time: async (message) => {
      const started = performance.now();
      await answer(message);
      return performance.now() - started;
    },
    mint: async (endpointId, lifetime = "P10Y") => {
      const device = `oracle-${++devices}`;
      const { id } = await resolve(HostEvents).deviceEnrolled(admin, {
        hostId: "lab",
        deviceId: device,
        platform: "other",
        attributes: { devicename: device },
      });
      const templateId = endpointId === "std" ? "device" : "badge";
      const wanted = { deviceId: id, templateId, endpointId, lifetime };
      return { device, secret: (await resolve(Challenges).mint(admin, wanted)).secret };
    },
    wipe: async (device) => {
      await resolve(HostEvents).deviceWiped(admin, { hostId: "lab", deviceId: device });
    },
    wait: (length) => {
      ahead += length;
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
