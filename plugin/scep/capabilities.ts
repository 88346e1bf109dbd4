import type { EndpointRuntime } from "../services/endpoints/endpoint-runtimes.ts";
import { dialectOf } from "../domain/client-profiles.ts";

/**
 * GetCACaps (RFC 8894 section 3.5.2), one keyword a line, ended by LF. `AES` and `POSTPKIOperation` are implied by `SCEPStandard` but Apple and others look for
 * the words themselves; `SHA-384` is not registered, but strongSwan 5.9.8 finds AES only when it is there (scep.md fact 14).
 */
export const capabilities = ({
  endpoint,
  templates,
  next,
}: Pick<EndpointRuntime, "endpoint" | "templates" | "next">): string => {
  const { legacy } = dialectOf(endpoint);
  const renewal = templates.some(({ scepRenewal }) => scepRenewal !== "off");
  return [
    "AES",
    ...(legacy ? ["DES3"] : []),
    ...(next === undefined ? [] : ["GetNextCACert"]),
    "POSTPKIOperation",
    ...(renewal ? ["Renewal"] : []),
    "SCEPStandard",
    ...(legacy ? ["SHA-1"] : []),
    "SHA-256",
    "SHA-384",
    "SHA-512",
    "",
  ].join("\n");
};
