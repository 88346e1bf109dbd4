import type { Finding } from "../../../plugin/index.ts";
import { messageOf } from "../../../plugin/sdk.ts";
import type { Connection } from "../connection.ts";
import { answersAsOurs } from "./our-answer.ts";

const check = "base URL";

/** Devices and relying parties find CRL, OCSP and CA certificates below this URL, so it must lead here. */
export const checkBaseUrl = async (
  publicUrl: string | undefined,
  connection: Connection | undefined,
): Promise<Finding> => {
  if (publicUrl === undefined) {
    return {
      check,
      level: "warning",
      message: "No public URL is set: certificates name the listener's own address.",
      remedy: "Start once with --public-url http://NAME, as devices reach this machine.",
    };
  }
  if (connection === undefined) {
    return {
      check,
      level: "warning",
      message: `No server runs here, so ${publicUrl} could not be tried.`,
      remedy: "Run doctor again while the server runs.",
    };
  }
  try {
    if (await answersAsOurs(publicUrl))
      return { check, level: "ok", message: `${publicUrl} answers.` };
    return unreachable(publicUrl, "somebody else answers there");
  } catch (failure) {
    return unreachable(publicUrl, messageOf(failure));
  }
};

const unreachable = (publicUrl: string, why: string): Finding => ({
  check,
  level: "fault",
  message: `${publicUrl} does not lead to this server: ${why}.`,
  remedy: "Correct DNS, proxy or firewall, or start again with the right --public-url.",
});
