import { jwtVerify, SignJWT } from "jose";
import { type Principal, type Role, ROLES } from "../domain/principal.ts";
import type { TenantId } from "../domain/tenant.ts";
import { CountersignError } from "../errors.ts";
import type { Clock } from "../ports/ambient.ts";
import type { AdminTokens } from "../services/admin-tokens.ts";

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
  /** Good for nothing but one session of the console (foundations.md 37). */
  readonly signIn?: boolean;
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
    private readonly book: Pick<AdminTokens, "record" | "check" | "spend">,
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
      kind: operator ? "operator" : request.signIn === true ? "sign-in" : "user",
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

  /** A session's token for the code of a sign-in link, which is spent by it. Throws `unauthenticated`. */
  async redeem(code: string, lifetimeSeconds: number): Promise<string> {
    const { id, tenant, roles = [] } = await this.verified(code, ["sign-in"]).then(
      async ({ principal, jti }) => {
        await this.book.spend(jti, principal);
        return principal;
      },
    );
    const own = tenant === undefined ? {} : { tenant, roles };
    return (await this.mint({ subject: id, lifetimeSeconds, ...own }, id)).token;
  }

  /** Throws `unauthenticated`. */
  async verify(token: string): Promise<Principal> {
    const { principal, jti } = await this.verified(token, ["user", "operator"]);
    await this.book.check(jti, principal.tenant);
    return principal;
  }

  private async verified(
    token: string,
    kinds: readonly string[],
  ): Promise<{ readonly principal: Principal; readonly jti: string }> {
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
    const { sub: id = "", jti = "", kind } = payload;
    if (typeof kind !== "string" || !kinds.includes(kind))
      throw new CountersignError("unauthenticated", "the token is good for something else");
    const principal: Principal =
      kind === "operator"
        ? { id, kind: "operator" }
        : userPrincipal(id, payload["tenant"], payload["roles"]);
    return { principal, jti };
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
