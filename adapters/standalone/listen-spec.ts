import type { Part } from "../../plugin/index.ts";
import { CountersignError } from "../../plugin/sdk.ts";

/** One address, and what is served there. */
export interface ListenSpec {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly serves: readonly Part[];
  /** HTTPS only: machines may sign in with the certificates of their credentials. */
  readonly takesCertificates?: boolean;
}

/** The main listener, unless it is told otherwise. */
export const DEFAULT_HOST = "127.0.0.1";
export const DEFAULT_PORT = 8080;

export const ALL_PARTS: readonly Part[] = ["scep", "status", "hooks", "admin"];

/** `scep,status` as parts. Throws `invalid_config` for a name that is none. */
export const parseParts = (text: string): readonly Part[] =>
  text.split(",").map((name) => {
    const part = ALL_PARTS.find((known) => known === name.trim());
    if (part === undefined) {
      throw new CountersignError(
        "invalid_config",
        `${JSON.stringify(name)} is not served; use ${ALL_PARTS.join(", ")}`,
      );
    }
    return part;
  });

/** `scep=0.0.0.0:80`, `scep,status=[::]:80`. Throws `invalid_config`. */
export const parseListen = (text: string): ListenSpec => {
  const found = /^([^=]+)=(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text);
  const port = Number(found?.[4] ?? Number.NaN);
  if (found?.[1] === undefined || !(port <= 65_535)) {
    throw new CountersignError(
      "invalid_config",
      `--listen ${JSON.stringify(text)} is not understood; write for example scep=0.0.0.0:80`,
    );
  }
  return { serves: parseParts(found[1]), host: found[2] ?? found[3] ?? "", port };
};
