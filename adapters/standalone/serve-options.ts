import { type Command, InvalidArgumentError } from "commander";
import { pino } from "pino";
import { CountersignError, type Logger, type MdmHost } from "../../plugin/sdk.ts";
import { dataOption } from "./api-command.ts";
import { readConfigFile } from "./configuration.ts";
import { dataFolder } from "./data-folder.ts";
import { type KeyStoreOptions, keyStoreOf } from "./key-stores.ts";
import {
  ALL_PARTS,
  DEFAULT_HOST,
  type ListenSpec,
  parseListen,
  parseParts,
} from "./listen-spec.ts";
import { listOption } from "./options.ts";
import type { OwnTlsOrder, ServerOptions } from "./server.ts";
import type { TlsFiles } from "./tls.ts";

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
  readonly mtlsPort?: number;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly tlsAuthority?: string;
  readonly tlsNames?: readonly string[];
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
    .option(
      "--mtls-port <n>",
      "port of an HTTPS listener that serves admin, for machines with client certificates",
      portOf,
    )
    .option("--tls-cert <file>", "its certificate and chain, PEM")
    .option("--tls-key <file>", "its key, PEM")
    .option("--tls-authority <id>", "an authority here issues and renews it, instead of the files")
    .addOption(
      listOption(
        "--tls-names <names>",
        "its host names and addresses; those of the URLs unless given",
      ),
    );

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
  const { data, host, port, publicUrl, scepUrl } = options;
  const serves = options.serves === undefined ? ALL_PARTS : parseParts(options.serves);
  const listen = (options.listen ?? []).map(parseListen);
  const tls = tlsOf(options);
  if (
    tls === undefined &&
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
    tls: tls && { from: tls, listen: tlsListeners(options) },
    further: await readConfigFile(options.config),
    hosts,
    logger: standaloneLogger(options.logLevel),
  };
};

/** One for everybody, and one that takes machines' certificates: a device is never asked for one (E-16). */
const tlsListeners = ({
  host = DEFAULT_HOST,
  tlsPort,
  mtlsPort,
}: InstallationOptions): readonly ListenSpec[] => [
  ...(tlsPort === undefined ? [] : [{ host, port: tlsPort, serves: ALL_PARTS }]),
  ...(mtlsPort === undefined
    ? []
    : [{ host, port: mtlsPort, serves: ["admin"] as const, takesCertificates: true }]),
];

/** Where the certificate of the HTTPS listeners comes from; undefined without one. Throws `invalid_config`. */
const tlsOf = (options: InstallationOptions): TlsFiles | OwnTlsOrder | undefined => {
  const { tlsCert, tlsKey, tlsAuthority, tlsNames } = options;
  const tlsPort = options.tlsPort ?? options.mtlsPort;
  const given = [tlsPort, tlsCert, tlsKey, tlsAuthority, tlsNames].some(
    (value) => value !== undefined,
  );
  if (!given) return undefined;
  if (
    tlsPort !== undefined &&
    tlsAuthority !== undefined &&
    tlsCert === undefined &&
    tlsKey === undefined
  )
    return { authorityId: tlsAuthority, names: tlsNames ?? namesOf(options) };
  if (
    tlsPort === undefined ||
    tlsCert === undefined ||
    tlsKey === undefined ||
    tlsNames !== undefined
  ) {
    throw new CountersignError(
      "invalid_config",
      "an HTTPS listener needs --tls-port or --mtls-port, and --tls-cert with --tls-key or --tls-authority",
    );
  }
  return { certificate: tlsCert, key: tlsKey };
};

const WILDCARDS = ["0.0.0.0", "::"];

/** What clients call the listener, as far as the options say. */
const namesOf = ({ host = DEFAULT_HOST, publicUrl, scepUrl }: InstallationOptions): string[] => {
  const ofUrls = [publicUrl, scepUrl].flatMap((url) =>
    url !== undefined && URL.canParse(url) ? [new URL(url).hostname.replace(/^\[|\]$/g, "")] : [],
  );
  const names = [...ofUrls, WILDCARDS.includes(host) ? "localhost" : host];
  return [...new Set(names)];
};
