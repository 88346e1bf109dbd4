import { container, injectable, type InjectionToken } from "tsyringe";
import type { Clock, Logger, Metrics, Random } from "./ports/ambient.ts";
import type { Mailer } from "./ports/mailer.ts";
import type { KeyProvider } from "./ports/keys.ts";
import type { Settings } from "./ports/settings.ts";
import type { Database } from "./ports/stores.ts";
import { EnvelopeGate } from "./scep/envelope-gate.ts";
import { OpaqueBudget } from "./scep/opaque-budget.ts";
import { Enrolment } from "./scep/enrolment.ts";
import { Queries } from "./scep/queries.ts";
import { AlertReadings } from "./services/alert-readings.ts";
import { Alerts } from "./services/alerts.ts";
import { Approvals } from "./services/approvals.ts";
import { RenewalProof } from "./services/renewal-proof.ts";
import { OpaqueSchedule } from "./scep/opaque-schedule.ts";
import { OpeningQueue } from "./scep/opening-queue.ts";
import { ScepOperations } from "./scep/operations.ts";
import { PkiOperation } from "./scep/pki-operation.ts";
import { SeenCiphertexts } from "./scep/seen-ciphertexts.ts";
import { SourceLimit } from "./scep/source-limit.ts";
import { Access } from "./services/access.ts";
import { Authorities } from "./services/authorities.ts";
import { CaCertificates } from "./services/ca-certificates.ts";
import { Certificates } from "./services/certificates.ts";
import { CertificateStatuses } from "./services/certificate-status.ts";
import { Challenges } from "./services/challenges.ts";
import { CrlBodies } from "./services/crl-bodies.ts";
import { CrlBuilder } from "./services/crl-builder.ts";
import { CrlLists } from "./services/crl-lists.ts";
import { CrlPublisher } from "./services/crl-publisher.ts";
import { CrlSchedule } from "./services/crl-schedule.ts";
import { Deployments } from "./services/deployments.ts";
import { Devices } from "./services/devices.ts";
import { Dispatcher } from "./services/dispatcher.ts";
import { DynamicChallenges } from "./services/dynamic-challenges.ts";
import { EndpointRuntimes } from "./services/endpoint-runtimes.ts";
import { Endpoints } from "./services/endpoints.ts";
import { Health } from "./services/health.ts";
import { Hierarchies } from "./services/hierarchies.ts";
import { HostEvents } from "./services/host-events.ts";
import { Issuance } from "./services/issuance.ts";
import { Keyring } from "./services/keyring.ts";
import { Ledger } from "./services/ledger.ts";
import { LedgerKey } from "./services/ledger-key.ts";
import { LedgerSealer } from "./services/ledger-sealer.ts";
import { Notifier } from "./services/notifier.ts";
import { Ocsp } from "./services/ocsp.ts";
import { OcspResponders } from "./services/ocsp-responders.ts";
import { OcspRuntimes } from "./services/ocsp-runtimes.ts";
import { OutboxLetters } from "./services/outbox-letters.ts";
import { OutsideRevocations } from "./services/outside-revocations.ts";
import { ProfileSigner } from "./services/profile-signer.ts";
import { Ras } from "./services/ras.ts";
import { RefusalLog } from "./services/refusal-log.ts";
import { ResponderKeeper } from "./services/responder-keeper.ts";
import { RevocationWatch } from "./services/revocation-watch.ts";
import { Revocations } from "./services/revocations.ts";
import { RollOvers } from "./services/roll-overs.ts";
import { SecretBox } from "./services/secret-box.ts";
import { StaticChallenges } from "./services/static-challenges.ts";
import { Status } from "./services/status.ts";
import { Templates } from "./services/templates.ts";
import { Tenants } from "./services/tenants.ts";
import type { Setup } from "./setup.ts";
import {
  CA_BACKENDS,
  CLOCK,
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
  RenewalProof,
  Approvals,
  Queries,
  Enrolment,
  Access,
  AlertReadings,
  Alerts,
  Authorities,
  CaCertificates,
  Certificates,
  CertificateStatuses,
  Challenges,
  CrlBodies,
  CrlBuilder,
  CrlLists,
  CrlPublisher,
  CrlSchedule,
  Deployments,
  Devices,
  Dispatcher,
  DynamicChallenges,
  EndpointRuntimes,
  Endpoints,
  EnvelopeGate,
  Health,
  Hierarchies,
  HostEvents,
  Issuance,
  Keyring,
  Ledger,
  LedgerKey,
  LedgerSealer,
  Notifier,
  Ocsp,
  OcspResponders,
  OcspRuntimes,
  OpaqueBudget,
  OpaqueSchedule,
  OpeningQueue,
  OutboxLetters,
  OutsideRevocations,
  PkiOperation,
  ProfileSigner,
  Ras,
  RefusalLog,
  ResponderKeeper,
  RevocationWatch,
  Revocations,
  ScepOperations,
  RollOvers,
  SecretBox,
  SeenCiphertexts,
  SourceLimit,
  StaticChallenges,
  Status,
  Templates,
  Tenants,
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
    .register(MAILER, { useValue: opened.mailer })
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
