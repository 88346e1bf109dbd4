import type { Authority } from "../domain/authority.ts";
import type { CertificateProfile } from "../domain/certificate-profile.ts";
import type { Credential } from "../domain/credential.ts";
import type { CrlScope } from "../domain/crl-scope.ts";
import type { Distribution } from "../domain/distribution.ts";
import type { DistributionWalk } from "../domain/distribution-walk.ts";
import type { Endpoint } from "../domain/endpoint.ts";
import type { LedgerEntry, LedgerEvent, LedgerRow, SealedEntry } from "../domain/events.ts";
import type { HostRules } from "../domain/host-group.ts";
import type { KeyRollOver } from "../domain/key-roll-over.ts";
import type { Person } from "../domain/person.ts";
import type { Role } from "../domain/principal.ts";
import type { Ra } from "../domain/ra.ts";
import type { Template, TemplateTrial } from "../domain/template.ts";
import type { TemplateMove } from "../domain/template-move.ts";
import type { Tenant, TenantId } from "../domain/tenant.ts";
import type { AlertStore } from "./alert-store.ts";
import type { CapStore } from "./cap-store.ts";
import type { CertificateStore, TermStore } from "./certificate-store.ts";
import type { ChallengeStore, PendingStore } from "./challenge-store.ts";
import type { CountStore } from "./counts.ts";
import type { CrlStore } from "./crl-store.ts";
import type { DeploymentStore, DeviceStore } from "./device-stores.ts";
import type { TargetStore } from "./distributions.ts";
import type { EnrolmentStore } from "./enrolment-store.ts";
import type { HostGroupStore } from "./host-groups.ts";
import type { LeaseStore } from "./lease-store.ts";
import type { LedgerChainStore } from "./ledger-chain.ts";
import type {
  DisabledUserStore,
  HookAdapterStore,
  HostEventStore,
  InventoryStore,
} from "./lifecycle-stores.ts";
import type { OutboxStore } from "./outbox.ts";
import type { Page, PageRequest } from "./paging.ts";
import type { RenewalGroupStore, RenewalRuleStore, RenewalStore } from "./renewals.ts";

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
  /** Begins, changes or ends what devices on trial have; the template's version stays. */
  setTrial(id: string, trial: TemplateTrial | undefined): Promise<void>;
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
  /** Refused requests (`certificate.refused`) of a time, both ends included, the latest first. */
  refusals(
    span: { readonly from: Date; readonly to: Date },
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
  /** Writes what is no change for whoever edits it: its version stays. False, and nothing is written, where that version is not there any more. */
  note(item: T): Promise<boolean>;
  delete(id: string): Promise<boolean>;
  get(id: string): Promise<T | undefined>;
  /** Oldest first. */
  list(): Promise<readonly T[]>;
}

/** A template's way over all that it concerns, page by page: one of its kind at most, and a newer one takes the place of the one before. */
export interface PassageStore<T> {
  save(passage: T): Promise<void>;
  get(templateId: string): Promise<T | undefined>;
  /** Those in state `running`. */
  running(): Promise<readonly T[]>;
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
  readonly caps: CapStore;
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
  readonly templateMoves: PassageStore<TemplateMove>;
  readonly hostGroups: HostGroupStore;
  readonly hostRules: DocumentStore<HostRules>;
  readonly distributions: DocumentStore<Distribution>;
  readonly targets: TargetStore;
  readonly walks: PassageStore<DistributionWalk>;
  /**
   * All that `fn` does through the store it is given commits together, or nothing does; nobody else writes between its reads and its
   * writes. Not to be nested.
   */
  run<T>(fn: (tx: TenantStore) => Promise<T>): Promise<T>;
  /** Inside `run`: calls `then` once it has committed, and never if it did not. Outside: at once. `then` must not throw. */
  afterCommit(then: () => void): void;
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
  /** Tenants with renewals or deliveries that are due, groups that run, templates that move or distributions that are walked. */
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
