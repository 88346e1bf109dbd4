import type { IncomingMessage } from "node:http";
import { z } from "zod";
import { CountersignError } from "../errors.ts";
import { readJson } from "./body.ts";
import type { LocalTokens } from "./local-tokens.ts";
import { type Reply, utf8 } from "./reply.ts";
import { CONSOLE_HEADER, sessionCookie } from "./session-cookie.ts";

/** How long a session lasts, seconds. */
const SESSION = 12 * 3600;
const LIMITS = { bytes: 8 * 1024, seconds: 10 };
const body = z.strictObject({ code: z.string().min(1).max(4096) });

/**
 * `POST /console/session` takes the code of a one-time link and sets the session's cookie; `DELETE` ends the session in this browser. The
 * token itself is in no address and no script can read it (foundations.md 37).
 */
export class SignIn {
  constructor(private readonly tokens: LocalTokens) {}

  /** Throws `unauthenticated` for a code that is not good or was used, `method_not_allowed`, `invalid_input`. */
  async answer(request: IncomingMessage): Promise<Reply> {
    if (request.headers[CONSOLE_HEADER] === undefined)
      throw new CountersignError("invalid_input", `the header ${CONSOLE_HEADER} is missing`);
    if (request.method === "DELETE") return done(sessionCookie(request, undefined, 0));
    if (request.method !== "POST")
      throw new CountersignError("method_not_allowed", "use POST or DELETE");
    const asked = body.safeParse(await readJson(request, LIMITS));
    if (!asked.success) throw new CountersignError("invalid_input", "a code is missing");
    const token = await this.tokens.redeem(asked.data.code, SESSION);
    return done(sessionCookie(request, token, SESSION));
  }
}

const done = (cookie: string): Reply => ({
  status: 200,
  contentType: "application/json",
  body: utf8("{}"),
  headers: { "Set-Cookie": cookie, "Cache-Control": "no-store" },
});
