import type { IncomingMessage } from "node:http";
import { CountersignError } from "../errors.ts";

/** Limits of one kind of body. */
export interface BodyLimits {
  /** Octets. */
  readonly bytes: number;
  /** Seconds the whole body may take. */
  readonly seconds: number;
}

/** What a host's parser may have left on the request (foundations.md 19). */
interface ParsedByHost {
  readonly body?: unknown;
  readonly rawBody?: unknown;
}

/**
 * The raw octets of a request. Bytes that the host has read already are taken from it; where its parser has destroyed them, `body_consumed`
 * says what to change. Throws `too_large`, `request_timeout`, `invalid_input`.
 */
export const readBody = (request: IncomingMessage, limits: BodyLimits): Promise<Uint8Array> =>
  new Promise((resolve, reject) => receiveBody(request, limits, resolve, reject));

/** `readBody` without a promise, for answers that cost less than one: calls `take` or `refuse` once, perhaps at once. */
export const receiveBody = (
  request: IncomingMessage,
  limits: BodyLimits,
  take: (body: Uint8Array) => void,
  refuse: (error: CountersignError) => void,
): void => {
  const { body, rawBody } = request as ParsedByHost;
  const kept = [body, rawBody].find((value) => value instanceof Uint8Array);
  if (kept !== undefined) {
    if (kept.length > limits.bytes) refuse(tooLarge(limits));
    else take(kept);
    return;
  }
  if (wasRead(request)) {
    if (hasBody(request))
      refuse(
        new CountersignError(
          "body_consumed",
          "the request body was read before Countersign saw it",
        ),
      );
    else take(new Uint8Array(0));
    return;
  }
  const encoding = request.headers["content-encoding"] ?? "identity";
  if (encoding.toLowerCase() !== "identity")
    refuse(new CountersignError("invalid_input", `content encoding ${encoding} is not taken`));
  else if (Number(request.headers["content-length"] ?? 0) > limits.bytes) refuse(tooLarge(limits));
  else receive(request, limits, take, refuse);
};

/** A JSON body; one that the host has parsed already is taken as it is. Undefined when there is none. */
export const readJson = async (request: IncomingMessage, limits: BodyLimits): Promise<unknown> => {
  const { body } = request as ParsedByHost;
  if (wasRead(request) && hasBody(request) && isParsedJson(body)) return body;
  const bytes = await readBody(request, limits);
  if (bytes.length === 0) return undefined;
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new CountersignError("invalid_input", "the body is not JSON");
  }
};

const isParsedJson = (body: unknown): boolean =>
  typeof body === "object" && body !== null && !(body instanceof Uint8Array);

const wasRead = (request: IncomingMessage): boolean =>
  request.readableDidRead || request.readableEnded;

const hasBody = (request: IncomingMessage): boolean =>
  request.headers["transfer-encoding"] !== undefined ||
  Number(request.headers["content-length"] ?? 0) > 0;

const tooLarge = (limits: BodyLimits): CountersignError =>
  new CountersignError("too_large", `the body may have ${limits.bytes} octets`);

const receive = (
  request: IncomingMessage,
  limits: BodyLimits,
  take: (body: Uint8Array) => void,
  refuse: (error: CountersignError) => void,
): void => {
  const chunks: Uint8Array[] = [];
  let length = 0;
  let over = false;
  const fail = (error: CountersignError): void => {
    if (over) return;
    over = true;
    clearTimeout(timer);
    // The rest is thrown away, so that the answer can still be sent.
    request.resume();
    refuse(error);
  };
  const timer = setTimeout(() => {
    fail(new CountersignError("request_timeout", `the body took over ${limits.seconds} s`));
  }, limits.seconds * 1000);
  const onData = (chunk: Uint8Array): void => {
    if (over) return;
    length += chunk.length;
    if (length > limits.bytes) fail(tooLarge(limits));
    else chunks.push(chunk);
  };
  const onEnd = (): void => {
    if (over) return;
    over = true;
    clearTimeout(timer);
    take(chunks.length === 1 ? (chunks[0] as Uint8Array) : Buffer.concat(chunks));
  };
  const onBreak = (): void => {
    // Every request closes in the end.
    if (over) return;
    fail(new CountersignError("invalid_input", "the connection broke off inside the body"));
  };
  // The listeners stay: taking them away again costs more than all else here, and what comes after the end is nothing to them.
  request.on("data", onData).on("end", onEnd).on("error", onBreak).on("close", onBreak);
};
