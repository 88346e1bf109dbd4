import type { TenantId } from "../domain/tenant.ts";
import type { TenantStore } from "../ports/stores.ts";
import { Alerts } from "./alerts.ts";
import { Authorities } from "./authorities.ts";
import type { Session } from "./base/session.ts";
import { Caps } from "./caps.ts";
import { Certificates } from "./certificates.ts";
import { Challenges } from "./challenges.ts";
import { CountsOfTenant } from "./counts.ts";
import { Crls } from "./crls.ts";
import { Deployments } from "./deployments.ts";
import { Devices } from "./devices.ts";
import { DisabledUsers } from "./disabled-users.ts";
import { Documents } from "./documents.ts";
import { Endpoints } from "./endpoints.ts";
import { GroupCommit } from "./enrolling/group-commit.ts";
import { Enrolments } from "./enrolments.ts";
import { HookAdapters } from "./hook-adapters.ts";
import { HostGroups } from "./host-groups.ts";
import { HostEvents } from "./host-events.ts";
import { Inventories } from "./inventories.ts";
import { LedgerChain } from "./ledger-chain.ts";
import { Leases } from "./leases.ts";
import { Ledger } from "./ledger.ts";
import { Limits } from "./limits.ts";
import { Outbox } from "./outbox.ts";
import { Passages } from "./passages.ts";
import { Pending } from "./pending.ts";
import { Ras } from "./ras.ts";
import { RollOvers } from "./roll-overs.ts";
import { RenewalGroups } from "./renewal-groups.ts";
import { RenewalRules } from "./renewal-rules.ts";
import { Renewals } from "./renewals.ts";
import { Targets } from "./targets.ts";
import { Templates } from "./templates.ts";
import { Tokens } from "./tokens.ts";
import { Terms } from "./terms.ts";

/** All stores of `tenant` on one session. `commit` is shared by all tenants outside of transactions; `afterCommit` is that of the transaction. */
export const openTenantStore = (
  session: Session,
  tenant: TenantId,
  commit: GroupCommit,
  afterCommit: TenantStore["afterCommit"] = (then) => then(),
): TenantStore => ({
  tenant,
  authorities: new Authorities(session, tenant),
  ras: new Ras(session, tenant),
  rollOvers: new RollOvers(session, tenant),
  tokens: new Tokens(session, tenant),
  templates: new Templates(session, tenant),
  endpoints: new Endpoints(session, tenant),
  devices: new Devices(session, tenant),
  disabledUsers: new DisabledUsers(session, tenant),
  deployments: new Deployments(session, tenant),
  inventories: new Inventories(session, tenant),
  hostEvents: new HostEvents(session, tenant),
  hookAdapters: new HookAdapters(session, tenant),
  challenges: new Challenges(session, tenant),
  pending: new Pending(session, tenant),
  certificates: new Certificates(session, tenant),
  terms: new Terms(session, tenant),
  counts: new CountsOfTenant(session, tenant),
  caps: new Caps(session, tenant),
  crls: new Crls(session, tenant),
  leases: new Leases(session, tenant),
  alerts: new Alerts(session, tenant),
  ledger: new Ledger(session, tenant),
  chain: new LedgerChain(session, tenant),
  limits: new Limits(session, tenant),
  outbox: new Outbox(session, tenant),
  profiles: new Documents(session, tenant, "countersign_certificate_profiles"),
  people: new Documents(session, tenant, "countersign_people"),
  credentials: new Documents(session, tenant, "countersign_credentials"),
  renewals: new Renewals(session, tenant),
  renewalRules: new RenewalRules(session, tenant),
  renewalGroups: new RenewalGroups(session, tenant),
  templateMoves: new Passages(session, tenant, "countersign_template_moves"),
  hostGroups: new HostGroups(session, tenant),
  hostRules: new Documents(session, tenant, "countersign_host_rules"),
  distributions: new Documents(session, tenant, "countersign_distributions"),
  targets: new Targets(session, tenant),
  walks: new Passages(session, tenant, "countersign_distribution_walks"),
  enrolments: new Enrolments(session, tenant, commit),
  run: async (fn) => {
    let committed: (() => void)[] = [];
    const result = await session.begin((tx) => {
      // It may run again after a deadlock.
      committed = [];
      // Inside a transaction the calls join it, so they gather in a batch of its own.
      return fn(
        openTenantStore(tx, tenant, new GroupCommit(tx), (then) => void committed.push(then)),
      );
    });
    for (const then of committed) then();
    return result;
  },
  afterCommit,
});
