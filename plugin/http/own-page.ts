import type { IncomingMessage } from "node:http";
import { CountersignError } from "../errors.ts";

/** These change nothing here. */
const SAFE: ReadonlySet<string> = new Set(["GET", "HEAD"]);

/**
 * A browser adds its session to whatever any page sends. So a change under a host's session must come from a page of the same origin, or bring
 * a header that a page may send elsewhere only after the host has allowed it (CORS): the console's own, or a bearer token. Programs
 * name no page. Throws `forbidden`.
 */
export const requireOwnPage = ({ method = "", headers }: IncomingMessage): void => {
  if (SAFE.has(method) || headers["x-countersign-console"] !== undefined) return;
  if (/^Bearer /i.test(headers.authorization ?? "")) return;
  const site = headers["sec-fetch-site"];
  const { origin, host } = headers;
  const own =
    site === undefined
      ? origin === undefined || (URL.canParse(origin) && new URL(origin).host === host)
      : site === "same-origin" || site === "none";
  if (!own)
    throw new CountersignError(
      "forbidden",
      "a page of another origin sent this with the session of the host",
    );
};
