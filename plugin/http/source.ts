import type { IncomingMessage } from "node:http";

/** The peer's address; a framework's own view of it wins, since the host decides which proxies it trusts. */
export const sourceOf = (request: IncomingMessage): string => {
  const { ip } = request as { readonly ip?: unknown };
  const address = typeof ip === "string" ? ip : (request.socket.remoteAddress ?? "");
  // A dual-stack listener shows IPv4 peers in IPv6 form; one peer is one source.
  return address.replace(/^::ffff:(?=\d+\.)/, "");
};
