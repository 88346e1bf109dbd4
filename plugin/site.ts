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
import { AdminTokens } from "./services/access/admin-tokens.ts";
import { Alerts } from "./services/operations/alerts.ts";
import { About } from "./services/access/about.ts";
import { Approvals } from "./services/enrolment/approvals.ts";
import { AuthorityRemoval } from "./services/authorities/authority-removal.ts";
import { Authorities } from "./services/authorities/authorities.ts";
import { CaRenewals } from "./services/authorities/ca-renewals.ts";
import { Caps } from "./services/authorities/caps.ts";
import { CertificateExport } from "./services/certificates/certificate-export.ts";
import { CertificateProfiles } from "./services/templates/certificate-profiles.ts";
import { CertificateRequests } from "./services/issuance/certificate-requests.ts";
import { Certificates } from "./services/certificates/certificates.ts";
import { CertificateStatuses } from "./services/revocation/certificate-statuses.ts";
import { Challenges } from "./services/challenges/challenges.ts";
import { Consoles } from "./services/consoles/consoles.ts";
import { Credentials } from "./services/access/credentials.ts";
import { CrlLists } from "./services/status/crl-lists.ts";
import { Deployments } from "./services/deployments/deployments.ts";
import { Devices } from "./services/devices/devices.ts";
import { EndEntities } from "./services/revocation/end-entities.ts";
import { EndpointTests } from "./services/operations/endpoint-tests.ts";
import { Distributions } from "./services/distribution/distributions.ts";
import { HostGroups } from "./services/distribution/host-groups.ts";
import { Endpoints } from "./services/endpoints/endpoints.ts";
import { Events } from "./services/ledger/events.ts";
import { Refusals } from "./services/ledger/refusals.ts";
import { Health } from "./services/operations/health.ts";
import { Hierarchies } from "./services/authorities/hierarchies.ts";
import { KeyRollOvers } from "./services/rotation/key-roll-overs.ts";
import { EventIntake } from "./services/hosts/event-intake.ts";
import { HookAdapters } from "./services/access/hook-adapters.ts";
import { Inventories } from "./services/hosts/inventories.ts";
import { Ledger } from "./services/ledger/ledger.ts";
import { Overview } from "./services/operations/overview.ts";
import { OutsideAuthorities } from "./services/authorities/outside-authorities.ts";
import { ManualIssuance } from "./services/issuance/manual-issuance.ts";
import { People } from "./services/access/people.ts";
import { Ocsp } from "./services/status/ocsp.ts";
import { OcspSwitch } from "./services/status/ocsp-switch.ts";
import { OutboxLetters } from "./services/deployments/outbox-letters.ts";
import { Ras } from "./services/endpoints/ras.ts";
import { Retirements } from "./services/rotation/retirements.ts";
import { RenewalGroups } from "./services/renewal/renewal-groups.ts";
import { RenewalLateness } from "./services/renewal/renewal-lateness.ts";
import { RenewalPlans } from "./services/renewal/renewal-plans.ts";
import { DeviceRenewals } from "./services/renewal/device-renewals.ts";
import { PublicChecks } from "./services/status/public-checks.ts";
import { RollOvers } from "./services/rotation/roll-overs.ts";
import { Status } from "./services/status/status.ts";
import { TemplateImpact } from "./services/distribution/template-impact.ts";
import { Templates } from "./services/templates/templates.ts";
import { Tenants } from "./services/access/tenants.ts";
import { Timelines } from "./services/devices/timelines.ts";
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
