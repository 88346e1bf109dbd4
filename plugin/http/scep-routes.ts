import type { IncomingMessage } from "node:http";
import { CountersignError } from "../errors.ts";
import type { ScepOperations } from "../scep/operations.ts";
import { type BodyLimits, readBody } from "./body.ts";
import { decodeGetMessage, parseScepQuery } from "./get-message.ts";
import { problemReply } from "./problem.ts";
import type { Reply } from "./reply.ts";
import { sourceOf } from "./source.ts";
import type { Target } from "./target.ts";

const OPERATIONS = new Map(
  (["GetCACaps", "GetCACert", "GetNextCACert", "PKIOperation"] as const).map((name) => [
    name.toLowerCase(),
    name,
  ]),
);

/** HTTP of SCEP (RFC 8894 section 4): from socket to `ScepOperations` and back, without Express. */
export class ScepRoutes {
  constructor(
    private readonly operations: ScepOperations,
    private readonly limits: BodyLimits,
  ) {}

  /** Answers `/scep/<endpoint id>` whatever segments follow it. Throws errors of `readBody` and of the operations. */
  async answer(request: IncomingMessage, target: Target): Promise<Reply> {
    const [, , endpointId = ""] = target.path.split("/");
    const source = sourceOf(request);
    const userAgent = request.headers["user-agent"];
    await this.operations.admit(endpointId, source);
    const { operation, message } = parseScepQuery(target.query);
    switch (request.method) {
      case "POST":
        // RFC 8894 section 4.3: a POST can only be a PKIOperation, whatever it calls itself, and whatever Content-Type it names.
        return this.operations.handle({
          endpointId,
          operation: "PKIOperation",
          message: await readBody(request, this.limits),
          source,
          userAgent,
        });
      case "GET":
      case "HEAD": {
        const name = OPERATIONS.get(unescapeOperation(operation ?? "").toLowerCase());
        if (name === undefined) {
          throw new CountersignError("invalid_input", "unknown or missing SCEP operation");
        }
        return this.operations.handle({
          endpointId,
          operation: name,
          message: name === "PKIOperation" ? decodeGetMessage(message ?? "") : undefined,
          source,
          userAgent,
        });
      }
      default:
        return methodNotAllowed("GET, HEAD, POST");
    }
  }
}

/** 405 with the methods that are taken. */
export const methodNotAllowed = (allow: string): Reply => {
  const reply = problemReply(new CountersignError("method_not_allowed", `use ${allow}`), "public");
  return { ...reply, headers: { ...reply.headers, Allow: allow } };
};

const unescapeOperation = (raw: string): string => {
  try {
    return decodeURIComponent(raw);
  } catch {
    return raw;
  }
};
