import { z } from "zod";
import { RIGHTS } from "../../domain/principal.ts";
import { hex, maybe, maybeTime, named, text, time, whole, yes } from "./answer-members.ts";

/* What the API answers about tenants, tokens, and who may do what; see answer-members.ts. */

export const tenantSchema = named("Tenant", { id: text, name: text, createdAt: time });

export const tokenSchema = named("Token", { id: text, token: text, expiresIn: whole });

export const tokenRecordSchema = named("TokenRecord", {
  id: text,
  subject: text,
  roles: z.array(text),
  mintedBy: text,
  createdAt: time,
  expiresAt: time,
  revokedAt: maybeTime,
  revokedBy: maybe,
});

export const principalSchema = named("Principal", {
  id: text,
  kind: z.enum(["user", "operator", "system"]),
  tenant: maybe,
  roles: z.array(text).optional(),
  rights: z.array(z.enum(RIGHTS)),
  approveOwn: yes.optional(),
});

export const personSchema = named("Person", {
  id: text,
  email: maybe,
  firstName: maybe,
  lastName: maybe,
  roles: z.array(text),
  approveOwn: yes,
  active: yes,
  version: whole,
  createdAt: time,
  updatedAt: time,
});

export const roleSchema = named("Role", { role: text, members: z.array(text) });

export const credentialSchema = named("Credential", {
  id: text,
  name: text,
  roles: z.array(text),
  authorityIds: z.array(text),
  keys: z.array(z.looseObject({ id: hex, notAfter: time, createdAt: time })),
  active: yes,
  lastUsedAt: maybeTime,
  createdBy: text,
  version: whole,
  createdAt: time,
  updatedAt: time,
});

export const handedOverSchema = named("HandedOverCredential", {
  credential: credentialSchema,
  pkcs12: text,
  password: text,
  fileName: text,
});
