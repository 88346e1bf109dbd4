import { request as httpRequest, Agent } from "node:http";
import { connect } from "node:net";

/** An HTTP answer with its headers as they came. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
  /** Milliseconds from the first octet sent to the last received. */
  readonly elapsed: number;
  /** `Date.now()` when the last octet came. */
  readonly at: number;
}

export interface HttpQuestion {
  readonly method?: string;
  /** Path and query, sent exactly so. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string | number>>;
  readonly body?: Uint8Array;
  /** Address of this machine (127.0.0.0/8) that it is sent from. */
  readonly from?: string;
}

const agent = new Agent({ keepAlive: true, maxSockets: 256 });

/** One request to a server on this machine; adds no header of its own but Host and Content-Length. */
export const ask = (
  port: number,
  { method = "GET", path, headers = {}, body, from }: HttpQuestion,
): Promise<HttpAnswer> =>
  new Promise((resolve, reject) => {
    const started = performance.now();
    const length = body === undefined ? {} : { "Content-Length": body.length };
    const request = httpRequest(
      {
        port,
        host: "127.0.0.1",
        method,
        path,
        agent,
        headers: { ...length, ...headers },
        ...(from === undefined ? {} : { localAddress: from }),
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers as Record<string, string | undefined>,
            body: Buffer.concat(chunks),
            elapsed: performance.now() - started,
            at: Date.now(),
          });
        });
      },
    );
    request.on("error", reject);
    request.end(body);
  });

/** Octets on a bare socket, for what no HTTP library would send; what comes back until the server closes, or `wait` milliseconds pass. */
export const askRaw = (
  port: number,
  parts: readonly (string | Uint8Array)[],
  wait = 3000,
): Promise<{ readonly text: string; readonly closed: boolean }> =>
  new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const socket = connect(port, "127.0.0.1");
    const end = (closed: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ text: Buffer.concat(chunks).toString("latin1"), closed });
    };
    const timer = setTimeout(() => end(false), wait);
    socket.on("data", (chunk) => chunks.push(chunk));
    socket.on("error", () => end(true));
    socket.on("close", () => end(true));
    for (const part of parts) socket.write(part);
  });

/** Closes the kept connections, so that servers and the test process can end. */
export const closeConnections = (): void => agent.destroy();
