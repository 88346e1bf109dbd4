import { systemClock } from "./clock.ts";
import { type CountersignConfig, parseConfig } from "./config.ts";
import { systemPrincipal } from "./domain/principal.ts";
import { DEFAULT_TENANT, type TenantId } from "./domain/tenant.ts";
import { CountersignError } from "./errors.ts";
import { createHooks, type Hooks } from "./hooks.ts";
import { createHandler, type Handler, type Part, PARTS, type Site } from "./http/handler.ts";
import { LocalTokens, type TokenRequest } from "./http/local-tokens.ts";
import { PrometheusMetrics } from "./http/metrics.ts";
import { type Ambient, type Installation, openInstallation } from "./installation.ts";
import { standardErrorLogger } from "./logger.ts";
import { systemRandom } from "./random.ts";
import { AdminTokens } from "./services/access/admin-tokens.ts";
import { Deployments } from "./services/deployments/deployments.ts";
import { EventIntake } from "./services/hosts/event-intake.ts";
import {
  type ListenerCertificate,
  ListenerCertificates,
  type ListenerRequest,
} from "./services/authorities/listener-certificates.ts";
import { deriveKey } from "./services/access/secret-box.ts";
import { Tenants } from "./services/access/tenants.ts";
import type { Setup } from "./setup.ts";
import { buildSite } from "./site.ts";

/** One installation inside a host. */
export interface Countersign {
  /** Serves everything. Answers 503 until `start()` has finished. */
  readonly handler: Handler;
  /** A handler that serves only some parts, for hosts with several listeners. */
  handlerFor(parts: readonly Part[]): Handler;
  /** What the host reports; rejects with `not_running` until `start()` has finished. */
  readonly hooks: Hooks;
  /** Bearer tokens for the admin API, for whoever holds the process. */
  readonly tokens: { mint(request: TokenRequest): Promise<string> };
  /** A certificate for a listener of the host's own, by an authority of a tenant; see `ListenerRequest`. */
  certifyListener(
    request: ListenerRequest & { readonly tenant?: TenantId },
  ): Promise<ListenerCertificate>;
  /** Opens database and key stores and begins to work. Twice is once; after a failure nothing is half open, and it may be called again. */
  start(): Promise<void>;
  /** Stops everything and leaves no handle open. Twice is once; safe at any time. */
  close(): Promise<void>;
}

interface Running {
  readonly installation: Installation;
  readonly tokens: LocalTokens;
  readonly site: Site;
}

/**
 * Builds an installation from checked values. Synchronous: opens nothing, starts no timer. Throws `invalid_config` with all faults at
 * once.
 */
export const createCountersign = (input: CountersignConfig, setup: Setup): Countersign => {
  const config = parseConfig(input, setup.keyStores);
  const ambient: Ambient = {
    clock: setup.clock ?? systemClock,
    random: setup.random ?? systemRandom,
    logger: setup.logger ?? standardErrorLogger(),
    metrics: setup.metrics ?? new PrometheusMetrics(),
  };
  let starting: Promise<Running> | undefined;
  let running: Running | undefined;

  const open = async (): Promise<Running> => {
    const installation = await openInstallation(config, setup, ambient);
    try {
      const key = deriveKey(installation.serverSecret, "local-token");
      const tokens = new LocalTokens(
        key,
        ambient.clock,
        installation.resolve(AdminTokens),
        config.admin.tokens.localKey,
      );
      const site = buildSite(installation, config, setup, ambient, tokens);
      return { installation, tokens, site };
    } catch (failure) {
      await installation.close();
      throw failure;
    }
  };
  const needed = (): Running => {
    if (running === undefined)
      throw new CountersignError("not_running", "start() has not finished");
    return running;
  };
  const handlerFor = (parts: readonly Part[]): Handler =>
    createHandler({
      parts,
      mountPath: config.mountPath,
      ndesEndpoint: config.ndesEndpoint,
      site: () => running?.site,
      logger: ambient.logger,
    });

  return {
    handler: handlerFor(PARTS),
    handlerFor,
    hooks: createHooks(() => {
      const { resolve } = needed().installation;
      return {
        intake: resolve(EventIntake),
        deployments: resolve(Deployments),
        tenants: resolve(Tenants),
      };
    }),
    tokens: {
      mint: async (request) => (await needed().tokens.mint(request, "system:host")).token,
    },
    certifyListener: async ({ tenant = DEFAULT_TENANT, ...request }) =>
      needed()
        .installation.resolve(ListenerCertificates)
        .certify(systemPrincipal("listener", tenant, ["authorities:manage"]), request),
    start: async () => {
      const mine = (starting ??= open());
      try {
        const opened = await mine;
        // Closed meanwhile: `close()` takes care of it.
        if (starting === mine) running = opened;
      } catch (failure) {
        if (starting === mine) starting = undefined;
        throw failure;
      }
    },
    close: async () => {
      const mine = starting;
      starting = undefined;
      running = undefined;
      const opened = await mine?.catch(() => undefined);
      await opened?.installation.close();
    },
  };
};
