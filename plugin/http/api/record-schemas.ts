import { z } from "zod";
import { hex, maybe, named, text, time, whole, yes } from "./answer-members.ts";

/* What the API answers about the ledger, and problems; see answer-members.ts. */

export const eventSchema = named("Event", {
  id: hex,
  at: time,
  type: text,
  status: z.enum(["done", "failed", "pending"]),
  endEntity: maybe,
  endpoint: maybe,
  subject: maybe,
  error: maybe,
  event: text,
});

export const ledgerRowSchema = named("LedgerRow", {
  id: text,
  event: text,
  principal: text,
  at: time,
  subjectId: maybe,
  data: z.looseObject({}),
  sequence: whole.optional(),
  hash: hex.optional(),
});

export const refusalsSchema = named("RefusalsFound", {
  items: z.array(ledgerRowSchema),
  from: time,
  to: time,
  looked: whole,
  complete: yes,
  lookedBackTo: time,
  cursor: maybe,
});

export const problemSchema = named("Problem", {
  type: text,
  title: text,
  status: whole,
  code: text,
  detail: maybe,
  nextStep: maybe,
  issues: z.array(z.looseObject({ path: text, message: text })).optional(),
  requestId: maybe,
});
