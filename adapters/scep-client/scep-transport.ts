import { CountersignError, messageOf, type ErrorCode } from "../../plugin/sdk.ts";

export interface ScepAnswer {
  /** Media type, lower case, without parameters. */
  readonly type: string;
  readonly body: Uint8Array;
}

/** How a client reaches a SCEP URL; `message` goes into the query of a GET. */
export interface ScepTransport {
  get(operation: string, message?: string): Promise<ScepAnswer>;
  post(operation: string, body: Uint8Array): Promise<ScepAnswer>;
}

const MAX_OCTETS = 256 * 1024;
const DEADLINE_MS = 30_000;

const codeOf = (status: number): ErrorCode => {
  if (status === 404) return "not_found";
  if (status === 413) return "too_large";
  if (status === 429) return "too_many_requests";
  return status >= 500 ? "busy" : "invalid_input";
};

const request = async (url: URL, init: RequestInit): Promise<ScepAnswer> => {
  let response: Response;
  let body: Uint8Array;
  try {
    response = await fetch(url, { ...init, signal: AbortSignal.timeout(DEADLINE_MS) });
    body = new Uint8Array(await response.arrayBuffer());
  } catch (error) {
    const detail = `${url.origin} cannot be reached: ${messageOf(error)}`;
    throw new CountersignError("busy", detail, { cause: error });
  }
  if (response.status !== 200) {
    const retryAfter = Number(response.headers.get("retry-after") ?? NaN);
    throw new CountersignError(
      codeOf(response.status),
      `${url.origin}${url.pathname} answered HTTP ${response.status}`,
      Number.isFinite(retryAfter) ? { retryAfter } : {},
    );
  }
  if (body.length > MAX_OCTETS) throw new CountersignError("too_large", "the SCEP answer");
  const type = (response.headers.get("content-type") ?? "").split(";", 1)[0] ?? "";
  return { type: type.trim().toLowerCase(), body };
};

/**
 * The transport of RFC 8894 section 4.1 over HTTP. Throws `busy` where nobody answers or with HTTP 5xx, `not_found`, `too_large` and
 * `too_many_requests` by their status, `invalid_input` for another one.
 */
export const scepTransport = (url: string): ScepTransport => {
  const address = (operation: string, message?: string): URL => {
    const target = new URL(url);
    target.search = `operation=${operation}`;
    if (message !== undefined) target.search += `&message=${encodeURIComponent(message)}`;
    return target;
  };
  return {
    get: (operation, message) => request(address(operation, message), {}),
    post: (operation, body) =>
      request(address(operation), {
        method: "POST",
        headers: { "content-type": "application/x-pki-message" },
        body,
      }),
  };
};
