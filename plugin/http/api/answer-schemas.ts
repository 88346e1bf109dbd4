import { z } from "zod";
import {
  consoleNameSchema,
  consoleSchema,
  filledFormSchema,
  resolvedSchema,
} from "./console-schemas.ts";
import { renewalPlanSchema, rulesSchema } from "./life-schemas.ts";
import { aboutSchema, endpointTestSchema, overviewSchema } from "./overview-schemas.ts";
import {
  approvalSchema,
  authoritySchema,
  certificateSchema,
  challengeSchema,
  deploymentSchema,
  deviceSchema,
  endpointSchema,
  hierarchySchema,
  ledgerRowSchema,
  principalSchema,
  raSchema,
  templateSchema,
  tenantSchema,
  tokenSchema,
  wipeSchema,
} from "./view-schemas.ts";

/** What a route answers when all is well. */
export interface AnswerSchema {
  readonly status: 200 | 201 | 202 | 204;
  /** By media type; a file has no schema. */
  readonly content: Readonly<Record<string, z.ZodType | undefined>>;
}

const JSON_TYPE = "application/json";
const answer = (status: AnswerSchema["status"], schema: z.ZodType): AnswerSchema => ({
  status,
  content: { [JSON_TYPE]: schema },
});
const one = (schema: z.ZodType) => answer(200, schema);
const made = (schema: z.ZodType) => answer(201, schema);
const list = (schema: z.ZodType) => one(z.looseObject({ items: z.array(schema) }));
const page = (schema: z.ZodType) =>
  one(z.looseObject({ items: z.array(schema), cursor: z.string().optional() }));
const file = (...types: readonly string[]): AnswerSchema => ({
  status: 200,
  content: Object.fromEntries(types.map((type) => [type, undefined])),
});
const nothing: AnswerSchema = { status: 204, content: {} };
const PEM = "application/x-pem-file";
const CERTIFICATE = "application/pkix-cert";

/** By method and path of the route; kept apart from the routes, so that these stay readable on one screen. */
export const ANSWERS: Readonly<Record<string, AnswerSchema>> = {
  "GET /tenants": list(tenantSchema),
  "POST /tenants": made(tenantSchema),
  "POST /tenants/:id/owner-token": made(tokenSchema),
  "GET /whoami": one(principalSchema),
  "POST /tokens": made(tokenSchema),
  "GET /overview": one(overviewSchema),
  "GET /about": one(aboutSchema),
  "GET /renewals/plan": one(renewalPlanSchema),
  "GET /renewals/plan/chart": file("image/svg+xml"),
  "GET /renewals/rules": list(rulesSchema),
  "GET /renewals/rules/:id": one(rulesSchema),
  "PATCH /renewals/rules/:id": one(rulesSchema),
  "POST /deployments/:id/renew": one(deploymentSchema),
  "POST /deployments/:id/unlock": one(deploymentSchema),
  "GET /authorities": list(authoritySchema),
  "POST /authorities": made(authoritySchema),
  "POST /authorities/import-root": made(authoritySchema),
  "POST /hierarchies": {
    status: 201,
    content: { [JSON_TYPE]: hierarchySchema, "application/x-ndjson": undefined },
  },
  "GET /authorities/:id": one(authoritySchema),
  "PATCH /authorities/:id": one(authoritySchema),
  "GET /authorities/:id/csr": file(PEM),
  "POST /authorities/:id/certificate": one(authoritySchema),
  "GET /authorities/:id/certificate": file(PEM, CERTIFICATE),
  "GET /authorities/:id/chain": file(PEM),
  "GET /ras": list(raSchema),
  "POST /ras": made(raSchema),
  "POST /ras/import": made(raSchema),
  "GET /ras/:id": one(raSchema),
  "POST /ras/:id/certificate": one(raSchema),
  "GET /templates": list(templateSchema),
  "POST /templates": made(templateSchema),
  "GET /templates/:id": one(templateSchema),
  "PATCH /templates/:id": one(templateSchema),
  "DELETE /templates/:id": nothing,
  "GET /endpoints": list(endpointSchema),
  "POST /endpoints": made(endpointSchema),
  "GET /endpoints/:id": one(endpointSchema),
  "PATCH /endpoints/:id": one(endpointSchema),
  "POST /endpoints/:id/roll-over": one(endpointSchema),
  "POST /endpoints/:id/test": one(endpointTestSchema),
  "DELETE /endpoints/:id": nothing,
  "GET /consoles": list(consoleNameSchema),
  "GET /consoles/:id": one(consoleSchema),
  "GET /consoles/:id/ca-server": one(filledFormSchema),
  "POST /consoles/:id/ca-server": one(filledFormSchema),
  "GET /consoles/:id/template": one(filledFormSchema),
  "POST /consoles/:id/template": one(filledFormSchema),
  "POST /consoles/:id/resolve": one(resolvedSchema),
  "GET /devices": page(deviceSchema),
  "POST /devices": made(deviceSchema),
  "GET /devices/:id": one(deviceSchema),
  "POST /devices/:id/wipe": one(wipeSchema),
  "POST /devices/:id/unenrol": one(wipeSchema),
  "GET /deployments": page(deploymentSchema),
  "POST /deployments": made(deploymentSchema),
  "GET /deployments/:id": one(deploymentSchema),
  "DELETE /deployments/:id": nothing,
  "POST /deployments/:id/profile": file(
    "application/x-apple-aspen-config",
    "application/xml",
    JSON_TYPE,
    "application/octet-stream",
  ),
  "POST /challenges": made(challengeSchema),
  "GET /approvals": page(approvalSchema),
  "POST /approvals/:id/approve": one(approvalSchema),
  "POST /approvals/:id/deny": one(approvalSchema),
  "GET /certificates": page(certificateSchema),
  "GET /certificates/:id": one(certificateSchema),
  "GET /certificates/:id/pem": file(PEM),
  "GET /certificates/:id/der": file(CERTIFICATE),
  "POST /certificates/:id/revoke": one(certificateSchema),
  "GET /ledger": page(ledgerRowSchema),
  "POST /hooks/deviceEnrolled": made(deviceSchema),
  "POST /hooks/deviceWiped": one(wipeSchema),
  "POST /hooks/deviceUnenrolled": one(wipeSchema),
  "POST /hooks/templateAssigned": made(deploymentSchema),
  "POST /hooks/templateRemoved": nothing,
};
