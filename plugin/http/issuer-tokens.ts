import {
  createLocalJWKSet,
  createRemoteJWKSet,
  type JSONWebKeySet,
  jwtVerify,
  type JWTVerifyGetKey,
} from "jose";
import type { Config } from "../config.ts";
import type { Principal } from "../domain/principal.ts";
import { CountersignError } from "../errors.ts";
import type { Clock } from "../ports/ambient.ts";
import { userPrincipal } from "./local-tokens.ts";

type IssuerSettings = NonNullable<Config["admin"]["issuer"]>;

/** Signatures only: a shared-secret algorithm would let whoever reads the key set make tokens. */
const ALGORITHMS = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
];

/** Bearer tokens of the host's own issuer. */
export class IssuerTokens {
  private readonly keys: JWTVerifyGetKey;

  constructor(
    private readonly settings: IssuerSettings,
    private readonly clock: Clock,
  ) {
    this.keys =
      settings.jwksUrl === undefined
        ? createLocalJWKSet(settings.jwks as unknown as JSONWebKeySet)
        : createRemoteJWKSet(new URL(settings.jwksUrl));
  }

  /** Throws `unauthenticated`. */
  async verify(token: string): Promise<Principal> {
    const { issuer, audience, tenantClaim, rolesClaim } = this.settings;
    const { payload } = await jwtVerify(token, this.keys, {
      algorithms: ALGORITHMS,
      issuer,
      audience,
      currentDate: this.clock.now(),
      requiredClaims: ["sub", "exp"],
    }).catch((cause: unknown) => {
      throw new CountersignError("unauthenticated", "the token is not valid", { cause });
    });
    const principal = userPrincipal(payload.sub ?? "", payload[tenantClaim], payload[rolesClaim]);
    const { email, email_verified: verified } = payload;
    // Who may write any address into a token must not become somebody else by it.
    return typeof email === "string" && verified === true ? { ...principal, email } : principal;
  }
}
