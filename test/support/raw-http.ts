import { connect } from "node:net";

/** Sends bytes (a Latin-1 text) to a port on this machine and answers all that comes back until the peer closes or `ms` pass. */
export const rawExchange = (port: number, bytes: string, ms = 3000): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(bytes, "latin1"));
    const chunks: Buffer[] = [];
    const timer = setTimeout(() => socket.destroy(), ms);
    socket.on("data", (chunk) => chunks.push(chunk));
    socket.on("error", reject);
    socket.on("close", () => {
      clearTimeout(timer);
      resolve(Buffer.concat(chunks).toString("latin1"));
    });
  });
