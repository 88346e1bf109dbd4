import { jwtVerify, SignJWT } from "jose";
import { type Principal, type Role, ROLES } from "../domain/principal.ts";
import type { TenantId } from "../domain/tenant.ts";
import { CountersignError } from "../errors.ts";
import type { Clock } from "../ports/ambient.ts";
import type { AdminTokens } from "../services/access/admin-tokens.ts";

export const LOCAL_ISSUER = "countersign";

/** Who a token of ours stands for. */
export interface TokenRequest {
  readonly subject: string;
  /** Left out only for the installation operator. */
  readonly tenant?: TenantId;
  readonly roles?: readonly Role[];
  /** The installation operator makes tenants and their first Owner, and may do nothing else (foundations.md 35). */
  readonly operator?: boolean;
  readonly lifetimeSeconds: number;
}

/** A token as it is handed out, once. */
export interface MintedToken {
  /** By which it is listed and revoked. */
  readonly id: string;
  readonly token: string;
}

/** Bearer tokens signed with a key that is derived from the server secret (HS256); each is written down, and good until its end or its revocation. */
export class LocalTokens {
  /** `enabled` false: none is made, none is taken. */
  constructor(
    private readonly key: Uint8Array,
    private readonly clock: Clock,
    private readonly book: Pick<AdminTokens, "record" | "check">,
    private readonly enabled: boolean,
  ) {}

  /**
   * `by`: principal id, for the ledger. Throws `invalid_input` for a token that could do nothing, `forbidden` where local tokens are switched
   * off.
   */
  async mint(request: TokenRequest, by: string): Promise<MintedToken> {
    if (!this.enabled)
      throw new CountersignError("forbidden", "admin.tokens.localKey is switched off");
    const { subject, tenant, roles = [], operator = false, lifetimeSeconds } = request;
    if (
      subject === "" ||
      (operator ? tenant !== undefined : tenant === undefined || roles.length === 0)
    ) {
      throw new CountersignError(
        "invalid_input",
        "a token needs a subject, and a tenant with roles unless it is the operator's",
      );
    }
    const own = operator ? { tenant: undefined, roles: undefined } : { tenant, roles };
    const { id, createdAt } = await this.book.record(by, { subject, lifetimeSeconds, ...own });
    const now = Math.floor(createdAt.getTime() / 1000);
    const token = await new SignJWT({
      kind: operator ? "operator" : "user",
      ...(operator ? {} : { tenant, roles }),
    })
      .setProtectedHeader({ alg: "HS256", typ: "JWT" })
      .setJti(id)
      .setIssuer(LOCAL_ISSUER)
      .setSubject(subject)
      .setIssuedAt(now)
      .setExpirationTime(now + lifetimeSeconds)
      .sign(this.key);
    return { id, token };
  }

  /** Throws `unauthenticated`. */
  async verify(token: string): Promise<Principal> {
    if (!this.enabled)
      throw new CountersignError("unauthenticated", "local tokens are switched off");
    const { payload } = await jwtVerify(token, this.key, {
      algorithms: ["HS256"],
      issuer: LOCAL_ISSUER,
      currentDate: this.clock.now(),
      // One without an id was minted by a version that wrote none down: it could not be revoked.
      requiredClaims: ["sub", "exp", "jti"],
    }).catch((cause: unknown) => {
      throw new CountersignError("unauthenticated", "the token is not valid", { cause });
    });
    const { sub: id = "", jti = "" } = payload;
    const principal: Principal =
      payload["kind"] === "operator"
        ? { id, kind: "operator" }
        : userPrincipal(id, payload["tenant"], payload["roles"]);
    await this.book.check(jti, principal.tenant);
    return principal;
  }
}

/** A person or machine from the claims of a verified token; roles that are not ours are passed over. Throws `unauthenticated` without a tenant. */
export const userPrincipal = (id: string, tenant: unknown, roles: unknown): Principal => {
  if (typeof tenant !== "string" || tenant === "" || id === "") {
    throw new CountersignError("unauthenticated", "the token names no subject or no tenant");
  }
  const named: readonly unknown[] = Array.isArray(roles) ? roles : [roles];
  return { id, kind: "user", tenant, roles: ROLES.filter((role) => named.includes(role)) };
};
