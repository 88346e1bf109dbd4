import { z } from "zod";
import { RSA_SIGNATURES } from "../../domain/algorithm.ts";
import { AUTHORITY_ID, OCSP_KEY_ALGORITHMS } from "../../domain/authority.ts";
import { OUTSIDE_SERVER_TYPES } from "../../domain/outside-authority.ts";
import { created, file, lines, listed, ok } from "./answer.ts";
import { toPem } from "../../domain/pem.ts";
import { route, type Route } from "./route.ts";
import {
  certificateText,
  displayName,
  flag,
  instant,
  keyAlgorithm,
  keyReference,
  reference,
} from "./schemas.ts";

const id = z.string().regex(AUTHORITY_ID);

const newAuthority = z.strictObject({
  id,
  name: displayName.exactOptional(),
  kind: z.enum(["root", "intermediate", "issuing"]),
  parentId: reference.exactOptional(),
  subject: z.string().min(1).max(1000),
  keyAlgorithm,
  keyStore: reference.exactOptional(),
  keyRef: keyReference.exactOptional(),
  signature: z.enum(RSA_SIGNATURES).exactOptional(),
  notAfter: instant.exactOptional(),
  pathLength: z.int().min(0).max(10).exactOptional(),
  crlEnabled: z.boolean().exactOptional(),
  ocspEnabled: z.boolean().exactOptional(),
  crlShards: z.int().exactOptional(),
  deltaCrl: z.boolean().exactOptional(),
  ocspKeyAlgorithm: z.enum(OCSP_KEY_ALGORITHMS).exactOptional(),
  single: z.boolean().exactOptional(),
});

const newHierarchy = z.strictObject({
  id,
  rootId: id.exactOptional(),
  name: displayName.exactOptional(),
  organization: z.string().min(1).max(64).exactOptional(),
  keyAlgorithm: keyAlgorithm.exactOptional(),
  keyStore: reference.exactOptional(),
  crlShards: z.int().exactOptional(),
  deltaCrl: z.boolean().exactOptional(),
  ocspKeyAlgorithm: z.enum(OCSP_KEY_ALGORITHMS).exactOptional(),
});

const outsideUrl = z.string().min(1).max(2000);
const enrolmentCode = z.string().min(1).max(255);
const outsideChain = z.array(certificateText).min(1).max(10);

const PEM = "application/x-pem-file";

export const authorityRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: "/authorities",
    summary: "Lists the authorities.",
    call: async ({ authorities }, { principal }) => listed(await authorities.list(principal)),
  }),
  route({
    method: "POST",
    path: "/authorities",
    summary: "Makes a root, intermediate or issuing CA; under an outside root it waits with a CSR.",
    body: newAuthority,
    call: async ({ authorities }, { principal, body }) =>
      created(await authorities.create(principal, body)),
  }),
  route({
    method: "POST",
    path: "/authorities/import-root",
    summary: "Takes the certificate of a root whose key is elsewhere.",
    body: z.strictObject({
      id,
      name: displayName.exactOptional(),
      certificate: certificateText,
    }),
    call: async ({ authorities }, { principal, body }) =>
      created(await authorities.importRoot(principal, body)),
  }),
  route({
    method: "POST",
    path: "/authorities/outside",
    summary:
      "Takes a CA server elsewhere whose SCEP URL devices call themselves: URL, enrolment code, CA certificates with the root last.",
    body: z.strictObject({
      id,
      name: displayName.exactOptional(),
      url: outsideUrl,
      certificates: outsideChain,
      serverType: z.enum(OUTSIDE_SERVER_TYPES).exactOptional(),
      code: enrolmentCode.exactOptional(),
    }),
    call: async ({ outsideAuthorities }, { principal, body }) =>
      created(await outsideAuthorities.create(principal, body)),
  }),
  route({
    method: "PATCH",
    path: "/authorities/:id/outside",
    summary:
      "Changes URL, code (`null` takes it away), certificates or kind of an outside CA server.",
    body: z.strictObject({
      name: displayName.exactOptional(),
      url: outsideUrl.exactOptional(),
      certificates: outsideChain.exactOptional(),
      serverType: z.enum(OUTSIDE_SERVER_TYPES).exactOptional(),
      code: enrolmentCode.nullable().exactOptional(),
    }),
    call: async ({ outsideAuthorities }, call) =>
      ok(await outsideAuthorities.update(call.principal, call.id, call.body, call.version)),
  }),
  route({
    method: "POST",
    path: "/hierarchies",
    summary:
      "Makes root, issuing CA and RA certificate in one step. With `Accept: application/x-ndjson` each step is a line, the last line holds `result` or `problem`.",
    body: newHierarchy,
    call: async ({ hierarchies }, { principal, body, accept }) =>
      accept.includes("application/x-ndjson")
        ? lines(async (line) => line({ result: await hierarchies.create(principal, body, line) }))
        : created(await hierarchies.create(principal, body)),
  }),
  route({
    method: "GET",
    path: "/authorities/:id",
    summary: "Shows one authority with its SCEP addresses and all that its certificate says.",
    call: async ({ authorities }, call) => ok(await authorities.details(call.principal, call.id)),
  }),
  route({
    method: "PATCH",
    path: "/authorities/:id",
    summary:
      "Gives an authority another friendly name, or switches OCSP on for what it issues from then on; it cannot be switched off.",
    body: z
      .strictObject({ name: displayName.exactOptional(), ocspEnabled: z.boolean().exactOptional() })
      .refine((body) => Object.keys(body).length > 0, "name what is to change"),
    call: async ({ authorities, ocspSwitch }, { principal, id, body, version }) => {
      const { name, ocspEnabled } = body;
      if (ocspEnabled !== undefined) await ocspSwitch.turn(principal, id, ocspEnabled, version);
      return ok(
        name === undefined
          ? await authorities.get(principal, id)
          : await authorities.rename(
              principal,
              id,
              name,
              ocspEnabled === undefined ? version : undefined,
            ),
      );
    },
  }),
  route({
    method: "GET",
    path: "/authorities/:id/removal",
    summary: "Says what deleting an authority would take with it.",
    call: async ({ authorityRemoval }, call) =>
      ok(await authorityRemoval.impact(call.principal, call.id)),
  }),
  route({
    method: "DELETE",
    path: "/authorities/:id",
    summary:
      "Deletes an authority and all below it; `?confirm=` is its identifier, `?force=true` takes live deployments with it. Its CRL goes on.",
    query: z.strictObject({ confirm: reference, force: flag.default(false) }),
    call: async ({ authorityRemoval }, { principal, id, query, version }) =>
      ok(await authorityRemoval.delete(principal, id, query, version)),
  }),
  route({
    method: "GET",
    path: "/authorities/:id/crl",
    summary: "Shows the published lists: number, dates, entries, size, and how far each is behind.",
    call: async ({ crlLists }, call) => listed(await crlLists.list(call.principal, call.id)),
  }),
  route({
    method: "POST",
    path: "/authorities/:id/crl",
    summary: "Signs and publishes all lists of the authority now.",
    call: async ({ crlLists }, call) => listed(await crlLists.publish(call.principal, call.id)),
  }),
  route({
    method: "POST",
    path: "/authorities/:id/check",
    summary:
      "Fetches CA certificate, lists, OCSP, GetCACaps and GetCACert from their public URLs, and says of each whether it is what it should be.",
    call: async ({ publicChecks }, call) => listed(await publicChecks.run(call.principal, call.id)),
  }),
  route({
    method: "GET",
    path: "/authorities/:id/csr",
    summary: "Downloads the CSR of an authority that waits for its certificate, PEM.",
    call: async ({ authorities }, call) => {
      const csr = await authorities.csr(call.principal, call.id);
      return file(PEM, `${call.id}.csr`, pemBytes("CERTIFICATE REQUEST", csr));
    },
  }),
  route({
    method: "POST",
    path: "/authorities/:id/certificate",
    summary:
      "Takes the certificate that an outside root made from the CSR, the first one or a renewal.",
    body: z.strictObject({ certificate: certificateText }),
    call: async ({ authorities }, call) =>
      ok(await authorities.certify(call.principal, call.id, call.body.certificate)),
  }),
  route({
    method: "GET",
    path: "/authorities/:id/certificate",
    summary:
      "Downloads the CA certificate: PEM, or DER with `?format=der` or `Accept: application/pkix-cert`.",
    query: z.strictObject({ format: z.enum(["pem", "der"]).optional() }),
    call: async ({ authorities }, call) => {
      const der = await authorities.certificate(call.principal, call.id);
      const format =
        call.query.format ?? (call.accept.includes("application/pkix-cert") ? "der" : "pem");
      return format === "der"
        ? file("application/pkix-cert", `${call.id}.cer`, der)
        : file(PEM, `${call.id}.pem`, pemBytes("CERTIFICATE", der));
    },
  }),
  route({
    method: "GET",
    path: "/authorities/:id/chain",
    summary: "Downloads the chain as PEM, this authority first and the root last.",
    call: async ({ authorities }, call) => {
      const chain = await authorities.chain(call.principal, call.id);
      return file(PEM, `${call.id}-chain.pem`, pemBytes("CERTIFICATE", ...chain));
    },
  }),
];

const pemBytes = (label: string, ...ders: readonly Uint8Array[]): Uint8Array =>
  Buffer.from(ders.map((der) => toPem(der, label)).join(""));
