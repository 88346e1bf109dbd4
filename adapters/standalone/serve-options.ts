import { type Command, InvalidArgumentError } from "commander";
import { pino } from "pino";
import { CountersignError, type Logger, type MdmHost } from "../../plugin/sdk.ts";
import { dataOption } from "./api-command.ts";
import { readConfigFile } from "./configuration.ts";
import { dataFolder } from "./data-folder.ts";
import { type KeyStoreOptions, keyStoreOf } from "./key-stores.ts";
import { ALL_PARTS, DEFAULT_HOST, parseListen, parseParts } from "./listen-spec.ts";
import type { ServerOptions } from "./server.ts";

/** What the command line of `serve`, `init` and `demo` may say. */
export interface InstallationOptions extends KeyStoreOptions {
  readonly data: string;
  readonly host?: string;
  readonly port?: number;
  readonly publicUrl?: string;
  readonly scepUrl?: string;
  readonly serves?: string;
  readonly listen?: readonly string[];
  readonly tlsPort?: number;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly config?: string;
  readonly logLevel: string;
}

const portOf = (text: string): number => {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535)
    throw new InvalidArgumentError("Write a port, 0 to 65535.");
  return port;
};
const collect = (text: string, earlier: readonly string[] = []): readonly string[] => [
  ...earlier,
  text,
];

/** Where keys are and how devices reach the installation. */
export const addInstallationOptions = (command: Command): Command =>
  command
    .addOption(dataOption())
    .option("--public-url <url>", "plain-HTTP base of CRL, OCSP and CA certificate URLs")
    .option("--scep-url <url>", "base of SCEP URLs; the public URL and /scep unless given")
    .option("--pkcs11 <module>", "keys on a PKCS#11 token instead of in files")
    .option("--token-label <label>", "which token")
    .option("--pin-file <file>", "file with the token's PIN, rights 0600")
    .option("--pin-env <name>", "environment variable with the token's PIN")
    .option("--passphrase-file <file>", "file with the passphrase of soft keys, rights 0600")
    .option("--passphrase-env <name>", "environment variable with the passphrase of soft keys")
    .option("--config <file>", "JSON file with further members of the configuration")
    .option("--log-level <level>", "debug, info, warn or error", "info");

/** Where a server listens. */
export const addListenOptions = (command: Command): Command =>
  command
    .option("--host <address>", `address of the main listener; ${DEFAULT_HOST} unless given`)
    .option("--port <n>", "its port; 8080 unless given, 0 is any free one", portOf)
    .option("--serves <parts>", `what it serves: ${ALL_PARTS.join(",")}`)
    .option(
      "--listen <parts=host:port>",
      "a further listener, scep=0.0.0.0:80; again for more",
      collect,
    )
    .option("--tls-port <n>", "port of an HTTPS listener that serves all", portOf)
    .option("--tls-cert <file>", "its certificate and chain, PEM")
    .option("--tls-key <file>", "its key, PEM");

/** The log of a server: JSON lines on standard error. Throws `invalid_config` for a level that there is not. */
export const standaloneLogger = (level: string): Logger => {
  if (!["debug", "info", "warn", "error"].includes(level)) {
    throw new CountersignError("invalid_config", "--log-level is debug, info, warn or error");
  }
  return pino(
    { name: "countersign", level, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ dest: 2, sync: true }),
  );
};

/** Options of the command line as a server's. Throws `invalid_config`. */
export const serverOptions = async (
  options: InstallationOptions,
  hosts: readonly MdmHost[] = [],
): Promise<ServerOptions> => {
  const { data, host, port, publicUrl, scepUrl, tlsPort, tlsCert, tlsKey } = options;
  const serves = options.serves === undefined ? ALL_PARTS : parseParts(options.serves);
  const listen = (options.listen ?? []).map(parseListen);
  const tls = [tlsPort, tlsCert, tlsKey].filter((value) => value !== undefined);
  if (tls.length !== 0 && tls.length !== 3) {
    throw new CountersignError(
      "invalid_config",
      "an HTTPS listener needs --tls-port, --tls-cert and --tls-key",
    );
  }
  if (
    tls.length === 0 &&
    ![serves, ...listen.map((spec) => spec.serves)].flat().includes("admin")
  ) {
    throw new CountersignError("invalid_config", "no listener serves admin");
  }
  return {
    folder: dataFolder(data),
    changes: { host, port, publicUrl, scepUrl },
    keyStore: keyStoreOf(options),
    serves,
    listen,
    ...(tlsPort === undefined || tlsCert === undefined || tlsKey === undefined
      ? {}
      : {
          tls: {
            host: host ?? DEFAULT_HOST,
            port: tlsPort,
            serves: ALL_PARTS,
            certificate: tlsCert,
            key: tlsKey,
          },
        }),
    further: await readConfigFile(options.config),
    hosts,
    logger: standaloneLogger(options.logLevel),
  };
};
