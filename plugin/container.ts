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
import { AdminTokens } from "./services/admin-tokens.ts";
import { ActiveCounts } from "./services/active-counts.ts";
import { AlertReadings } from "./services/alert-readings.ts";
import { Alerts } from "./services/alerts.ts";
import { Approvals } from "./services/approvals.ts";
import { RenewalGroups } from "./services/renewal-groups.ts";
import { RenewalPlans } from "./services/renewal-plans.ts";
import { RenewalProof } from "./services/renewal-proof.ts";
import { RequestedDevice } from "./services/requested-device.ts";
import { RenewalStarts } from "./services/renewal-starts.ts";
import { RenewalSweep } from "./services/renewal-sweep.ts";
import { DeviceRenewals } from "./services/device-renewals.ts";
import { TemplateImpact } from "./services/template-impact.ts";
import { TemplateMoves } from "./services/template-moves.ts";
import { OpaqueSchedule } from "./scep/opaque-schedule.ts";
import { OpeningQueue } from "./scep/opening-queue.ts";
import { ScepOperations } from "./scep/operations.ts";
import { PkiOperation } from "./scep/pki-operation.ts";
import { SeenCiphertexts } from "./scep/seen-ciphertexts.ts";
import { SourceLimit } from "./scep/source-limit.ts";
import { About } from "./services/about.ts";
import { Access } from "./services/access.ts";
import { Attempts } from "./services/attempts.ts";
import { AuthorityActivation } from "./services/authority-activation.ts";
import { AuthorityRemoval } from "./services/authority-removal.ts";
import { Authorities } from "./services/authorities.ts";
import { AuthorityEndings } from "./services/authority-endings.ts";
import { PublicChecks } from "./services/public-checks.ts";
import { RenewalLateness } from "./services/renewal-lateness.ts";
import { SecretReadings } from "./services/secret-readings.ts";
import { AlarmReadings } from "./services/alarm-readings.ts";
import { CaCertificates } from "./services/ca-certificates.ts";
import { CaRenewals } from "./services/ca-renewals.ts";
import { CapReadings } from "./services/cap-readings.ts";
import { Caps } from "./services/caps.ts";
import { CaServerReadings } from "./services/ca-server-readings.ts";
import { CertificateExport } from "./services/certificate-export.ts";
import { CertificateProfiles } from "./services/certificate-profiles.ts";
import { CertificateRequests } from "./services/certificate-requests.ts";
import { Certificates } from "./services/certificates.ts";
import { CertificateStatuses } from "./services/certificate-statuses.ts";
import { ChallengeAlarms } from "./services/challenge-alarms.ts";
import { Challenges } from "./services/challenges.ts";
import { Consoles } from "./services/consoles.ts";
import { ConsoleActions } from "./services/console-actions.ts";
import { ConsoleCaServers } from "./services/console-ca-servers.ts";
import { ConsoleTemplates } from "./services/console-templates.ts";
import { Credentials } from "./services/credentials.ts";
import { CrlBodies } from "./services/crl-bodies.ts";
import { CrlBuilder } from "./services/crl-builder.ts";
import { CrlLists } from "./services/crl-lists.ts";
import { CrlPublisher } from "./services/crl-publisher.ts";
import { CrlSchedule } from "./services/crl-schedule.ts";
import { Deployments } from "./services/deployments.ts";
import { DeploymentCommands } from "./services/deployment-commands.ts";
import { DeploymentSteps } from "./services/deployment-steps.ts";
import { Devices } from "./services/devices.ts";
import { Dispatcher } from "./services/dispatcher.ts";
import { DynamicChallenges } from "./services/dynamic-challenges.ts";
import { EndpointRuntimes } from "./services/endpoint-runtimes.ts";
import { EndEntities } from "./services/end-entities.ts";
import { EndpointTests } from "./services/endpoint-tests.ts";
import { EndpointSecrets } from "./services/endpoint-secrets.ts";
import { Endpoints } from "./services/endpoints.ts";
import { ForeignRenewals } from "./services/foreign-renewals.ts";
import { EventIntake } from "./services/event-intake.ts";
import { EventLog } from "./services/event-log.ts";
import { Events } from "./services/events.ts";
import { Refusals } from "./services/refusals.ts";
import { Health } from "./services/health.ts";
import { Hierarchies } from "./services/hierarchies.ts";
import { HookAdapters } from "./services/hook-adapters.ts";
import { HostCommands } from "./services/host-commands.ts";
import { HostEvents } from "./services/host-events.ts";
import { Inventories } from "./services/inventories.ts";
import { Issuance } from "./services/issuance.ts";
import { KeyRollOvers } from "./services/key-roll-overs.ts";
import { Keyring } from "./services/keyring.ts";
import { Ledger } from "./services/ledger.ts";
import { LedgerKey } from "./services/ledger-key.ts";
import { LedgerSealer } from "./services/ledger-sealer.ts";
import { ListenerCertificates } from "./services/listener-certificates.ts";
import { ManualIssuance } from "./services/manual-issuance.ts";
import { Notifier } from "./services/notifier.ts";
import { Ocsp } from "./services/ocsp.ts";
import { OcspResponders } from "./services/ocsp-responders.ts";
import { People } from "./services/people.ts";
import { OcspRuntimes } from "./services/ocsp-runtimes.ts";
import { OcspSwitch } from "./services/ocsp-switch.ts";
import { OperationReadings } from "./services/operation-readings.ts";
import { OutboxLetters } from "./services/outbox-letters.ts";
import { OutsideRevocations } from "./services/outside-revocations.ts";
import { Overview } from "./services/overview.ts";
import { Pkcs12Containers } from "./services/pkcs12-containers.ts";
import { Pkcs12Profiles } from "./services/pkcs12-profiles.ts";
import { ProfileSigner } from "./services/profile-signer.ts";
import { OutsideAuthorities } from "./services/outside-authorities.ts";
import { RaRotation } from "./services/ra-rotation.ts";
import { OutsideCertificates } from "./services/outside-certificates.ts";
import { Profiles } from "./services/profiles.ts";
import { Ras } from "./services/ras.ts";
import { RefusalLog } from "./services/refusal-log.ts";
import { Retirements } from "./services/retirements.ts";
import { ResponderKeeper } from "./services/responder-keeper.ts";
import { RevocationWatch } from "./services/revocation-watch.ts";
import { Revocations } from "./services/revocations.ts";
import { RollOvers } from "./services/roll-overs.ts";
import { Rotation } from "./services/rotation.ts";
import { SearchIndex } from "./services/search-index.ts";
import { SecretBox } from "./services/secret-box.ts";
import { StatusTransactions } from "./services/status-transactions.ts";
import { StaticChallenges } from "./services/static-challenges.ts";
import { Status } from "./services/status.ts";
import { SuspectCertificates } from "./services/suspect-certificates.ts";
import { Sweeper } from "./services/sweeper.ts";
import { UnseenCertificates } from "./services/unseen-certificates.ts";
import { Templates } from "./services/templates.ts";
import { Tenants } from "./services/tenants.ts";
import { Audiences } from "./services/audiences.ts";
import { Deliveries } from "./services/deliveries.ts";
import { Distributions } from "./services/distributions.ts";
import { DistributionPreviews } from "./services/distribution-previews.ts";
import { DistributionWalks } from "./services/distribution-walks.ts";
import { GroupEvents } from "./services/group-events.ts";
import { GroupSync } from "./services/group-sync.ts";
import { HostGroups } from "./services/host-groups.ts";
import { Timelines } from "./services/timelines.ts";
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
