/** The load of the OCSP benchmark, in a process of its own: sends prepared requests, checks of each answer that it is a successful OCSPResponse. */
import { connect, type Socket } from "node:net";
import { httpReader } from "../http-reader.ts";
import { serveWorker } from "../worker.ts";

export interface OcspBurst {
  readonly port: number;
  readonly path: string;
  readonly connections: number;
  readonly seconds: number;
  /** A connection a request, for a responder that closes each. */
  readonly fresh: boolean;
  /** Octets in front of which a nonce of 16 octets is renewed each time, or undefined. */
  readonly nonceAt: number | undefined;
}

export interface OcspBurstResult {
  readonly answers: number;
  readonly faults: number;
  readonly seconds: number;
}

let bodies: readonly Uint8Array[] = [];

/** OCSPResponse with the status `successful`: SEQUENCE { ENUMERATED 0, ... }. */
const isSuccessful = (status: number, body: Uint8Array): boolean =>
  status === 200 &&
  body[0] === 0x30 &&
  Buffer.from(body.subarray(0, 8)).includes(Buffer.from([0x0a, 1, 0]));

const opened = (port: number): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.off("error", reject).on("error", () => undefined);
      resolve(socket.setNoDelay(true));
    });
    socket.once("error", reject);
  });

const requestsOf = ({ path, port, fresh }: OcspBurst): readonly Buffer[] =>
  bodies.map((body) =>
    Buffer.concat([
      Buffer.from(
        `POST ${path} HTTP/${fresh ? "1.0" : "1.1"}\r\nHost: 127.0.0.1:${port}\r\nContent-Type: application/ocsp-request\r\nContent-Length: ${body.length}\r\n\r\n`,
      ),
      body,
    ]),
  );

const answers = {
  prepare: (list: readonly Uint8Array[]): void => {
    bodies = list;
  },
  fire: async (burst: OcspBurst): Promise<OcspBurstResult> => {
    const requests = requestsOf(burst);
    const started = performance.now();
    const until = started + burst.seconds * 1000;
    let answered = 0;
    let faults = 0;
    let at = 0;
    const next = (): Buffer => {
      const request = requests[at++ % requests.length] as Buffer;
      if (burst.nonceAt === undefined) return request;
      const own = Buffer.from(request);
      own.writeUInt32BE(at, own.length - burst.nonceAt);
      return own;
    };
    /** One request on a connection; false when it broke. */
    const ask = (socket: Socket): Promise<boolean> =>
      new Promise((resolve) => {
        const finish = (good: boolean): void => {
          socket.off("data", read).off("close", onClose);
          resolve(good);
        };
        const onClose = (): void => finish(false);
        const read = httpReader(({ status, body }) => finish(isSuccessful(status, body)));
        socket.on("data", read).on("close", onClose);
        socket.write(next());
      });
    const count = (good: boolean): void => {
      if (good) answered += 1;
      else faults += 1;
    };
    const drive = async (): Promise<void> => {
      const socket = burst.fresh ? undefined : await opened(burst.port);
      while (performance.now() < until) {
        if (socket !== undefined) {
          count(await ask(socket));
          continue;
        }
        // Never one without a question: `openssl ocsp` spins for ever on it.
        const own = await opened(burst.port);
        count(await ask(own));
        own.destroy();
      }
      socket?.destroy();
    };
    await Promise.all(Array.from({ length: burst.connections }, drive));
    return { answers: answered, faults, seconds: (performance.now() - started) / 1000 };
  },
};
export type OcspLoadQuestions = typeof answers;

serveWorker(answers, () => Promise.resolve());
