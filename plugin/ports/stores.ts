import type { Authority } from "../domain/authority.ts";
import type {
  Certificate,
  CertificateRole,
  CertificateStatus,
  HoldCause,
  RevocationReason,
} from "../domain/certificate.ts";
import type { CertificateProfile } from "../domain/certificate-profile.ts";
import type { CrlScope } from "../domain/crl-scope.ts";
import type { Challenge } from "../domain/challenge.ts";
import type { Deployment, DeploymentState } from "../domain/deployment.ts";
import type { Device } from "../domain/device.ts";
import type { Endpoint } from "../domain/endpoint.ts";
import type { EndpointLimits } from "../domain/endpoint-limits.ts";
import type { LedgerEntry, LedgerEvent, LedgerRow, SealedEntry } from "../domain/events.ts";
import type { KeyRollOver } from "../domain/key-roll-over.ts";
import type { Role } from "../domain/principal.ts";
import type { Credential } from "../domain/credential.ts";
import type { Person } from "../domain/person.ts";
import type { Ra } from "../domain/ra.ts";
import type { SubjectAltName } from "../domain/san.ts";
import type { Template } from "../domain/template.ts";
import type { Tenant, TenantId } from "../domain/tenant.ts";
import type {
  DisabledUserStore,
  HookAdapterStore,
  HostEventStore,
  InventoryStore,
} from "./lifecycle-stores.ts";
import type { AlertStore } from "./alert-store.ts";
import type { ChangedEntry, CrlStore, RevocationScope, RevokedPack } from "./crl-store.ts";
import type { LeaseStore } from "./lease-store.ts";
import type { LedgerChainStore } from "./ledger-chain.ts";
import type { OutboxStore } from "./outbox.ts";
import type {
  RenewalGroupStore,
  RenewalRuleStore,
  RenewalStore,
  TemplateMoveStore,
} from "./renewals.ts";
import type { CountStore } from "./counts.ts";
import type { Page, PageRequest } from "./paging.ts";

/** `insert` throws `conflict` for a taken id; `update` throws `precondition_failed` unless the stored version is `version - 1`. */
export interface AuthorityStore {
  insert(authority: Authority): Promise<void>;
  update(authority: Authority): Promise<void>;
  get(id: string): Promise<Authority | undefined>;
  list(): Promise<readonly Authority[]>;
}
export interface RaStore {
  insert(ra: Ra): Promise<void>;
  update(ra: Ra): Promise<void>;
  get(id: string): Promise<Ra | undefined>;
  list(): Promise<readonly Ra[]>;
}
/** `insert` throws `conflict` for a taken id and while another one of the same authority is open; `update` as `AuthorityStore`. */
export interface RollOverStore {
  insert(rollOver: KeyRollOver): Promise<void>;
  update(rollOver: KeyRollOver): Promise<void>;
  get(id: string): Promise<KeyRollOver | undefined>;
  /** The one of this authority that has not ended. */
  open(authorityId: string): Promise<KeyRollOver | undefined>;
  /** Oldest first. */
  list(): Promise<readonly KeyRollOver[]>;
}
/** A bearer token of the admin API, without the token itself. */
export interface TokenRecord {
  readonly id: string;
  readonly subject: string;
  /** Undefined for the installation operator's. */
  readonly roles: readonly Role[] | undefined;
  /** Principal that asked for it. */
  readonly mintedBy: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly revokedAt: Date | undefined;
  readonly revokedBy: string | undefined;
}
export interface TokenStore {
  insert(token: TokenRecord): Promise<void>;
  get(id: string): Promise<TokenRecord | undefined>;
  /** Newest first. */
  list(page: PageRequest): Promise<Page<TokenRecord>>;
  /** False when there is none that is not revoked. */
  revoke(id: string, at: Date, by: string): Promise<boolean>;
  /** Forgets those that expired before. */
  purge(expiredBefore: Date): Promise<void>;
}
export interface TemplateStore {
  insert(template: Template): Promise<void>;
  update(template: Template): Promise<void>;
  delete(id: string): Promise<boolean>;
  get(id: string): Promise<Template | undefined>;
  list(): Promise<readonly Template[]>;
}
/** Endpoint ids are unique in the whole installation: `insert` throws `conflict` also for another tenant's. */
export interface EndpointStore {
  insert(endpoint: Endpoint): Promise<void>;
  update(endpoint: Endpoint): Promise<void>;
  delete(id: string): Promise<boolean>;
  get(id: string): Promise<Endpoint | undefined>;
  list(): Promise<readonly Endpoint[]>;
}
export interface DeviceStore {
  /** Inserts, or replaces the row of the same id. Keeps the index of attributes. */
  save(device: Device): Promise<void>;
  get(id: string): Promise<Device | undefined>;
  /** Those that are there; in no order. */
  byIds(ids: readonly string[]): Promise<readonly Device[]>;
  byHostId(hostId: string, hostDeviceId: string): Promise<Device | undefined>;
  /** Devices that have this value in an indexed attribute (without regard to case); at most `limit`. */
  byAttribute(name: string, value: string, limit: number): Promise<readonly Device[]>;
  /** Devices of which the text is the id, the host's id, or how an indexed attribute begins (without regard to case); at most `limit`. */
  search(text: string, limit: number): Promise<readonly Device[]>;
  list(page: PageRequest): Promise<Page<Device>>;
}
export interface DeploymentFilter {
  readonly deviceId?: string | undefined;
  readonly templateId?: string | undefined;
  readonly state?: DeploymentState | undefined;
}
export interface DeploymentStore {
  /** Gives back a claim on it. */
  save(deployment: Deployment): Promise<void>;
  /** Saves many that are there, in few statements; device, template and time of making stay. */
  updateAll(deployments: readonly Deployment[]): Promise<void>;
  /** Those that are there; in no order. */
  byIds(ids: readonly string[]): Promise<readonly Deployment[]>;
  get(id: string): Promise<Deployment | undefined>;
  /** The one live deployment of a template on a device (state other than `removed`). */
  find(deviceId: string, templateId: string): Promise<Deployment | undefined>;
  list(filter: DeploymentFilter, page: PageRequest): Promise<Page<Deployment>>;
  /** Ids of up to `limit` that are past their deadline or have none, most overdue first; claimed until `leaseUntil`, correct with several nodes. */
  claimDue(limit: number, now: Date, leaseUntil: Date): Promise<readonly string[]>;
}
/** A challenge with its device, unless that is gone. */
export interface PresentedChallenge {
  readonly challenge: Challenge;
  readonly device: Device | undefined;
}
export interface ChallengeStore {
  /** `mac`: keyed MAC of the secret, lower-case hex; the secret itself is nowhere. */
  insert(challenge: Challenge, mac: string): Promise<void>;
  /** What a presented secret stands for, by its MAC; one look, since every enrolment takes it. */
  presented(endpointId: string, mac: string): Promise<PresentedChallenge | undefined>;
  get(id: string): Promise<Challenge | undefined>;
  /** From open to spent, without a certificate: its request, with this key, waits for approval. False when it was not open or has run out. */
  spend(id: string, key: string, now: Date): Promise<boolean>;
  /** Burns all open and reserved ones of a device, or only those for one template; answers their ids. */
  burnOfDevice(deviceId: string, templateId?: string): Promise<readonly string[]>;
  /** Newest first, at most `limit`. */
  ofDevice(deviceId: string, limit: number): Promise<readonly Challenge[]>;
  /** One more refused try. */
  countFailure(id: string): Promise<void>;
}

/** A request that waits for approval, or has been decided; found again by transaction id and signer key (RFC 8894 section 3.3.3). */
export interface PendingRequest {
  readonly id: string;
  readonly endpointId: string;
  readonly transactionId: string;
  /** SHA-256 of the signer's SubjectPublicKeyInfo, hex. */
  readonly signerKey: string;
  /** PKCS#10, DER. */
  readonly csr: Uint8Array;
  readonly templateId: string;
  readonly deviceId: string;
  /** JSON of `Redemption.subjectSource`. */
  readonly subjectSource: string;
  /** Serial of the certificate a renewal replaces. */
  readonly replaces: string | undefined;
  readonly state: "pending" | "approved" | "denied" | "issued";
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly decidedBy: string | undefined;
  readonly decidedAt: Date | undefined;
  readonly reason: string | undefined;
  readonly certificateId: string | undefined;
  /** Who caused the request: minted its challenge or published it; undefined when nobody in person did. */
  readonly requestedBy?: string | undefined;
}
export interface PendingStore {
  /** Throws `conflict` while one with the same endpoint, transaction id and signer key is there. */
  insert(request: PendingRequest): Promise<void>;
  get(id: string): Promise<PendingRequest | undefined>;
  find(
    endpointId: string,
    transactionId: string,
    signerKey: string,
  ): Promise<PendingRequest | undefined>;
  /** Replaces the row while its state is still `from`; false otherwise. */
  change(request: PendingRequest, from: PendingRequest["state"]): Promise<boolean>;
  delete(id: string): Promise<boolean>;
  /** Newest first. */
  list(
    filter: {
      readonly state?: PendingRequest["state"] | undefined;
      readonly deviceId?: string | undefined;
    },
    page: PageRequest,
  ): Promise<Page<PendingRequest>>;
}

export interface CertificateFilter {
  /** `suspended`: those of `revoked` that are on hold. */
  readonly status?: CertificateStatus | "suspended" | undefined;
  readonly role?: CertificateRole | undefined;
  readonly authorityId?: string | undefined;
  readonly templateId?: string | undefined;
  readonly deviceId?: string | undefined;
  /** Any spelling is normalised by the caller: lower-case hex without leading zero octets. */
  readonly serial?: string | undefined;
  /** Words: each must begin a word of subject, alternative names, serial or fingerprint. */
  readonly text?: readonly string[] | undefined;
  /** Only the installation's own (true), or all others (false). */
  readonly internal?: boolean | undefined;
  /** The lists with an end are ordered by notAfter, soonest first; all others newest first. */
  readonly expiresBefore?: Date | undefined;
  readonly expiresAfter?: Date | undefined;
}
/** Words that certificates are found by (foundations.md 39); written behind the issuing path. */
export interface TermStore {
  /** Takes up to `limit` certificates that are not in it yet; answers how many it took. */
  advance(now: Date, limit: number): Promise<number>;
}
export interface CertificateStore {
  /** For certificates that were signed elsewhere: stored as issued. Those of outside authorities may be known without their DER. */
  insert(certificate: Certificate, der: Uint8Array | undefined): Promise<void>;
  /**
   * For certificates of the installation's own, before they are signed: a row with the status `reserved`. One that nobody settles fails when
   * its lease has run out. Throws `conflict` for a taken id or serial.
   */
  reserve(certificate: Certificate, tbsDigest: Uint8Array, leaseUntil: Date): Promise<void>;
  /** From reserved to issued, with its octets; false when it was no longer reserved. */
  settle(id: string, der: Uint8Array, fingerprintSha256: string, at: Date): Promise<boolean>;
  /** From reserved to failed; nothing happens to a row in another state. */
  fail(id: string): Promise<void>;
  /**
   * How many devices stand on an authority or on an RA: those whose newest live certificate of a template is of this authority, or was
   * asked for through this RA.
   */
  devicesOn(
    where: { readonly authorityId: string } | { readonly raId: string },
    now: Date,
  ): Promise<number>;
  get(id: string): Promise<Certificate | undefined>;
  bySerial(authorityId: string, serial: string): Promise<Certificate | undefined>;
  der(id: string): Promise<Uint8Array | undefined>;
  /** Those of `ids` that are there; at most 500. */
  ders(ids: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>>;
  /** Newest first; where the filter names an end, the soonest end first. */
  list(filter: CertificateFilter, page: PageRequest): Promise<Page<Certificate>>;
  /** When the last certificate of an authority ends, whatever became of it; undefined when it has none. */
  lastEnd(authorityId: string): Promise<Date | undefined>;
  /** Issued, reserved or on hold, and not expired, of one device. */
  liveOfDevice(deviceId: string, now: Date): Promise<readonly Certificate[]>;
  /** From issued, reserved or on hold to revoked (a signature in flight then loses); false when it was in none of these states. */
  revoke(
    id: string,
    at: Date,
    reason: RevocationReason,
    invalidityDate: Date | undefined,
  ): Promise<boolean>;
  /**
   * Suspends it for a cause, `admin` with an end if `until` is given. `false`: neither issued, reserved nor on hold, or on hold for that cause already;
   * `"added"`: on hold for another cause before. Inside `run` only.
   */
  hold(
    id: string,
    at: Date,
    cause: HoldCause,
    until: Date | undefined,
  ): Promise<"held" | "added" | false>;
  /** Takes a cause away; `"released"`: it was the last one, and it is good again. `false`: not on hold for it. Inside `run` only. */
  release(id: string, at: Date, cause: HoldCause): Promise<"released" | "taken" | false>;
  /** Certificates whose suspension has come to its end. */
  holdsEnded(now: Date, limit: number): Promise<readonly Certificate[]>;
  /** Up to `limit` revoked entries of a scope, the lowest serials behind `afterSerial`; those that expired before `notExpiredAt` are left out. */
  revokedPack(
    scope: RevocationScope,
    notExpiredAt: Date,
    afterSerial: string | undefined,
    limit: number,
  ): Promise<RevokedPack>;
  /** What was revoked, suspended or released at `since` or later, ordered by serial; a released one comes with the reason `removeFromCRL`. */
  changedPage(
    scope: RevocationScope,
    since: Date,
    afterSerial: string | undefined,
    limit: number,
  ): Promise<readonly ChangedEntry[]>;
}
export interface LedgerStore {
  append(entry: LedgerEntry): Promise<void>;
  /** Rows that have a place after `after`, up to `upTo`, in the order of the chain; at most `limit`. */
  sealed(after: number, upTo: number, limit: number): Promise<readonly SealedEntry[]>;
  /** The same for many, in few statements, in their order. */
  appendAll(entries: readonly LedgerEntry[]): Promise<void>;
  /** Newest first. */
  list(
    filter: {
      readonly event?: LedgerEvent | undefined;
      /** `FAILURE_EVENTS` only. */
      readonly failures?: boolean | undefined;
      readonly subjectId?: string | undefined;
      /** Of any of these. */
      readonly subjectIds?: readonly string[] | undefined;
    },
    page: PageRequest,
  ): Promise<Page<LedgerRow>>;
}
export interface LimitStore {
  /** Counts one more for `subject` in a window that begins with its first; answers the count so far, exact over all nodes. */
  count(
    subject: string,
    windowMs: number,
    now: Date,
  ): Promise<{ readonly used: number; readonly endsAt: Date }>;
}
/** What every small object has. */
export interface Versioned {
  readonly id: string;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}
/** Small objects, looked up by id only; a tenant has tens of them. `insert` and `update` refuse as those of `AuthorityStore` do. */
export interface DocumentStore<T extends Versioned> {
  insert(item: T): Promise<void>;
  update(item: T): Promise<void>;
  delete(id: string): Promise<boolean>;
  get(id: string): Promise<T | undefined>;
  /** Oldest first. */
  list(): Promise<readonly T[]>;
}

/** All stores of one tenant. What it was opened for cannot be changed, and no method names another tenant. */
export interface TenantStore {
  readonly tenant: TenantId;
  readonly authorities: AuthorityStore;
  readonly ras: RaStore;
  readonly rollOvers: RollOverStore;
  readonly tokens: TokenStore;
  readonly templates: TemplateStore;
  readonly endpoints: EndpointStore;
  readonly devices: DeviceStore;
  readonly disabledUsers: DisabledUserStore;
  readonly deployments: DeploymentStore;
  readonly inventories: InventoryStore;
  readonly hostEvents: HostEventStore;
  readonly hookAdapters: HookAdapterStore;
  readonly challenges: ChallengeStore;
  readonly pending: PendingStore;
  readonly certificates: CertificateStore;
  readonly terms: TermStore;
  readonly counts: CountStore;
  readonly crls: CrlStore;
  readonly leases: LeaseStore;
  readonly alerts: AlertStore;
  readonly ledger: LedgerStore;
  readonly chain: LedgerChainStore;
  readonly limits: LimitStore;
  readonly outbox: OutboxStore;
  /** Custom ones only; those that are shipped are code. */
  readonly profiles: DocumentStore<CertificateProfile>;
  readonly people: DocumentStore<Person>;
  readonly credentials: DocumentStore<Credential>;
  readonly enrolments: EnrolmentStore;
  readonly renewals: RenewalStore;
  readonly renewalRules: RenewalRuleStore;
  readonly renewalGroups: RenewalGroupStore;
  readonly templateMoves: TemplateMoveStore;
  /**
   * All that `fn` does through the store it is given commits together, or nothing does; nobody else writes between its reads and its
   * writes. Not to be nested.
   */
  run<T>(fn: (tx: TenantStore) => Promise<T>): Promise<T>;
  /** Inside `run`: calls `then` once it has committed, and never if it did not. Outside: at once. `then` must not throw. */
  afterCommit(then: () => void): void;
}

// ---- the hot path: two batched calls (foundations.md 8) ----

export interface Reservation {
  /** The certificate's id. */
  readonly id: string;
  /** Idempotence key (foundations.md 10), hex; unique while reserved, pending or within grace. */
  readonly idempotencyKey: string;
  /** Until when the key answers with the same certificate. */
  readonly graceUntil: Date;
  /** When another node may take a reserved row that was left behind. */
  readonly leaseUntil: Date;
  readonly authorityId: string;
  readonly serial: string;
  readonly tbsDigest: Uint8Array;
  readonly subject: string;
  readonly sans: readonly SubjectAltName[];
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly templateId: string;
  readonly templateVersion: number;
  readonly endpointId: string;
  /** The RA that the request was addressed to. */
  readonly raId: string;
  readonly deviceId: string;
  /** A one-time challenge to reserve with it. */
  readonly challengeId: string | undefined;
  /** One ciphertext, one message (scep.md 5.3 rule 5): hashes in hex. */
  readonly ciphertext: { readonly digest: string; readonly content: string } | undefined;
  /** Refuse when the device has a live certificate of this template (T-25 off). */
  readonly onlyOne: boolean;
  /** What the endpoint takes; counted in the same transaction, exact over all nodes. */
  readonly limits: Pick<
    EndpointLimits,
    "perDevicePerDay" | "perEndpointPerMinute" | "perChallenge"
  >;
  readonly now: Date;
}

export type ReserveResult =
  | { readonly status: "reserved" }
  /** The same request was answered before: the same certificate again. */
  | { readonly status: "issued"; readonly certificateId: string; readonly der: Uint8Array }
  /** The same request is being signed by somebody else now. */
  | { readonly status: "in-progress" }
  | { readonly status: "refused"; readonly because: RefusedBecause };

/**
 * `challenge`: not open or run out; `ciphertext`: seen with other content; `device`: wiped or gone; `user`: its user is disabled; `duplicate`: see `onlyOne`; `limit-*`: too
 * many of that device, at that endpoint, or failed tries with that challenge.
 */
export type RefusedBecause =
  | "challenge"
  | "ciphertext"
  | "device"
  | "user"
  | "duplicate"
  | "limit-device"
  | "limit-endpoint"
  | "limit-challenge";

export interface Settlement {
  readonly id: string;
  readonly der: Uint8Array;
  readonly fingerprintSha256: string;
  readonly now: Date;
  /** When the planner renews it; undefined: not by itself. */
  readonly renewAt?: Date | undefined;
  /** Written in the same transaction. */
  readonly ledger: LedgerEntry;
}
/** `revoked`: a wipe won; the certificate is stored as revoked and must not be handed out. `lost`: the reservation is no longer ours. */
export type SettleResult = "issued" | "revoked" | "lost";

export interface EnrolmentStore {
  /** Batched with the other calls of the same event-loop turn into one transaction; safe against crashes from then on. */
  reserve(reservation: Reservation): Promise<ReserveResult>;
  /** Certificate stored, challenge spent, deployment issued, ledger written: together. Batched likewise. */
  settle(settlement: Settlement): Promise<SettleResult>;
  /** Gives a reservation back: the row fails, the challenge is open again. */
  release(id: string, now: Date): Promise<void>;
  /** Fails rows whose lease ran out, and opens their challenges again; answers how many. */
  reconcile(now: Date): Promise<number>;
}

/** The one door that is not bound to a tenant (foundations.md 2): container, http and dispatcher only. */
export interface Directory {
  tenants(): Promise<readonly Tenant[]>;
  createTenant(tenant: Tenant): Promise<void>;
  tenantOfEndpoint(endpointId: string): Promise<TenantId | undefined>;
  tenantOfHookAdapter(adapterId: string): Promise<TenantId | undefined>;
  /** Tenants with outbox entries, reservations or ends of suspensions that are due. */
  tenantsDue(now: Date): Promise<readonly TenantId[]>;
  /** Tenants with an RA that ends before `raEnd`, or with an endpoint or a roll-over for which something is due. */
  tenantsRotating(now: Date, raEnd: Date): Promise<readonly TenantId[]>;
  /** Tenants with deployments past their deadline; one indexed query, whose cost follows the due. */
  tenantsToSweep(now: Date): Promise<readonly TenantId[]>;
  /** Tenants with renewals that are due, groups that run or templates that move. */
  tenantsToRenew(now: Date): Promise<readonly TenantId[]>;
  /** Lists that do not say all, and complete lists that are as old as `before`. */
  listsDue(before: Date): Promise<readonly (CrlScope & { readonly tenant: TenantId })[]>;
  /** How often the lists of these scopes were marked dirty, over all tenants, in the same order. */
  statusRevisions(
    scopes: readonly (CrlScope & { readonly tenant: TenantId })[],
  ): Promise<readonly number[]>;
  /** Tenants with ledger rows to seal or a chain whose end is not signed. */
  tenantsUnsealed(): Promise<readonly TenantId[]>;
  open(tenant: TenantId): TenantStore;
  /** Small values of the installation (server secrets sealed by the key store, schema epoch). Set once; answers what is stored. */
  setting(name: string, make: () => Promise<Uint8Array>): Promise<Uint8Array>;
}

export interface Database {
  readonly directory: Directory;
  /** Applies additive migrations; own table `countersign_migrations`. Answers the names of those it applied. */
  migrate(): Promise<readonly string[]>;
  /** A read and a write on the real database. Throws `database_locked`, `database_unusable`, `storage_full`. */
  check(): Promise<void>;
  close(): Promise<void>;
}
