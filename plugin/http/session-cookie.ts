import type { IncomingMessage } from "node:http";

/** Where a session lives; only our own page's requests are believed with it. */
const NAME = "countersign_session";

/** A page of another origin cannot send this header without being asked whether it may (CORS), and it may not. */
export const CONSOLE_HEADER = "x-countersign-console";

/** The token of the session cookie; undefined without one, or without the header that only the console's own requests carry. */
export const sessionOf = (request: IncomingMessage): string | undefined => {
  if (request.headers[CONSOLE_HEADER] === undefined) return undefined;
  for (const pair of (request.headers.cookie ?? "").split(";")) {
    const [name = "", value = ""] = pair.trim().split("=", 2);
    if (name === NAME && /^[\w.-]+$/.test(value)) return value;
  }
  return undefined;
};

/** Set-Cookie for a session, or without a token for its end. It reaches all below the place where Countersign is mounted. */
export const sessionCookie = (
  request: IncomingMessage,
  token: string | undefined,
  maxAge: number,
): string =>
  [
    `${NAME}=${token ?? ""}`,
    `Path=${mountOf(request)}`,
    `Max-Age=${token === undefined ? 0 : maxAge}`,
    "HttpOnly",
    "SameSite=Strict",
    ...(isSecure(request) ? ["Secure"] : []),
  ].join("; ");

/** Express and middie strip the prefix and keep the original. */
const mountOf = (request: IncomingMessage): string => {
  const { originalUrl } = request as { readonly originalUrl?: string };
  const path = (originalUrl ?? request.url ?? "/").split("?", 1)[0] ?? "/";
  const at = path.lastIndexOf("/console/session");
  return at <= 0 || !/^[\w./~-]+$/.test(path) ? "/" : path.slice(0, at);
};

const isSecure = (request: IncomingMessage): boolean =>
  (request.socket as { readonly encrypted?: boolean }).encrypted === true ||
  request.headers["x-forwarded-proto"] === "https";
