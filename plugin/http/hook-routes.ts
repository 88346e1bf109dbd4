import type { IncomingMessage } from "node:http";
import { z } from "zod";
import { HOST_EVENT_KINDS, type HostEvent } from "../domain/host-event.ts";
import { CountersignError } from "../errors.ts";
import { issuesOf, listOf } from "../issues.ts";
import type { Logger } from "../ports/ambient.ts";
import type { GuessLimit } from "../scep/guess-limit.ts";
import type { EventIntake } from "../services/hosts/event-intake.ts";
import type { HookAdapters, VerifiedCall } from "../services/access/hook-adapters.ts";
import { type BodyLimits, readBody } from "./body.ts";
import { HOST_EVENT_SCHEMAS } from "./host-event-schemas.ts";
import { logFailure } from "./log-failure.ts";
import { asCountersignError, problemOf } from "./problem.ts";
import { type Reply, utf8 } from "./reply.ts";
import { methodNotAllowed } from "./scep-routes.ts";
import { sourceOf } from "./source.ts";
import type { Target } from "./target.ts";

/** What one row of a call came to. `failed`: our own fault; send it again with the same id. */
interface RowResult {
  readonly eventId: string | undefined;
  readonly status: "done" | "refused" | "failed";
  readonly problem?: ReturnType<typeof problemOf>;
}

const LIMITS: BodyLimits = { bytes: 1_048_576, seconds: 30 };
const MOST_EVENTS = 1000;
/** Where wrong signatures are counted: at all adapters together, so that nobody tries one after the other. No endpoint's id has a slash. */
const GUESSED_AT = "/hooks";

/** Our own format: one event or many, each with its kind and its id. Rows are judged one by one, so that none spoils another. */
const call = z.union([
  z.strictObject({ events: z.array(z.record(z.string(), z.unknown())).min(1).max(MOST_EVENTS) }),
  z
    .looseObject({ kind: z.string() })
    .transform((event): { events: Record<string, unknown>[] } => ({ events: [event] })),
]);
const head = z.looseObject({ kind: z.enum(HOST_EVENT_KINDS), eventId: z.string().min(1).max(200) });

/** `POST /hooks/<adapter>`: what an MDM server reports, signed. */
export class HookRoutes {
  constructor(
    private readonly adapters: HookAdapters,
    private readonly intake: EventIntake,
    private readonly guesses: GuessLimit,
    private readonly logger: Logger,
  ) {}

  /**
   * Answers 200 with a result for each row, and 503 when every row failed for a reason of ours. Throws `unauthenticated`, `too_many_requests` after a
   * hundred of these a minute from one address, `invalid_input` and errors of `readBody`.
   */
  async answer(request: IncomingMessage, target: Target): Promise<Reply> {
    if (request.method !== "POST") return methodNotAllowed("POST");
    const [, , id = ""] = target.path.split("/");
    const source = sourceOf(request);
    await this.guesses.admitAt(GUESSED_AT, source);
    const body = await readBody(request, LIMITS);
    const verified = await this.adapters
      .verify(id, { headers: headersOf(request), body })
      .catch(async (error: unknown) => {
        if (asCountersignError(error).code === "unauthenticated")
          await this.guesses.count(GUESSED_AT, source);
        throw error;
      });
    const rows = verified.events ?? rowsOf(body);
    const results: RowResult[] = [];
    for (const row of rows) results.push(await this.take(verified, row));
    const allFailed = results.length > 0 && results.every(({ status }) => status === "failed");
    return {
      status: allFailed ? 503 : 200,
      contentType: "application/json",
      body: utf8(JSON.stringify({ results })),
      headers: { "Cache-Control": "no-store", ...(allFailed ? { "Retry-After": "10" } : {}) },
    };
  }

  private async take(
    { principal, hostId, events }: VerifiedCall,
    row: unknown,
  ): Promise<RowResult> {
    const eventId = idOf(row);
    try {
      // The adapter says whose events these are, whatever the row says.
      const event = events === undefined ? eventOf(row, hostId) : { ...(row as HostEvent), hostId };
      await this.intake.report(principal, event);
      return { eventId, status: "done" };
    } catch (thrown) {
      const error = asCountersignError(thrown);
      logFailure(this.logger, thrown, { hook: principal.id, eventId });
      const status = error.facts.http < 500 ? "refused" : "failed";
      return { eventId, status, problem: problemOf(error, "admin") };
    }
  }
}

const rowsOf = (body: Uint8Array): readonly unknown[] => {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    throw new CountersignError("invalid_input", "the body is not JSON");
  }
  const checked = call.safeParse(json);
  if (checked.success) return checked.data.events;
  throw new CountersignError("invalid_input", listOf(issuesOf(checked.error)));
};

/** Throws `invalid_input`, which names the fields. */
const eventOf = (row: unknown, hostId: string): HostEvent => {
  const checked = head.safeParse(row);
  if (!checked.success) throw invalid(checked.error);
  const { kind, ...members } = checked.data;
  const event = HOST_EVENT_SCHEMAS[kind].safeParse({ ...members, hostId });
  if (!event.success) throw invalid(event.error);
  return { kind, ...event.data } as HostEvent;
};

const invalid = (error: z.ZodError): CountersignError => {
  const issues = issuesOf(error);
  return new CountersignError("invalid_input", listOf(issues), { issues });
};

const idOf = (row: unknown): string | undefined => {
  const { eventId } = (row ?? {}) as { readonly eventId?: unknown };
  return typeof eventId === "string" ? eventId.slice(0, 200) : undefined;
};

const headersOf = (request: IncomingMessage): Record<string, string | undefined> =>
  Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(",") : value,
    ]),
  );
