import { z } from "zod";
import { RSA_SIGNATURES } from "../../domain/algorithm.ts";
import { AUTHORITY_ID } from "../../domain/authority.ts";
import { created, listed, ok } from "./answer.ts";
import { route, type Route } from "./route.ts";
import { displayName, instant, keyAlgorithm, keyReference, reference } from "./schemas.ts";

/** New certificates and new keys of authorities, and who still stands on the old. */
export const rotationRoutes: readonly Route[] = [
  route({
    method: "POST",
    path: "/authorities/:id/renew",
    summary:
      "Renews a CA certificate with the same key; under an outside root it writes a CSR and waits for the certificate.",
    body: z.strictObject({ notAfter: instant.exactOptional() }),
    call: async ({ authorities, caRenewals }, call) => {
      await caRenewals.renew(call.principal, call.id, call.body, call.version);
      return ok(await authorities.get(call.principal, call.id));
    },
  }),
  route({
    method: "POST",
    path: "/authorities/:id/roll-over",
    summary:
      "Makes an authority with a new key that takes over, and announces it by GetNextCACert; what is not named is as today.",
    body: z.strictObject({
      successorId: z.string().regex(AUTHORITY_ID).exactOptional(),
      name: displayName.exactOptional(),
      subject: z.string().min(1).max(1000).exactOptional(),
      parentId: reference.exactOptional(),
      keyAlgorithm: keyAlgorithm.exactOptional(),
      signature: z.enum(RSA_SIGNATURES).exactOptional(),
      keyStore: reference.exactOptional(),
      keyRef: keyReference.exactOptional(),
      notAfter: instant.exactOptional(),
      startsAt: instant.exactOptional(),
    }),
    call: async ({ keyRollOvers }, { principal, id, body }) =>
      created(await keyRollOvers.start(principal, id, body)),
  }),
  route({
    method: "GET",
    path: "/authorities/:id/usage",
    summary: "Counts the devices that still stand on an authority, and names its endpoints.",
    call: async ({ retirements }, { principal, id }) =>
      ok(await retirements.ofAuthority(principal, id)),
  }),
  route({
    method: "POST",
    path: "/authorities/:id/retire",
    summary: "Retires an authority: no new certificates; its CRL and OCSP go on.",
    call: async ({ authorities, retirements }, { principal, id }) => {
      await retirements.retire(principal, id);
      return ok(await authorities.get(principal, id));
    },
  }),
  route({
    method: "GET",
    path: "/ras/:id/usage",
    summary: "Counts the devices that enrolled last by an RA, and names its endpoints.",
    call: async ({ retirements }, { principal, id }) => ok(await retirements.ofRa(principal, id)),
  }),
  route({
    method: "GET",
    path: "/roll-overs",
    summary: "Lists the roll-overs of CA keys with their stage, deadline and counts of devices.",
    call: async ({ keyRollOvers }, { principal }) => listed(await keyRollOvers.list(principal)),
  }),
  route({
    method: "GET",
    path: "/roll-overs/:id",
    summary: "Shows one roll-over.",
    call: async ({ keyRollOvers }, { principal, id }) => ok(await keyRollOvers.get(principal, id)),
  }),
  route({
    method: "POST",
    path: "/roll-overs/:id/cancel",
    summary: "Calls a roll-over off before it has begun; the successor stays as an authority.",
    call: async ({ keyRollOvers }, { principal, id }) =>
      ok(await keyRollOvers.cancel(principal, id)),
  }),
];
