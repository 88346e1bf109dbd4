import { createPublicKey } from "node:crypto";
import { decodeJwt, decodeProtectedHeader, jwtVerify } from "jose";
import type { Principal } from "../domain/principal.ts";
import { CountersignError } from "../errors.ts";
import type { Clock } from "../ports/ambient.ts";
import type { Credentials } from "../services/access/credentials.ts";

/** What the `iss` of a machine's token begins with; tenant and credential follow, with a colon between. */
export const CREDENTIAL_ISSUER = "urn:countersign:credential:";

/** Its `aud`. */
const AUDIENCE = "countersign";
const LONGEST_LIFE = 300;
/** How far a machine's clock may be ahead of ours. */
const CLOCK_AHEAD = 300;

/** Tokens that machines sign for themselves with the key of their credential (`private_key_jwt`, RFC 7523): ES256, five minutes at most. */
export class CredentialTokens {
  constructor(
    private readonly credentials: Credentials,
    private readonly clock: Clock,
  ) {}

  /** Throws `unauthenticated`. */
  async verify(token: string): Promise<Principal> {
    const refuse = (cause?: unknown): CountersignError =>
      new CountersignError("unauthenticated", "the token is not valid", { cause });
    const { iss = "", sub } = decodeJwt(token);
    const { kid } = decodeProtectedHeader(token);
    const [tenant = "", id = "", ...rest] = iss.slice(CREDENTIAL_ISSUER.length).split(":");
    if (rest.length > 0 || kid === undefined || sub !== iss) throw refuse();
    const spki = await this.credentials.keyOf(tenant, id, kid);
    if (spki === undefined) throw refuse();
    const key = createPublicKey({ key: Buffer.from(spki), type: "spki", format: "der" });
    const { payload } = await jwtVerify(token, key, {
      algorithms: ["ES256"],
      issuer: iss,
      audience: AUDIENCE,
      currentDate: this.clock.now(),
      requiredClaims: ["exp", "iat"],
    }).catch((cause: unknown) => {
      throw refuse(cause);
    });
    const { exp = 0, iat = 0 } = payload;
    const now = this.clock.now().getTime() / 1000;
    // Also from now on: whoever dates a token ahead has one for as long as he likes.
    if (exp - Math.min(iat, now + CLOCK_AHEAD) > LONGEST_LIFE) throw refuse();
    return this.credentials.principalOf(tenant, id);
  }
}
