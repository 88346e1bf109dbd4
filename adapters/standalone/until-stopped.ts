import { type Logger, messageOf } from "../../plugin/sdk.ts";
import type { Server } from "./server.ts";

/**
 * Waits for SIGTERM or SIGINT, then finishes what is under way and closes. SIGHUP loads TLS files again where there is an HTTPS listener.
 * `announce` is called once signals are heeded: whoever reads it may send one at once.
 * A second Ctrl+C does not wait; a second SIGTERM does, since some supervisors send it to process and group at once.
 */
export const untilStopped = async (
  server: Server,
  logger: Logger,
  announce: () => void,
): Promise<void> => {
  const secure = server.listeners.some(({ url }) => url.startsWith("https:"));
  if (secure)
    process.on("SIGHUP", () => server.listeners.forEach((listener) => listener.reloadTls()));
  const signal = await new Promise<NodeJS.Signals>((resolve) => {
    process.on("SIGTERM", resolve);
    process.once("SIGINT", resolve);
    announce();
  });
  process.once("SIGINT", () => process.exit(130));
  logger.info({ signal }, "stopping");
  try {
    await server.close();
  } catch (failure) {
    logger.error({ error: messageOf(failure) }, "not everything could be closed");
    process.exitCode = 1;
  }
};
