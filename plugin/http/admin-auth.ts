import type { IncomingMessage } from "node:http";
import { decodeJwt } from "jose";
import type { Principal } from "../domain/principal.ts";
import { CountersignError } from "../errors.ts";
import type { CredentialCertificates } from "./credential-certificates.ts";
import { CREDENTIAL_ISSUER, type CredentialTokens } from "./credential-tokens.ts";
import type { IssuerTokens } from "./issuer-tokens.ts";
import { LOCAL_ISSUER, type LocalTokens } from "./local-tokens.ts";
import { requireOwnPage } from "./own-page.ts";

/** Who is asking. Throws `unauthenticated`, and `forbidden` for what another site's page has sent. */
export type Authenticate = (request: IncomingMessage) => Promise<Principal>;

/**
 * The host's own answer first; then a bearer token: ours, one that a machine signed for itself, or one of the host's issuer (RFC 6750); without a
 * token the certificate that a machine has shown.
 */
export const authenticator =
  (
    local: LocalTokens,
    issuer: IssuerTokens | undefined,
    credentials: CredentialTokens,
    certificates: CredentialCertificates,
    host: ((request: IncomingMessage) => Promise<Principal | undefined>) | undefined,
  ): Authenticate =>
  async (request) => {
    const known = await host?.(request);
    if (known !== undefined) {
      requireOwnPage(request);
      return known;
    }
    const token = /^Bearer +([\w.~+/-]+=*)$/i.exec(request.headers.authorization ?? "")?.[1];
    if (token === undefined) {
      const machine = await certificates.verify(request);
      if (machine !== undefined) return machine;
      throw new CountersignError("unauthenticated", "no bearer token");
    }
    if (issuerOf(token)?.startsWith(CREDENTIAL_ISSUER) === true) return credentials.verify(token);
    return issuer === undefined || issuerOf(token) === LOCAL_ISSUER
      ? local.verify(token)
      : issuer.verify(token);
  };

/** Only to choose the verifier: nothing in it is believed yet. */
const issuerOf = (token: string): string | undefined => {
  try {
    return decodeJwt(token).iss;
  } catch {
    throw new CountersignError("unauthenticated", "the token is not a JWT");
  }
};
