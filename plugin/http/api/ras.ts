import { z } from "zod";
import { created, listed, ok } from "./answer.ts";
import { route, type Route } from "./route.ts";
import { certificateText, deviceKeyAlgorithm, privateKeyText, reference } from "./schemas.ts";

const newRa = z.strictObject({
  authorityId: reference,
  subject: z.string().min(1).max(1000).exactOptional(),
  keyAlgorithm: deviceKeyAlgorithm.exactOptional(),
  keyStore: reference.exactOptional(),
  origin: z.enum(["issued", "csr"]).default("issued"),
});

export const raRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: "/ras",
    summary: "Lists the registration authorities.",
    call: async ({ ras }, { principal }) => listed(await ras.list(principal)),
  }),
  route({
    method: "POST",
    path: "/ras",
    summary:
      "Makes an RA key and its certificate; with `origin: csr` a CSR for an outside CA instead.",
    body: newRa,
    call: async ({ ras }, { principal, body: { origin, ...input } }) =>
      created(
        origin === "csr" ? await ras.request(principal, input) : await ras.issue(principal, input),
      ),
  }),
  route({
    method: "POST",
    path: "/ras/import",
    summary: "Takes an RA certificate and its private key from elsewhere, into a soft key store.",
    body: z.strictObject({
      authorityId: reference,
      keyStore: reference.exactOptional(),
      certificate: certificateText,
      privateKey: privateKeyText,
    }),
    call: async ({ ras }, { principal, body }) => created(await ras.import(principal, body)),
  }),
  route({
    method: "GET",
    path: "/ras/:id",
    summary: "Shows one registration authority, with its CSR while that waits.",
    call: async ({ ras }, call) => ok(await ras.get(call.principal, call.id)),
  }),
  route({
    method: "POST",
    path: "/ras/:id/certificate",
    summary: "Takes the certificate that an outside CA made from the RA's CSR.",
    body: z.strictObject({ certificate: certificateText }),
    call: async ({ ras }, call) =>
      ok(await ras.certify(call.principal, call.id, call.body.certificate)),
  }),
];
