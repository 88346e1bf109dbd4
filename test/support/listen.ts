import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export interface Listening {
  readonly port: number;
  readonly url: string;
  close(): Promise<void>;
}

/** A plain HTTP server on a free loopback port. */
export const listen = (listener: RequestListener): Promise<Listening> =>
  listening(createServer({ maxHeaderSize: 65_536 }, listener));

export const listening = async (server: Server): Promise<Listening> => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
