/** The load generator, in a process of its own: sends prepared bytes and keeps the replies unread until somebody asks. */
import { connect, type Socket } from "node:net";
import { httpReader } from "./http-reader.ts";
import { serveWorker } from "./worker.ts";

export interface Target {
  readonly port: number;
  /** Path and query. */
  readonly path: string;
  readonly connections: number;
}

export interface Burst {
  readonly seconds: number;
  /** Milliseconds, one a request. */
  readonly latencies: readonly number[];
}

export interface HttpReply {
  readonly status: number;
  readonly body: Uint8Array;
}

/** Keep-alive connections of this burst: older ones may be about to be closed by the server. */
let pool: readonly Socket[] = [];
let requests: readonly Buffer[] = [];
let replies: (HttpReply | undefined)[] = [];

const opened = (port: number): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.off("error", reject).on("error", () => undefined);
      resolve(socket.setNoDelay(true));
    });
    socket.once("error", reject);
  });

const closePool = (): void => {
  for (const socket of pool) socket.destroy();
  pool = [];
};

const requestOf = ({ path, port }: Target, body: Uint8Array): Buffer =>
  Buffer.concat([
    Buffer.from(
      `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: application/x-pki-message\r\nContent-Length: ${body.length}\r\n\r\n`,
    ),
    body,
  ]);

/** What a connection is to send next and when that was due (`performance.now()`); undefined when there is no more. */
type Take = (
  go: (next: { readonly index: number; readonly due: number } | undefined) => void,
) => void;

/** Each connection takes the next request as soon as its reply is complete. */
const closely = (): Take => {
  let at = 0;
  return (go) => go(at < requests.length ? { index: at++, due: performance.now() } : undefined);
};

/** Requests come evenly, whether or not a connection is free: one that had to wait for its connection counts the wait. */
const evenly = (perSecond: number): Take => {
  const started = performance.now();
  let at = 0;
  return (go) => {
    if (at >= requests.length) {
      go(undefined);
      return;
    }
    const index = at++;
    const due = started + (index * 1000) / perSecond;
    const wait = due - performance.now();
    if (wait <= 0) go({ index, due });
    else setTimeout(() => go({ index, due }), wait);
  };
};

/** One connection: sends what it takes and takes again when the reply is complete. */
const drive = (
  socket: Socket,
  take: Take,
  done: (index: number, milliseconds: number, reply: HttpReply | undefined) => void,
): Promise<void> =>
  new Promise((resolve) => {
    let index: number | undefined;
    let sent = 0;
    const finish = (reply: HttpReply | undefined): void => {
      if (index !== undefined) done(index, performance.now() - sent, reply);
    };
    const next = (): void => {
      index = undefined;
      take((next) => {
        if (next === undefined) {
          socket.off("data", read).off("close", onClose);
          resolve();
          return;
        }
        index = next.index;
        sent = next.due;
        socket.write(requests[index] as Buffer);
      });
    };
    const read = httpReader((reply) => {
      finish(reply);
      next();
    });
    const onClose = (): void => {
      finish(undefined);
      resolve();
    };
    socket.on("data", read).on("close", onClose);
    next();
  });

const answers = {
  /** Before the clock runs: connections opened, requests joined. */
  prepare: async (to: Target, bodies: readonly Uint8Array[]): Promise<void> => {
    closePool();
    pool = await Promise.all(Array.from({ length: to.connections }, () => opened(to.port)));
    requests = bodies.map((body) => requestOf(to, body));
    replies = [];
  },
  /** As fast as replies come, or `perSecond`. */
  fire: async (perSecond?: number): Promise<Burst> => {
    const latencies: number[] = [];
    const take = perSecond === undefined ? closely() : evenly(perSecond);
    const started = performance.now();
    await Promise.all(
      pool.map((socket) =>
        drive(socket, take, (index, milliseconds, reply) => {
          replies[index] = reply;
          latencies.push(milliseconds);
        }),
      ),
    );
    return { seconds: (performance.now() - started) / 1000, latencies };
  },
  /** In the order of the requests; undefined where the connection broke. */
  collect: (): readonly (HttpReply | undefined)[] => requests.map((_, index) => replies[index]),
};
export type LoadQuestions = typeof answers;

serveWorker(answers, () => {
  closePool();
  return Promise.resolve();
});
