import type { Config } from "./config.ts";
import { authenticator } from "./http/admin-auth.ts";
import type { ApiServices } from "./http/api/services.ts";
import { createApp } from "./http/app.ts";
import { ConsoleRoutes } from "./http/console-routes.ts";
import type { Site } from "./http/handler.ts";
import { HookRoutes } from "./http/hook-routes.ts";
import { CredentialCertificates } from "./http/credential-certificates.ts";
import { CredentialTokens } from "./http/credential-tokens.ts";
import { IssuerTokens } from "./http/issuer-tokens.ts";
import type { LocalTokens } from "./http/local-tokens.ts";
import { OcspRoutes } from "./http/ocsp-routes.ts";
import { ScepRoutes } from "./http/scep-routes.ts";
import { StatusRoutes } from "./http/status-routes.ts";
import type { Ambient, Installation } from "./installation.ts";
import { GuessLimit } from "./scep/guess-limit.ts";
import { ScepOperations } from "./scep/operations.ts";
import { AdminTokens } from "./services/admin-tokens.ts";
import { Alerts } from "./services/alerts.ts";
import { About } from "./services/about.ts";
import { Approvals } from "./services/approvals.ts";
import { AuthorityRemoval } from "./services/authority-removal.ts";
import { Authorities } from "./services/authorities.ts";
import { CaRenewals } from "./services/ca-renewals.ts";
import { Caps } from "./services/caps.ts";
import { CertificateExport } from "./services/certificate-export.ts";
import { CertificateProfiles } from "./services/certificate-profiles.ts";
import { CertificateRequests } from "./services/certificate-requests.ts";
import { Certificates } from "./services/certificates.ts";
import { CertificateStatuses } from "./services/certificate-statuses.ts";
import { Challenges } from "./services/challenges.ts";
import { Consoles } from "./services/consoles.ts";
import { Credentials } from "./services/credentials.ts";
import { CrlLists } from "./services/crl-lists.ts";
import { Deployments } from "./services/deployments.ts";
import { Devices } from "./services/devices.ts";
import { EndEntities } from "./services/end-entities.ts";
import { EndpointTests } from "./services/endpoint-tests.ts";
import { Distributions } from "./services/distributions.ts";
import { HostGroups } from "./services/host-groups.ts";
import { Endpoints } from "./services/endpoints.ts";
import { Events } from "./services/events.ts";
import { Refusals } from "./services/refusals.ts";
import { Health } from "./services/health.ts";
import { Hierarchies } from "./services/hierarchies.ts";
import { KeyRollOvers } from "./services/key-roll-overs.ts";
import { EventIntake } from "./services/event-intake.ts";
import { HookAdapters } from "./services/hook-adapters.ts";
import { Inventories } from "./services/inventories.ts";
import { Ledger } from "./services/ledger.ts";
import { Overview } from "./services/overview.ts";
import { OutsideAuthorities } from "./services/outside-authorities.ts";
import { ManualIssuance } from "./services/manual-issuance.ts";
import { People } from "./services/people.ts";
import { Ocsp } from "./services/ocsp.ts";
import { OcspSwitch } from "./services/ocsp-switch.ts";
import { OutboxLetters } from "./services/outbox-letters.ts";
import { Ras } from "./services/ras.ts";
import { Retirements } from "./services/retirements.ts";
import { RenewalGroups } from "./services/renewal-groups.ts";
import { RenewalLateness } from "./services/renewal-lateness.ts";
import { RenewalPlans } from "./services/renewal-plans.ts";
import { DeviceRenewals } from "./services/device-renewals.ts";
import { PublicChecks } from "./services/public-checks.ts";
import { RollOvers } from "./services/roll-overs.ts";
import { Status } from "./services/status.ts";
import { TemplateImpact } from "./services/template-impact.ts";
import { Templates } from "./services/templates.ts";
import { Tenants } from "./services/tenants.ts";
import { Timelines } from "./services/timelines.ts";
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
    about: resolve(About),
    ocspSwitch: resolve(OcspSwitch),
    overview: resolve(Overview),
    caps: resolve(Caps),
    tenants: resolve(Tenants),
    approvals: resolve(Approvals),
    authorities: resolve(Authorities),
    hierarchies: resolve(Hierarchies),
    outsideAuthorities: resolve(OutsideAuthorities),
    ras: resolve(Ras),
    templates: resolve(Templates),
    distributions: resolve(Distributions),
    hostGroups: resolve(HostGroups),
    endpoints: resolve(Endpoints),
    endpointTests: resolve(EndpointTests),
    consoles: resolve(Consoles),
    rollOvers: resolve(RollOvers),
    keyRollOvers: resolve(KeyRollOvers),
    caRenewals: resolve(CaRenewals),
    retirements: resolve(Retirements),
    devices: resolve(Devices),
    intake: resolve(EventIntake),
    hookAdapters: resolve(HookAdapters),
    inventories: resolve(Inventories),
    deployments: resolve(Deployments),
    challenges: resolve(Challenges),
    people: resolve(People),
    credentials: resolve(Credentials),
    endEntities: resolve(EndEntities),
    events: resolve(Events),
    refusals: resolve(Refusals),
    authorityRemoval: resolve(AuthorityRemoval),
    manualIssuance: resolve(ManualIssuance),
    certificateExport: resolve(CertificateExport),
    certificateProfiles: resolve(CertificateProfiles),
    certificateRequests: resolve(CertificateRequests),
    certificates: resolve(Certificates),
    deviceRenewals: resolve(DeviceRenewals),
    renewalGroups: resolve(RenewalGroups),
    renewalLateness: resolve(RenewalLateness),
    renewalPlans: resolve(RenewalPlans),
    templateImpact: resolve(TemplateImpact),
    certificateStatuses: resolve(CertificateStatuses),
    crlLists: resolve(CrlLists),
    publicChecks: resolve(PublicChecks),
    outbox: resolve(OutboxLetters),
    alerts: resolve(Alerts),
    ledger: resolve(Ledger),
    timelines: resolve(Timelines),
    tokens,
    adminTokens: resolve(AdminTokens),
  };
  const authenticate = authenticator(
    tokens,
    issuer === undefined ? undefined : new IssuerTokens(issuer, clock),
    new CredentialTokens(resolve(Credentials), clock),
    new CredentialCertificates(resolve(Credentials)),
    setup.principal,
  );
  const app = createApp({
    services,
    authenticate: async (request) => {
      const principal = await authenticate(request);
      // A host's own tokens may name anything.
      if (principal.tenant !== undefined) await services.tenants.require(principal.tenant);
      return services.people.withRoles(principal);
    },
    health: resolve(Health),
    metrics,
    metricsOpen: config.metrics.open,
    logger,
    random,
  });
  return {
    scep: new ScepRoutes(resolve(ScepOperations), limits),
    status: new StatusRoutes(resolve(Status)),
    ocsp: new OcspRoutes(resolve(Ocsp), limits),
    console: new ConsoleRoutes(),
    hooks: new HookRoutes(resolve(HookAdapters), services.intake, resolve(GuessLimit), logger),
    app: (request, response) => {
      app(request, response);
    },
  };
};
