import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline, Readable } from "node:stream";

/** One complete HTTP answer. */
export interface Reply {
  readonly status: number;
  /** Sent exactly so: SCEP clients compare it as a string (scep.md 2.2). */
  readonly contentType: string;
  readonly body: Uint8Array;
  /** In place of `body`, for what is too long to be held at once. */
  readonly stream?: { readonly length: number; readonly parts: AsyncIterable<Uint8Array> };
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends an answer with its length, never chunked (HTTP/1.0 clients, scep.md 2.3 rule 4); HEAD gets the same headers without the body. */
export const sendReply = (
  request: IncomingMessage,
  response: ServerResponse,
  reply: Reply,
): void => {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const bodyless = reply.status === 204 || reply.status === 304;
  const headers: Record<string, string | number> = { ...reply.headers };
  if (!bodyless) {
    headers["Content-Type"] = reply.contentType;
    headers["Content-Length"] = reply.stream?.length ?? reply.body.length;
  }
  response.writeHead(reply.status, headers);
  if (bodyless || request.method === "HEAD") response.end();
  else if (reply.stream === undefined) endWith(response, reply.body);
  // What fails midway breaks the connection, so that nobody takes a part for the whole.
  else
    pipeline(Readable.from(reply.stream.parts, { objectMode: false }), response, () => undefined);
};

/** Octets of a body that goes out in one piece with its headers. */
const SHORT = 8192;

/** Node writes octets behind the headers as a second piece, which takes twice as long as one; a text of Latin-1 is written with them, octet for octet. */
const endWith = (response: ServerResponse, { buffer, byteOffset, length }: Uint8Array): void => {
  const body = Buffer.from(buffer, byteOffset, length);
  if (length > SHORT) response.end(body);
  else response.end(body.toString("latin1"), "latin1");
};

/** Text as an answer's body. */
export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
