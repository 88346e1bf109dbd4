import { once } from "node:events";
import { connect as connectPlain, type Socket } from "node:net";
import { setImmediate as nextTurn, setTimeout as pause } from "node:timers/promises";
import { connect as connectTls, TLSSocket } from "node:tls";
import { CountersignError, messageOf } from "../../../plugin/sdk.ts";

/** Where messages go. */
export interface ReceiverAddress {
  readonly tls: boolean;
  readonly host: string;
  readonly port: number;
}

/** PEM; system roots and no client certificate unless given. */
export interface ReceiverTrust {
  readonly ca?: Buffer | undefined;
  readonly certificate?: Buffer | undefined;
  readonly key?: Buffer | undefined;
}

/** RFC 5425 section 4.1. */
const TLS_PORT = 6514;
const PLAIN_PORT = 601;
const PATIENCE_MS = 10_000;
const A_MOMENT_MS = 1000;

/** `tls://siem.example:6514`; `tcp://127.0.0.1:601` for a relay on this machine. Throws `invalid_input`. */
export const receiverAddress = (text: string): ReceiverAddress => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const tls = url?.protocol === "tls:";
  const bare = url?.pathname === "" || url?.pathname === "/";
  if (url === undefined || !(tls || url.protocol === "tcp:") || url.hostname === "" || !bare)
    throw new CountersignError(
      "invalid_input",
      `${JSON.stringify(text)} is no receiver; write tls://HOST:6514, or tcp://HOST:PORT for a relay that you trust the way to`,
    );
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  return { tls, host, port: url.port === "" ? (tls ? TLS_PORT : PLAIN_PORT) : Number(url.port) };
};

/** A connection to a syslog receiver. */
export interface Receiver {
  /** Ends when the octets have left this process; syslog itself never says that they have come. Throws `busy` when the connection is gone. */
  send(octets: string): Promise<void>;
  /** Ends when the connection has. */
  close(): Promise<void>;
}

const away = (address: ReceiverAddress, cause: unknown): CountersignError =>
  new CountersignError(
    "busy",
    `the receiver ${address.host}:${address.port} cannot be reached: ${messageOf(cause)}`,
    { retryAfter: 5, cause },
  );

/** Connects. Throws `busy` when the receiver is away, does not prove its name, or does not take our certificate. */
export const openReceiver = async (
  address: ReceiverAddress,
  { ca, certificate, key }: ReceiverTrust,
): Promise<Receiver> => {
  const { host, port, tls } = address;
  const socket: Socket = tls
    ? connectTls({
        ...{ host, port, servername: /^[\d.]+$|:/.test(host) ? "" : host, minVersion: "TLSv1.2" },
        ...(ca === undefined ? {} : { ca }),
        ...(certificate === undefined ? {} : { cert: certificate }),
        ...(key === undefined ? {} : { key }),
      })
    : connectPlain({ host, port });
  socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error("it does not answer")));
  let broken: Error | undefined;
  socket.on("error", (error) => {
    broken = error;
  });
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  await new Promise<void>((resolve, reject) => {
    socket.once(tls ? "secureConnect" : "connect", resolve);
    socket.once("close", () => reject(away(address, broken ?? new Error("it hung up"))));
  });
  if (socket instanceof TLSSocket && socket.getProtocol() === "TLSv1.3") {
    // Only now does the receiver judge our certificate: its session ticket, or its silence, is the yes.
    await Promise.race([once(socket, "session"), closed, pause(A_MOMENT_MS)]);
    // The event comes in the middle of reading: what is written before that ends is garbled.
    await nextTurn();
    if (broken !== undefined || socket.destroyed)
      throw away(address, broken ?? new Error("it hung up"));
  }
  socket.setTimeout(0);
  // Receivers say nothing; reading is how a connection that was ended is noticed.
  socket.resume();
  return {
    send: (octets) =>
      new Promise((resolve, reject) => {
        if (broken !== undefined || socket.destroyed || socket.readableEnded) {
          reject(away(address, broken ?? new Error("it hung up")));
          return;
        }
        socket.write(octets, (error) => {
          if (error === undefined || error === null) resolve();
          else reject(away(address, error));
        });
      }),
    close: async () => {
      socket.end();
      await Promise.race([closed, pause(A_MOMENT_MS)]);
      socket.destroy();
    },
  };
};
