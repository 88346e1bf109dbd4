import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Reply } from "./reply.ts";

/** Something published that clients fetch again and again. */
export interface Published {
  readonly contentType: string;
  readonly body: Uint8Array;
  readonly stream?: Reply["stream"];
  /** SHA-256 of the body, hex, where it is known. */
  readonly sha256?: string;
  readonly lastModified: Date | undefined;
  /** Seconds a cache may keep it. */
  readonly maxAge: number;
}

/** 200 with validators, or 304 where the client has it already (RFC 9110 section 13: If-None-Match before If-Modified-Since). */
export const conditionalReply = (request: IncomingMessage, published: Published): Reply => {
  const { contentType, body, stream, lastModified, maxAge } = published;
  const digest = published.sha256 ?? createHash("sha256").update(body).digest("hex");
  const etag = `"${Buffer.from(digest, "hex").toString("base64url").slice(0, 27)}"`;
  const headers = {
    ETag: etag,
    "Cache-Control": `public, max-age=${maxAge}`,
    ...(lastModified === undefined ? {} : { "Last-Modified": lastModified.toUTCString() }),
  };
  const status = isFresh(request, etag, lastModified) ? 304 : 200;
  return { status, contentType, body, headers, ...(stream === undefined ? {} : { stream }) };
};

const isFresh = (
  request: IncomingMessage,
  etag: string,
  lastModified: Date | undefined,
): boolean => {
  const ifNoneMatch = request.headers["if-none-match"];
  if (ifNoneMatch !== undefined) {
    return ifNoneMatch.split(",").some((tag) => ["*", etag, `W/${etag}`].includes(tag.trim()));
  }
  const since = Date.parse(request.headers["if-modified-since"] ?? "");
  if (Number.isNaN(since) || lastModified === undefined) return false;
  // HTTP dates have no milliseconds.
  return Math.floor(lastModified.getTime() / 1000) <= since / 1000;
};
