import { type Logger, messageOf } from "../../plugin/sdk.ts";
import type { Server } from "./server.ts";

/**
 * Waits for SIGTERM or SIGINT, then finishes what is under way and closes. SIGHUP loads TLS files again where there is an HTTPS listener.
 * A second signal does not wait.
 */
export const untilStopped = async (server: Server, logger: Logger): Promise<void> => {
  const reload = (): void => server.listeners.forEach((listener) => listener.reloadTls());
  const secure = server.listeners.some(({ url }) => url.startsWith("https:"));
  if (secure) process.on("SIGHUP", reload);
  const signal = await new Promise<NodeJS.Signals>((resolve) => {
    process.once("SIGTERM", resolve);
    process.once("SIGINT", resolve);
  });
  const impatient = (): never => process.exit(130);
  process.once("SIGINT", impatient);
  logger.info({ signal }, "stopping");
  try {
    await server.close();
  } catch (failure) {
    logger.error({ error: messageOf(failure) }, "not everything could be closed");
  } finally {
    process.off("SIGINT", impatient);
    process.off("SIGHUP", reload);
  }
};
