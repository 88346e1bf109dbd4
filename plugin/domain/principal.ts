import { CountersignError } from "../errors.ts";
import type { TenantId } from "./tenant.ts";

/** The six roles of requirements.md area R. */
export const ROLES = [
  "owner",
  "ca-administrator",
  "certificate-administrator",
  "ca-auditor",
  "protocol-operator",
  "protocol-auditor",
] as const;
export type Role = (typeof ROLES)[number];

/** What a person or a machine may be allowed to do. */
export const RIGHTS = [
  "tenants:manage",
  "tokens:manage",
  "people:manage",
  "authorities:read",
  "authorities:manage",
  "ca-certificates:download",
  "certificates:read",
  "certificates:issue",
  "certificates:change-status",
  "certificate-profiles:manage",
  "certificate-profiles:pick",
  "configuration:read",
  "configuration:manage",
  "secrets:read",
  "devices:read",
  "deployments:manage",
  "challenges:mint",
  "host-events:report",
  "outbox:manage",
  "approvals:decide",
  "end-entities:manage",
  "credentials:manage",
  "ledger:read",
  "ledger:export",
] as const;
export type Right = (typeof RIGHTS)[number];

const everyone: readonly Right[] = [
  "authorities:read",
  "certificates:read",
  "configuration:read",
  "devices:read",
  "ledger:read",
];

/** The matrix of area R as rights; CA Auditors, Protocol Operators and Protocol Auditors do not download CA certificates. */
const RIGHTS_OF_ROLE: Record<Role, ReadonlySet<Right>> = {
  owner: new Set(RIGHTS.filter((right) => right !== "tenants:manage")),
  "ca-administrator": new Set<Right>([
    ...everyone,
    "authorities:manage",
    "ca-certificates:download",
    "certificate-profiles:manage",
    "certificate-profiles:pick",
    "end-entities:manage",
    "credentials:manage",
    "ledger:export",
    "configuration:manage",
    "secrets:read",
    "deployments:manage",
    "challenges:mint",
    "host-events:report",
    "outbox:manage",
  ]),
  "certificate-administrator": new Set<Right>([
    ...everyone,
    "ca-certificates:download",
    "certificate-profiles:pick",
    "certificates:issue",
    "certificates:change-status",
    "approvals:decide",
  ]),
  "ca-auditor": new Set<Right>([...everyone, "ledger:export"]),
  "protocol-operator": new Set<Right>([
    ...everyone,
    "certificate-profiles:pick",
    "configuration:manage",
    "secrets:read",
    "deployments:manage",
    "challenges:mint",
    "host-events:report",
    "outbox:manage",
  ]),
  "protocol-auditor": new Set<Right>(everyone),
};

/**
 * Who is asking. A person or machine has roles in one tenant. The installation operator makes tenants and stands outside
 * the role matrix; a system principal (hooks, SCEP, sweeps) has just the rights it is made with.
 */
export interface Principal {
  readonly id: string;
  readonly kind: "user" | "operator" | "system";
  /** The tenant this principal may act in; undefined only for the installation operator. */
  readonly tenant?: TenantId;
  readonly roles?: readonly Role[];
  readonly rights?: readonly Right[];
  /** An address that the issuer has verified. */
  readonly email?: string;
  /** May approve what they asked for themselves; granted by an Owner (decision 5). */
  readonly approveOwn?: boolean;
  /** The only authorities a machine credential may act on; it may do nothing that is not about one of them. */
  readonly authorityIds?: readonly string[];
}

/** What is always about one authority, so that a credential with a scope may have it. */
const SCOPED: ReadonlySet<Right> = new Set<Right>([
  "authorities:read",
  "ca-certificates:download",
  "certificates:read",
  "certificates:issue",
  "certificates:change-status",
  "certificate-profiles:pick",
]);

/** Whether an authority is in the principal's scope. */
export const inScope = ({ authorityIds }: Principal, authorityId: string): boolean =>
  authorityIds?.includes(authorityId) ?? true;

/** Throws `forbidden` for an authority outside of the principal's scope. */
export const requireScope = (principal: Principal, authorityId: string): void => {
  if (!inScope(principal, authorityId))
    throw new CountersignError(
      "forbidden",
      `${principal.id} may not act on authority ${authorityId}`,
    );
};

export const mayDo = (
  principal: Principal,
  right: Right,
  tenant: TenantId | undefined,
): boolean => {
  if (principal.kind === "operator") return right === "tenants:manage";
  if (right === "tenants:manage" || principal.tenant === undefined || principal.tenant !== tenant)
    return false;
  if (principal.authorityIds !== undefined && !SCOPED.has(right)) return false;
  if (principal.rights?.includes(right)) return true;
  return (principal.roles ?? []).some((role) => RIGHTS_OF_ROLE[role].has(right));
};

/** All that `principal` may do where it is at home; so that a page shows nothing that would be refused. */
export const rightsOf = (principal: Principal): readonly Right[] =>
  RIGHTS.filter((right) => mayDo(principal, right, principal.tenant));

/** Throws `forbidden` unless `principal` holds `right` in `tenant`. */
export const authorize = (principal: Principal, right: Right, tenant?: TenantId): void => {
  if (!mayDo(principal, right, tenant)) {
    throw new CountersignError("forbidden", `${principal.id} lacks the right ${right}`);
  }
};

export const systemPrincipal = (
  name: string,
  tenant: TenantId,
  rights: readonly Right[],
): Principal => ({
  id: `system:${name}`,
  kind: "system",
  tenant,
  rights,
});
