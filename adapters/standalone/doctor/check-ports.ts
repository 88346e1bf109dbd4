import type { Finding } from "../../../plugin/index.ts";
import type { Connection } from "../connection.ts";
import { portHolder } from "../port-holder.ts";
import { DEFAULT_HOST, DEFAULT_PORT } from "../listen-spec.ts";
import type { Settings } from "../settings.ts";
import { answersAsOurs } from "./our-answer.ts";

const check = "ports";

/** Every port must be free, or held by the server of this folder. */
export const checkPorts = async (
  { host = DEFAULT_HOST, port = DEFAULT_PORT }: Omit<Settings, "keys">,
  connection: Connection | undefined,
): Promise<readonly Finding[]> => {
  if (connection !== undefined)
    return Promise.all(connection.listeners.map(({ url }) => checkOurs(url)));
  const held = await portHolder(host, port);
  return [
    held === undefined
      ? { check, level: "ok", message: `${host}:${port} is free.` }
      : {
          check,
          level: "fault",
          message: `${host}:${port} cannot be used: ${held}.`,
          remedy: "Stop the other program, or start with another --port.",
        },
  ];
};

/** A certificate of an HTTPS listener need not be one that this machine believes. */
const checkOurs = async (url: string): Promise<Finding> => {
  if (url.startsWith("https:"))
    return { check, level: "ok", message: `${url} is held by this folder's server.` };
  const ours = await answersAsOurs(url).catch(() => false);
  return ours
    ? { check, level: "ok", message: `${url} answers; it is this folder's server.` }
    : {
        check,
        level: "fault",
        message: `${url} does not answer although a server was started on it.`,
        remedy: "Look at the server's log; stop it and start it again.",
      };
};
