/** What Node's HTTP server alone can do: reads each request to its end and answers the same octets. The ceiling of the OCSP benchmark, in a process of its own. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { serveWorker } from "../worker.ts";

let server: Server | undefined;

const answers = {
  /** `body`: what it answers; `port`: where. */
  start: async (body: Uint8Array): Promise<{ readonly port: number }> => {
    const headers = {
      "Content-Type": "application/ocsp-response",
      "Content-Length": body.length,
      "Cache-Control": "no-store",
    };
    server = createServer((request, response) => {
      request
        .on("data", () => undefined)
        .on("end", () => response.writeHead(200, headers).end(body));
    });
    await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
    return { port: (server.address() as AddressInfo).port };
  },
};
export type BareQuestions = typeof answers;

serveWorker(answers, () => {
  server?.closeAllConnections();
  server?.close();
  return Promise.resolve();
});
