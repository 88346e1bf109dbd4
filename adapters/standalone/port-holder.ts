import { createServer } from "node:net";

/** Why a port cannot be used; undefined when it is free. It is tried by binding it for a moment. */
export const portHolder = (host: string, port: number): Promise<string | undefined> =>
  new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", (error: NodeJS.ErrnoException) =>
      resolve(error.code === "EADDRINUSE" ? "another program uses it" : error.message),
    );
    probe.listen({ host, port, exclusive: true }, () => probe.close(() => resolve(undefined)));
  });
