import { buildContainer, type Resolve } from "../../../plugin/container.ts";
import { PrometheusMetrics } from "../../../plugin/http/metrics.ts";
import type { MdmHost } from "../../../plugin/ports/mdm-host.ts";
import type { Database } from "../../../plugin/ports/stores.ts";
import { systemRandom } from "../../../plugin/random.ts";
import { silentLogger } from "../../support/installation.ts";
import { memoryKeys } from "./sealer.ts";

/** The services of one node on a database, with nothing ticking. */
export const nodeOn = (
  database: Database,
  now: () => Date,
  hosts: readonly MdmHost[] = [],
): Resolve =>
  buildContainer({
    setup: { keyStores: [], caBackends: [], renderers: [], hosts },
    settings: {
      publicUrl: "http://ca.example",
      scepUrl: "http://ca.example/scep",
      serverSecret: new Uint8Array(32).fill(7),
      crlInterval: 86_400,
      crlLifetime: 604_800,
      retryGrace: 900,
      limits: {},
      organization: "Test",
      rotation: {
        raDaysBefore: 30,
        announceDays: 7,
        overlapDays: 14,
        checkSeconds: 60,
        destroyRetiredRaKeys: false,
      },
    },
    database,
    keyProviders: [memoryKeys()],
    clock: { now },
    random: systemRandom,
    logger: silentLogger,
    metrics: new PrometheusMetrics(),
  });
