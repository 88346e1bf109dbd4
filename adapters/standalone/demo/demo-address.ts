import { portHolder } from "../port-holder.ts";
import type { InstallationOptions } from "../serve-options.ts";
import { DEFAULT_HOST, DEFAULT_PORT } from "../listen-spec.ts";
import type { Settings } from "../settings.ts";

const PORTS_TRIED = 50;

/** The port that was asked for; else the one of the last start or the next that is free, said plainly. The base URL follows it. */
export const demoAddress = async (
  given: InstallationOptions,
  stored: Settings | undefined,
): Promise<Pick<InstallationOptions, "host" | "port" | "publicUrl">> => {
  const host = given.host ?? stored?.host ?? DEFAULT_HOST;
  const wanted = given.port ?? stored?.port ?? DEFAULT_PORT;
  let port = wanted;
  if (given.port === undefined) {
    while (port < wanted + PORTS_TRIED && (await portHolder(host, port)) !== undefined) port += 1;
    if (port !== wanted) {
      process.stdout.write(`Port ${wanted} is in use by another program; ${port} it is.\n\n`);
    }
  }
  const ownUrl = `http://${DEFAULT_HOST}:`;
  const publicUrl =
    given.publicUrl ??
    (stored?.publicUrl?.startsWith(ownUrl) === false ? stored.publicUrl : `${ownUrl}${port}`);
  // With any free port the URL is known only once it is bound.
  return port === 0 ? { host, port } : { host, port, publicUrl };
};
