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
  "authorities:read",
  "authorities:manage",
  "ca-certificates:download",
  "certificates:read",
  "certificates:change-status",
  "configuration:read",
  "configuration:manage",
  "secrets:read",
  "devices:read",
  "deployments:manage",
  "challenges:mint",
  "host-events:report",
  "approvals:decide",
  "ledger:read",
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
    "configuration:manage",
    "secrets:read",
    "deployments:manage",
    "challenges:mint",
    "host-events:report",
  ]),
  "certificate-administrator": new Set<Right>([
    ...everyone,
    "ca-certificates:download",
    "certificates:change-status",
    "approvals:decide",
  ]),
  "ca-auditor": new Set<Right>(everyone),
  "protocol-operator": new Set<Right>([
    ...everyone,
    "configuration:manage",
    "secrets:read",
    "deployments:manage",
    "challenges:mint",
    "host-events:report",
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
}

export const mayDo = (
  principal: Principal,
  right: Right,
  tenant: TenantId | undefined,
): boolean => {
  if (principal.kind === "operator") return right === "tenants:manage";
  if (right === "tenants:manage" || principal.tenant === undefined || principal.tenant !== tenant)
    return false;
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
