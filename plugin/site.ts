import type { Config } from "./config.ts";
import { authenticator } from "./http/admin-auth.ts";
import type { ApiServices } from "./http/api/services.ts";
import { createApp } from "./http/app.ts";
import { ConsoleRoutes } from "./http/console-routes.ts";
import type { Site } from "./http/handler.ts";
import { IssuerTokens } from "./http/issuer-tokens.ts";
import type { LocalTokens } from "./http/local-tokens.ts";
import { ScepRoutes } from "./http/scep-routes.ts";
import { StatusRoutes } from "./http/status-routes.ts";
import type { Ambient, Installation } from "./installation.ts";
import { ScepOperations } from "./scep/operations.ts";
import { Approvals } from "./services/approvals.ts";
import { Authorities } from "./services/authorities.ts";
import { Certificates } from "./services/certificates.ts";
import { Challenges } from "./services/challenges.ts";
import { Deployments } from "./services/deployments.ts";
import { Devices } from "./services/devices.ts";
import { Endpoints } from "./services/endpoints.ts";
import { Health } from "./services/health.ts";
import { Hierarchies } from "./services/hierarchies.ts";
import { HostEvents } from "./services/host-events.ts";
import { Ledger } from "./services/ledger.ts";
import { Ras } from "./services/ras.ts";
import { RollOvers } from "./services/roll-overs.ts";
import { Status } from "./services/status.ts";
import { Templates } from "./services/templates.ts";
import { Tenants } from "./services/tenants.ts";
import type { Setup } from "./setup.ts";

/** Puts HTTP in front of a running installation. */
export const buildSite = (
  { resolve }: Installation,
  config: Config,
  setup: Setup,
  { clock, logger, metrics, random }: Ambient,
  tokens: LocalTokens,
): Site => {
  const { issuer } = config.admin;
  const limits = { bytes: config.limits.bodyBytes, seconds: config.limits.bodySeconds };
  const services: ApiServices = {
    tenants: resolve(Tenants),
    approvals: resolve(Approvals),
    authorities: resolve(Authorities),
    hierarchies: resolve(Hierarchies),
    ras: resolve(Ras),
    templates: resolve(Templates),
    endpoints: resolve(Endpoints),
    rollOvers: resolve(RollOvers),
    devices: resolve(Devices),
    hostEvents: resolve(HostEvents),
    deployments: resolve(Deployments),
    challenges: resolve(Challenges),
    certificates: resolve(Certificates),
    ledger: resolve(Ledger),
    tokens,
  };
  const authenticate = authenticator(
    tokens,
    issuer === undefined ? undefined : new IssuerTokens(issuer, clock),
    setup.principal,
  );
  const app = createApp({
    services,
    authenticate: async (request) => {
      const principal = await authenticate(request);
      // A host's own tokens may name anything.
      if (principal.tenant !== undefined) await services.tenants.require(principal.tenant);
      return principal;
    },
    health: resolve(Health),
    metrics,
    metricsOpen: config.metrics.open,
    logger,
    random,
  });
  return {
    scep: new ScepRoutes(resolve(ScepOperations), limits),
    status: new StatusRoutes(resolve(Status), limits),
    console: new ConsoleRoutes(),
    app: (request, response) => {
      app(request, response);
    },
  };
};
