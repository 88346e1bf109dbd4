import { CountersignError } from "../errors.ts";

/** The longest base64 text a GET may carry. */
export const GET_MESSAGE_LIMIT = 32 * 1024;

/** What the raw query of a SCEP request says; both values still as they were sent. */
export interface ScepQuery {
  readonly operation: string | undefined;
  readonly message: string | undefined;
}

/**
 * Takes a query apart without URLSearchParams, which would turn `+` into a space (scep.md 2.3 rule 2). Names are matched without regard to case,
 * the first of a name counts, others are ignored.
 */
export const parseScepQuery = (rawQuery: string): ScepQuery => {
  const values = new Map<string, string>();
  for (const part of rawQuery.split("&")) {
    const equals = part.indexOf("=");
    const name = (equals === -1 ? part : part.slice(0, equals)).toLowerCase();
    if (!values.has(name)) values.set(name, equals === -1 ? "" : part.slice(equals + 1));
  }
  return { operation: values.get("operation"), message: values.get("message") };
};

/**
 * The octets of `message=`, in every dialect seen on the wire: escaped once or twice, line breaks, `+` turned into a space, base64url, missing padding.
 * Then strictly base64 (RFC 4648 section 4). Throws `invalid_input`, `uri_too_long`.
 */
export const decodeGetMessage = (raw: string): Uint8Array => {
  let text = unescapeOnce(raw);
  if (text.includes("%")) text = unescapeOnce(text);
  if (text.length > GET_MESSAGE_LIMIT) {
    throw new CountersignError(
      "uri_too_long",
      `a GET message may have ${GET_MESSAGE_LIMIT} characters`,
    );
  }
  const standard = settleSpaces(text.replace(/[\r\n\t]/g, ""))
    .replaceAll("-", "+")
    .replaceAll("_", "/")
    .replace(/={1,2}$/, "");
  if (standard === "" || standard.length % 4 === 1 || !/^[A-Za-z0-9+/]*$/.test(standard)) {
    throw new CountersignError("invalid_input", "the message is not base64");
  }
  return Buffer.from(standard, "base64");
};

/** A space is a `+` that a form decoder spoiled, unless the length only fits without it: then it is a fold. */
const settleSpaces = (text: string): string => {
  if (!text.includes(" ")) return text;
  const spoiled = text.replaceAll(" ", "+");
  return fits(spoiled) ? spoiled : text.replaceAll(" ", "");
};

const fits = (base64: string): boolean =>
  base64.endsWith("=") ? base64.length % 4 === 0 : base64.length % 4 !== 1;

const unescapeOnce = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new CountersignError("invalid_input", "the query is not properly escaped");
  }
};
