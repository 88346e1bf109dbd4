import { container, injectable, type InjectionToken } from "tsyringe";
import type { Clock, Logger, Metrics, Random } from "./ports/ambient.ts";
import type { Mailer } from "./ports/mailer.ts";
import type { KeyProvider } from "./ports/keys.ts";
import type { Settings } from "./ports/settings.ts";
import type { Database } from "./ports/stores.ts";
import { EnvelopeGate } from "./scep/envelope-gate.ts";
import { GuessLimit } from "./scep/guess-limit.ts";
import { OpaqueBudget } from "./scep/opaque-budget.ts";
import { Enrolment } from "./scep/enrolment.ts";
import { Queries } from "./scep/queries.ts";
import { AdminTokens } from "./services/access/admin-tokens.ts";
import { ActiveCounts } from "./services/authorities/active-counts.ts";
import { AlertReadings } from "./services/operations/alert-readings.ts";
import { Alerts } from "./services/operations/alerts.ts";
import { Approvals } from "./services/enrolment/approvals.ts";
import { RenewalGroups } from "./services/renewal/renewal-groups.ts";
import { RenewalPlans } from "./services/renewal/renewal-plans.ts";
import { RenewalProof } from "./services/enrolment/renewal-proof.ts";
import { RequestedDevice } from "./services/devices/requested-device.ts";
import { RenewalStarts } from "./services/deployments/renewal-starts.ts";
import { RenewalSweep } from "./services/background/renewal-sweep.ts";
import { DeviceRenewals } from "./services/renewal/device-renewals.ts";
import { TemplateImpact } from "./services/distribution/template-impact.ts";
import { TemplateMoves } from "./services/templates/template-moves.ts";
import { OpaqueSchedule } from "./scep/opaque-schedule.ts";
import { OpeningQueue } from "./scep/opening-queue.ts";
import { ScepOperations } from "./scep/operations.ts";
import { PkiOperation } from "./scep/pki-operation.ts";
import { SeenCiphertexts } from "./scep/seen-ciphertexts.ts";
import { SourceLimit } from "./scep/source-limit.ts";
import { About } from "./services/access/about.ts";
import { Access } from "./services/access/access.ts";
import { Attempts } from "./services/enrolment/attempts.ts";
import { AuthorityActivation } from "./services/authorities/authority-activation.ts";
import { AuthorityRemoval } from "./services/authorities/authority-removal.ts";
import { Authorities } from "./services/authorities/authorities.ts";
import { AuthorityEndings } from "./services/status/authority-endings.ts";
import { PublicChecks } from "./services/status/public-checks.ts";
import { RenewalLateness } from "./services/renewal/renewal-lateness.ts";
import { SecretReadings } from "./services/operations/secret-readings.ts";
import { AlarmReadings } from "./services/operations/alarm-readings.ts";
import { CaCertificates } from "./services/signing/ca-certificates.ts";
import { CaRenewals } from "./services/authorities/ca-renewals.ts";
import { CapReadings } from "./services/operations/cap-readings.ts";
import { Caps } from "./services/authorities/caps.ts";
import { CaServerReadings } from "./services/consoles/ca-server-readings.ts";
import { CertificateExport } from "./services/certificates/certificate-export.ts";
import { CertificateProfiles } from "./services/templates/certificate-profiles.ts";
import { CertificateRequests } from "./services/issuance/certificate-requests.ts";
import { Certificates } from "./services/certificates/certificates.ts";
import { CertificateStatuses } from "./services/revocation/certificate-statuses.ts";
import { ChallengeAlarms } from "./services/challenges/challenge-alarms.ts";
import { Challenges } from "./services/challenges/challenges.ts";
import { Consoles } from "./services/consoles/consoles.ts";
import { ConsoleActions } from "./services/consoles/console-actions.ts";
import { ConsoleCaServers } from "./services/consoles/console-ca-servers.ts";
import { ConsoleTemplates } from "./services/consoles/console-templates.ts";
import { Credentials } from "./services/access/credentials.ts";
import { CrlBodies } from "./services/status/crl-bodies.ts";
import { CrlBuilder } from "./services/status/crl-builder.ts";
import { CrlLists } from "./services/status/crl-lists.ts";
import { CrlPublisher } from "./services/status/crl-publisher.ts";
import { CrlSchedule } from "./services/status/crl-schedule.ts";
import { Deployments } from "./services/deployments/deployments.ts";
import { DeploymentCommands } from "./services/deployments/deployment-commands.ts";
import { DeploymentSteps } from "./services/deployments/deployment-steps.ts";
import { Devices } from "./services/devices/devices.ts";
import { Dispatcher } from "./services/background/dispatcher.ts";
import { DynamicChallenges } from "./services/challenges/dynamic-challenges.ts";
import { EndpointRuntimes } from "./services/endpoints/endpoint-runtimes.ts";
import { EndEntities } from "./services/revocation/end-entities.ts";
import { EndpointTests } from "./services/operations/endpoint-tests.ts";
import { EndpointSecrets } from "./services/endpoints/endpoint-secrets.ts";
import { Endpoints } from "./services/endpoints/endpoints.ts";
import { ForeignRenewals } from "./services/enrolment/foreign-renewals.ts";
import { EventIntake } from "./services/hosts/event-intake.ts";
import { EventLog } from "./services/deployments/event-log.ts";
import { Events } from "./services/ledger/events.ts";
import { Refusals } from "./services/ledger/refusals.ts";
import { Health } from "./services/operations/health.ts";
import { Hierarchies } from "./services/authorities/hierarchies.ts";
import { HookAdapters } from "./services/access/hook-adapters.ts";
import { HostCommands } from "./services/hosts/host-commands.ts";
import { HostEvents } from "./services/hosts/host-events.ts";
import { Inventories } from "./services/hosts/inventories.ts";
import { Issuance } from "./services/issuance/issuance.ts";
import { KeyRollOvers } from "./services/rotation/key-roll-overs.ts";
import { Keyring } from "./services/signing/keyring.ts";
import { Ledger } from "./services/ledger/ledger.ts";
import { LedgerKey } from "./services/ledger/ledger-key.ts";
import { LedgerSealer } from "./services/ledger/ledger-sealer.ts";
import { ListenerCertificates } from "./services/authorities/listener-certificates.ts";
import { ManualIssuance } from "./services/issuance/manual-issuance.ts";
import { Notifier } from "./services/operations/notifier.ts";
import { Ocsp } from "./services/status/ocsp.ts";
import { OcspResponders } from "./services/status/ocsp-responders.ts";
import { People } from "./services/access/people.ts";
import { OcspRuntimes } from "./services/status/ocsp-runtimes.ts";
import { OcspSwitch } from "./services/status/ocsp-switch.ts";
import { OperationReadings } from "./services/operations/operation-readings.ts";
import { OutboxLetters } from "./services/deployments/outbox-letters.ts";
import { OutsideRevocations } from "./services/revocation/outside-revocations.ts";
import { Overview } from "./services/operations/overview.ts";
import { Pkcs12Containers } from "./services/deployments/pkcs12-containers.ts";
import { Pkcs12Profiles } from "./services/deployments/pkcs12-profiles.ts";
import { ProfileSigner } from "./services/deployments/profile-signer.ts";
import { OutsideAuthorities } from "./services/authorities/outside-authorities.ts";
import { RaRotation } from "./services/rotation/ra-rotation.ts";
import { OutsideCertificates } from "./services/hosts/outside-certificates.ts";
import { Profiles } from "./services/deployments/profiles.ts";
import { Ras } from "./services/endpoints/ras.ts";
import { RefusalLog } from "./services/ledger/refusal-log.ts";
import { Retirements } from "./services/rotation/retirements.ts";
import { ResponderKeeper } from "./services/status/responder-keeper.ts";
import { RevocationWatch } from "./services/certificates/revocation-watch.ts";
import { Revocations } from "./services/revocation/revocations.ts";
import { RollOvers } from "./services/rotation/roll-overs.ts";
import { Rotation } from "./services/rotation/rotation.ts";
import { SearchIndex } from "./services/background/search-index.ts";
import { SecretBox } from "./services/access/secret-box.ts";
import { StatusTransactions } from "./services/certificates/status-transactions.ts";
import { StaticChallenges } from "./services/challenges/static-challenges.ts";
import { Status } from "./services/status/status.ts";
import { SuspectCertificates } from "./services/certificates/suspect-certificates.ts";
import { Sweeper } from "./services/background/sweeper.ts";
import { UnseenCertificates } from "./services/certificates/unseen-certificates.ts";
import { Templates } from "./services/templates/templates.ts";
import { Tenants } from "./services/access/tenants.ts";
import { Audiences } from "./services/distribution/audiences.ts";
import { Deliveries } from "./services/deployments/deliveries.ts";
import { Distributions } from "./services/distribution/distributions.ts";
import { DistributionPreviews } from "./services/distribution/distribution-previews.ts";
import { DistributionWalks } from "./services/distribution/distribution-walks.ts";
import { GroupEvents } from "./services/distribution/group-events.ts";
import { GroupSync } from "./services/distribution/group-sync.ts";
import { HostGroups } from "./services/distribution/host-groups.ts";
import { Timelines } from "./services/devices/timelines.ts";
import type { Setup } from "./setup.ts";
import {
  CA_BACKENDS,
  CERTIFICATE_DEMAND,
  CERTIFICATE_PROFILES,
  CLOCK,
  CONSOLES,
  TEST_DEVICES,
  DATABASE,
  DIRECTORY,
  HOST_EXPIRIES,
  KEY_PROVIDERS,
  LOGGER,
  MAILER,
  MDM_HOSTS,
  METRICS,
  PROFILE_RENDERERS,
  RANDOM,
  SETTINGS,
} from "./tokens.ts";

/** Everything that is opened before the services exist. */
export interface Opened {
  readonly setup: Setup;
  readonly settings: Settings;
  readonly database: Database;
  readonly keyProviders: readonly KeyProvider[];
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly mailer: Mailer;
}

/** What the composition root takes out: each is one instance for the whole installation. */
export type Resolve = <T>(token: InjectionToken<T>) => T;

type Service = new (...args: never[]) => object;

/** One instance each; state such as caches and batches would otherwise be split. */
const SERVICES: readonly Service[] = [
  AuthorityEndings,
  PublicChecks,
  SecretReadings,
  AlarmReadings,
  RenewalLateness,
  Audiences,
  Deliveries,
  Distributions,
  DistributionPreviews,
  DistributionWalks,
  GroupEvents,
  GroupSync,
  HostGroups,
  RenewalProof,
  RequestedDevice,
  RenewalGroups,
  RenewalPlans,
  RenewalStarts,
  RenewalSweep,
  DeviceRenewals,
  Approvals,
  Queries,
  Enrolment,
  About,
  Access,
  AdminTokens,
  Attempts,
  ActiveCounts,
  AlertReadings,
  Alerts,
  Authorities,
  AuthorityActivation,
  CaCertificates,
  CaRenewals,
  CaServerReadings,
  CapReadings,
  Caps,
  AuthorityRemoval,
  CertificateExport,
  CertificateProfiles,
  CertificateRequests,
  Credentials,
  EndEntities,
  Events,
  Refusals,
  ManualIssuance,
  People,
  Certificates,
  CertificateStatuses,
  ChallengeAlarms,
  Challenges,
  Consoles,
  ConsoleActions,
  ConsoleCaServers,
  ConsoleTemplates,
  CrlBodies,
  CrlBuilder,
  CrlLists,
  CrlPublisher,
  ForeignRenewals,
  CrlSchedule,
  Deployments,
  DeploymentCommands,
  DeploymentSteps,
  Devices,
  Dispatcher,
  DynamicChallenges,
  EndpointRuntimes,
  EndpointSecrets,
  Endpoints,
  EndpointTests,
  EnvelopeGate,
  EventIntake,
  EventLog,
  Health,
  Hierarchies,
  HookAdapters,
  HostCommands,
  HostEvents,
  Inventories,
  Issuance,
  KeyRollOvers,
  Keyring,
  Ledger,
  LedgerKey,
  LedgerSealer,
  ListenerCertificates,
  Notifier,
  Ocsp,
  OcspResponders,
  OcspRuntimes,
  OcspSwitch,
  GuessLimit,
  OpaqueBudget,
  OpaqueSchedule,
  OpeningQueue,
  OperationReadings,
  OutboxLetters,
  OutsideRevocations,
  PkiOperation,
  OutsideAuthorities,
  OutsideCertificates,
  Profiles,
  Pkcs12Containers,
  Pkcs12Profiles,
  UnseenCertificates,
  Overview,
  ProfileSigner,
  RaRotation,
  Ras,
  RefusalLog,
  Retirements,
  ResponderKeeper,
  RevocationWatch,
  Revocations,
  ScepOperations,
  RollOvers,
  Rotation,
  SearchIndex,
  SecretBox,
  SeenCiphertexts,
  SourceLimit,
  StaticChallenges,
  Status,
  StatusTransactions,
  SuspectCertificates,
  Sweeper,
  TemplateImpact,
  TemplateMoves,
  Templates,
  Tenants,
  Timelines,
];

/** Registers everything in a child container of its own: two installations in one process share nothing, and the global one stays as it was. */
export const buildContainer = (opened: Opened): Resolve => {
  const child = container.createChildContainer();
  const { setup, database } = opened;
  child
    .register(CLOCK, { useValue: opened.clock })
    .register(RANDOM, { useValue: opened.random })
    .register(LOGGER, { useValue: opened.logger })
    .register(METRICS, { useValue: opened.metrics })
    .register(SETTINGS, { useValue: opened.settings })
    .register(DATABASE, { useValue: database })
    .register(DIRECTORY, { useValue: database.directory })
    .register(KEY_PROVIDERS, { useValue: opened.keyProviders })
    .register(CA_BACKENDS, { useValue: setup.caBackends })
    .register(MDM_HOSTS, { useValue: setup.hosts })
    .register(TEST_DEVICES, {
      useValue: setup.testDevice === undefined ? [] : [setup.testDevice],
    })
    .register(CONSOLES, { useValue: setup.consoles ?? [] })
    .register(CERTIFICATE_PROFILES, { useValue: setup.certificateProfiles ?? [] })
    .register(MAILER, { useValue: opened.mailer })
    .register(CERTIFICATE_DEMAND, {
      useValue: setup.clientCertificates === undefined ? [] : [setup.clientCertificates],
    })
    .register(HOST_EXPIRIES, { useValue: setup.expiries ?? (() => Promise.resolve([])) })
    .register(PROFILE_RENDERERS, { useValue: setup.renderers });
  for (const service of SERVICES) {
    // The services carry only their `@inject` marks, so that no import registers anything anywhere.
    const injectableService = service as new (...args: unknown[]) => object;
    injectable()(injectableService);
    child.registerSingleton(injectableService);
  }
  return (token) => child.resolve(token);
};
