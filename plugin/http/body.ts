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
export const readBody = async (
  request: IncomingMessage,
  limits: BodyLimits,
): Promise<Uint8Array> => {
  const { body, rawBody } = request as ParsedByHost;
  const kept = [body, rawBody].find((value) => value instanceof Uint8Array);
  if (kept !== undefined) return within(kept, limits);
  if (wasRead(request)) {
    if (!hasBody(request)) return new Uint8Array(0);
    throw new CountersignError(
      "body_consumed",
      "the request body was read before Countersign saw it",
    );
  }
  refuseEncoded(request);
  if (Number(request.headers["content-length"] ?? 0) > limits.bytes) throw tooLarge(limits);
  return receive(request, limits);
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

const refuseEncoded = (request: IncomingMessage): void => {
  const encoding = request.headers["content-encoding"] ?? "identity";
  if (encoding.toLowerCase() !== "identity") {
    throw new CountersignError("invalid_input", `content encoding ${encoding} is not taken`);
  }
};

const within = (body: Uint8Array, limits: BodyLimits): Uint8Array => {
  if (body.length > limits.bytes) throw tooLarge(limits);
  return body;
};

const tooLarge = (limits: BodyLimits): CountersignError =>
  new CountersignError("too_large", `the body may have ${limits.bytes} octets`);

const receive = (request: IncomingMessage, limits: BodyLimits): Promise<Uint8Array> =>
  new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    let length = 0;
    const timer = setTimeout(() => {
      refuse(new CountersignError("request_timeout", `the body took over ${limits.seconds} s`));
    }, limits.seconds * 1000);
    let over = false;
    const onData = (chunk: Uint8Array): void => {
      if (over) return;
      length += chunk.length;
      if (length > limits.bytes) refuse(tooLarge(limits));
      else chunks.push(chunk);
    };
    const onEnd = (): void => {
      if (over) return;
      over = true;
      clearTimeout(timer);
      resolve(chunks.length === 1 ? (chunks[0] as Uint8Array) : Buffer.concat(chunks));
    };
    const onBreak = (): void => {
      // Every request closes in the end.
      if (over) return;
      refuse(new CountersignError("invalid_input", "the connection broke off inside the body"));
    };
    // The listeners stay: taking them away again costs more than all else here, and what comes after the end is nothing to them.
    const refuse = (error: CountersignError): void => {
      if (over) return;
      over = true;
      clearTimeout(timer);
      // The rest is thrown away, so that the answer can still be sent.
      request.resume();
      reject(error);
    };
    request.on("data", onData).on("end", onEnd).on("error", onBreak).on("close", onBreak);
  });
