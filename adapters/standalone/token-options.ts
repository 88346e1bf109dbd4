import { resolve } from "node:path";
import type { Command } from "commander";
import type { TokenOptions } from "../../hsm/pkcs11-keys.ts";
import type { Pkcs11Uri } from "../../hsm/pkcs11-uri.ts";
import { readSecret } from "../../hsm/secret-source.ts";
import { CountersignError } from "../../plugin/sdk.ts";
import { integerOption, listOption } from "./options.ts";

/** What the command line says of a token. */
export interface GivenToken {
  readonly module?: string;
  readonly parameters?: string;
  readonly tokenLabel?: string;
  readonly slot?: number;
  readonly pinFile?: readonly string[];
  readonly pinEnv?: string;
}

/** Which token, and the files with its PIN: several files hold the parts of several people, joined in this order. */
export const addTokenOptions = (command: Command): Command =>
  command
    .option("--module <path>", "PKCS#11 module, a shared library")
    .option("--parameters <text>", "text for C_Initialize, as NSS wants one")
    .option("--token-label <label>", "which token")
    .addOption(integerOption("--slot <n>", "which slot"))
    .addOption(
      listOption("--pin-file <file>", "file with the PIN, rights 0600; again for its next part"),
    )
    .option("--pin-env <name>", "environment variable with the PIN");

/** The parts of a PIN, one after the other. Throws `invalid_config` where none is named or one cannot be read. */
export const readPin = async (
  what: string,
  files: readonly string[],
  variable?: string,
): Promise<Uint8Array> => {
  if (files.length > 0 === (variable !== undefined)) {
    throw new CountersignError("invalid_config", `give --${what}-file FILE or --${what}-env NAME`);
  }
  if (new Set(files.map((file) => resolve(file))).size !== files.length) {
    throw new CountersignError("invalid_config", `--${what}-file names one file twice`);
  }
  const sources = variable === undefined ? files.map((file) => ({ file })) : [{ env: variable }];
  const parts = [];
  for (const source of sources) parts.push(await readSecret(source, process.env));
  return Buffer.concat(parts);
};

/** A bare name is looked up by the system's loader. */
export const modulePath = (module: string | undefined): string => {
  if (module === undefined) throw new CountersignError("invalid_config", "name the --module");
  return module.includes("/") ? resolve(module) : module;
};

/** The token of the command line and, where a key is named by one, of a URI. Throws `invalid_config` where they say different things. */
export const tokenOf = async (
  given: GivenToken,
  uri: Pkcs11Uri = {},
): Promise<TokenOptions & { readonly module: string }> => {
  const agreed = <T>(option: string, said: T | undefined, inUri: T | undefined): T | undefined => {
    if (said !== undefined && inUri !== undefined && said !== inUri) {
      throw new CountersignError("invalid_config", `${option} is another than in the URI`);
    }
    return said ?? inUri;
  };
  const named = given.pinFile ?? [];
  const pinFiles = named.length === 0 && uri.pinFile !== undefined ? [uri.pinFile] : named;
  return {
    module: modulePath(agreed("--module", given.module, uri.module)),
    parameters: given.parameters,
    tokenLabel: agreed("--token-label", given.tokenLabel, uri.token),
    slot: agreed("--slot", given.slot, uri.slot),
    serial: uri.serial,
    manufacturer: uri.manufacturer,
    model: uri.model,
    pin: await readPin("pin", pinFiles, given.pinEnv),
  };
};
