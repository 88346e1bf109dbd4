import type { HttpReply } from "./load.ts";

const HEAD_END = Buffer.from("\r\n\r\n");

/** The body of a chunked message; undefined while it is incomplete. */
const dechunked = (data: Buffer): Buffer | undefined => {
  const parts: Buffer[] = [];
  for (let at = 0; ;) {
    const lineEnd = data.indexOf("\r\n", at);
    if (lineEnd === -1) return undefined;
    const size = Number.parseInt(data.toString("latin1", at, lineEnd), 16);
    const from = lineEnd + 2;
    if (data.length < from + size + 2) return undefined;
    if (size === 0) return Buffer.concat(parts);
    parts.push(data.subarray(from, from + size));
    at = from + size + 2;
  }
};

/** As little of HTTP/1.1 as a client of one request at a time needs; the load generator shares the cores with what it measures. */
export const httpReader = (deliver: (reply: HttpReply) => void): ((chunk: Buffer) => void) => {
  let held: Buffer = Buffer.alloc(0);
  return (chunk) => {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    const headEnd = held.indexOf(HEAD_END);
    if (headEnd === -1) return;
    const head = held.toString("latin1", 0, headEnd);
    const rest = held.subarray(headEnd + HEAD_END.length);
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    let body: Buffer | undefined;
    if (length === undefined) body = dechunked(rest);
    else if (rest.length >= Number(length)) body = rest.subarray(0, Number(length));
    if (body === undefined) return;
    held = Buffer.alloc(0);
    deliver({ status: Number(head.slice(9, 12)), body });
  };
};
