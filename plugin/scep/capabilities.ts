import type { Endpoint } from "../domain/endpoint.ts";

/**
 * GetCACaps (RFC 8894 section 3.5.2), one keyword a line, ended by LF. `AES` and `POSTPKIOperation` are implied by `SCEPStandard` but Apple and others look for
 * the words themselves; `SHA-384` is not registered, but strongSwan 5.9.8 finds AES only when it is there (scep.md fact 14).
 */
export const capabilities = (endpoint: Pick<Endpoint, "legacy">): string =>
  [
    "AES",
    ...(endpoint.legacy ? ["DES3"] : []),
    "POSTPKIOperation",
    "SCEPStandard",
    ...(endpoint.legacy ? ["SHA-1"] : []),
    "SHA-256",
    "SHA-384",
    "SHA-512",
    "",
  ].join("\n");
