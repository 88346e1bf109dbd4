import { createCountersign, type CountersignConfig } from "../../plugin/index.ts";
import type { Logger, MdmHost, Setup } from "../../plugin/sdk.ts";
import { builtins } from "../preset.ts";
import { configurationOf } from "./configuration.ts";
import { removeConnection, writeConnection } from "./connection.ts";
import { machineClock } from "./clock.ts";
import type { DataFolder } from "./data-folder.ts";
import { initialise, isInitialised } from "./initialise.ts";
import { withKeyStore } from "./key-stores.ts";
import { type Listener, openListener } from "./listener.ts";
import { DEFAULT_HOST, DEFAULT_PORT, type ListenSpec } from "./listen-spec.ts";
import { ensureTlsFile, keepTlsCertificate, type OwnTls, tlsFilesOf } from "./own-tls.ts";
import { replacePrivateFile } from "./private-file.ts";
import { type KeyStoreSettings, readSettings, type Settings, writeSettings } from "./settings.ts";
import type { TlsFiles } from "./tls.ts";
import { tlsExpiry } from "./tls-expiry.ts";
import { keepRequestsYoung } from "./young-objects.ts";

/** What an own certificate is to be like. */
export type OwnTlsOrder = Omit<OwnTls, "file">;

/** HTTPS listeners that show the same certificate. */
export interface TlsListeners {
  readonly from: TlsFiles | OwnTlsOrder;
  readonly listen: readonly ListenSpec[];
}

export interface ServerOptions {
  readonly folder: DataFolder;
  /** What was said this time; it is kept in the settings once the server runs. */
  readonly changes: Omit<Settings, "keys">;
  /** Put before the stores the folder has. */
  readonly keyStore?: KeyStoreSettings | undefined;
  /** The main listener; host and port come from `changes`, the settings, or 127.0.0.1:8080. */
  readonly serves: ListenSpec["serves"];
  readonly listen: readonly ListenSpec[];
  /** HTTPS listeners: with files, or with a certificate of an authority here. */
  readonly tls?: TlsListeners | undefined;
  /** Members of a configuration file. */
  readonly further: Partial<CountersignConfig>;
  readonly hosts: readonly MdmHost[];
  readonly logger: Logger;
}

/** A server that answers. */
export interface Server {
  /** Base URL of the admin API. */
  readonly admin: string;
  /** Prefix of SCEP URLs. */
  readonly scep: string;
  /** Bearer token of an Owner of the default tenant. */
  readonly token: string;
  readonly listeners: readonly Listener[];
  close(): Promise<void>;
}

const TOKEN_SECONDS = 12 * 3600;

/**
 * Serves a data folder, and initialises an empty one first. Whatever fails is undone: an installation that did not start is not left half
 * made. Throws what its parts throw.
 */
export const startServer = async (options: ServerOptions): Promise<Server> => {
  const { folder, changes, keyStore, logger } = options;
  keepRequestsYoung();
  const undo: (() => Promise<void>)[] = [];
  try {
    const fresh = !(await isInitialised(folder));
    const stored = fresh ? undefined : await readSettings(folder);
    const listeners = await openListeners(options, { ...stored, ...defined(changes) }, undo);
    const made = fresh ? await initialise(folder, changes, keyStore) : undefined;
    if (made !== undefined) undo.push(made.undo);
    const own = await openOwnListener(options, listeners, undo);
    const kept = made?.settings ?? mergedSettings(stored, changes, keyStore);

    const main = listeners[0];
    const settings = { ...kept, publicUrl: kept.publicUrl ?? main?.url };
    const config = configurationOf(folder, settings, options.further);
    const countersign = createCountersign(
      config,
      builtins({
        ...{ hosts: options.hosts, logger },
        expiries: () => tlsExpiry(tlsFilesIn(options)),
        ...clientCertificates(listeners),
      }),
    );
    undo.push(() => countersign.close());
    await countersign.start();
    const keeper =
      own === undefined
        ? undefined
        : keepTlsCertificate(own, countersign, { clock: machineClock, logger });
    undo.push(() => Promise.resolve(keeper?.stop()));
    for (const listener of listeners) listener.serve(countersign.handlerFor(listener.serves));

    const token = await countersign.tokens.mint({
      subject: "standalone",
      tenant: "default",
      roles: ["owner"],
      lifetimeSeconds: TOKEN_SECONDS,
    });
    const operator = await countersign.tokens.mint({
      subject: "operator",
      operator: true,
      lifetimeSeconds: TOKEN_SECONDS,
    });
    await replacePrivateFile(folder.token, `${token}\n`);
    await replacePrivateFile(folder.operatorToken, `${operator}\n`);
    const admin = listeners.find(({ serves }) => serves.includes("admin"))?.url ?? "";
    await writeConnection(folder, {
      pid: process.pid,
      url: admin,
      tokenFile: folder.token,
      operatorTokenFile: folder.operatorToken,
      listeners: listeners.map(({ url, serves }) => ({ url, serves })),
    });
    await writeSettings(folder, lasting(kept));

    for (const { url, serves } of listeners) logger.info({ url, serves }, "listening");
    if (kept.publicUrl === undefined && options.further.publicUrl === undefined)
      warnOfUrl(settings, logger);
    return {
      admin,
      scep: config.scepUrl ?? `${config.publicUrl ?? admin}/scep`,
      token,
      listeners,
      close: async () => {
        await removeConnection(folder, process.pid);
        keeper?.stop();
        await Promise.all(listeners.map((listener) => listener.close()));
        await countersign.close();
      },
    };
  } catch (failure) {
    for (const step of undo.reverse()) await step().catch(() => undefined);
    throw failure;
  }
};

const openListeners = async (
  { serves, listen, tls, logger }: ServerOptions,
  { host = DEFAULT_HOST, port = DEFAULT_PORT }: Omit<Settings, "keys">,
  undo: (() => Promise<void>)[],
): Promise<Listener[]> => {
  const listeners: Listener[] = [];
  const open = async (spec: ListenSpec, files?: TlsFiles): Promise<void> => {
    const listener = await openListener(spec, logger, files);
    undo.push(() => listener.close());
    listeners.push(listener);
  };
  await open({ host, port, serves });
  for (const spec of listen) await open(spec);
  if (tls !== undefined && "key" in tls.from)
    for (const spec of tls.listen) await open(spec, tls.from);
  return listeners;
};

/** Known where TLS ends here (E-16); not where something in front of a plain listener ends it. */
const clientCertificates = (listeners: readonly Listener[]): Pick<Setup, "clientCertificates"> =>
  listeners.some(({ url, serves }) => url.startsWith("https:") && serves.includes("scep"))
    ? { clientCertificates: "never" }
    : {};

/** The files that the HTTPS listener reads its certificate from, whoever writes them. */
const tlsFilesIn = ({ folder, tls }: ServerOptions): TlsFiles | undefined =>
  tls && ("key" in tls.from ? tls.from : tlsFilesOf({ ...tls.from, file: folder.tls }));

/** After the folder is there, since the certificate lies in it. */
const openOwnListener = async (
  { folder, tls, logger }: ServerOptions,
  listeners: Listener[],
  undo: (() => Promise<void>)[],
): Promise<OwnTls | undefined> => {
  if (tls === undefined || "key" in tls.from) return undefined;
  const own: OwnTls = { ...tls.from, file: folder.tls };
  await ensureTlsFile(own, machineClock);
  for (const spec of tls.listen) {
    const listener = await openListener(spec, logger, tlsFilesOf(own));
    undo.push(() => listener.close());
    listeners.push(listener);
  }
  return own;
};

const mergedSettings = (
  stored: Settings | undefined,
  changes: Omit<Settings, "keys">,
  keyStore: KeyStoreSettings | undefined,
): Settings => ({
  ...stored,
  ...defined(changes),
  keys: withKeyStore(stored?.keys ?? [], keyStore),
});

/** Without the members that nobody gave. */
const defined = (changes: Omit<Settings, "keys">): Omit<Settings, "keys"> =>
  Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));

/** "Any free port" is a wish for one start. */
const lasting = ({ port, ...settings }: Settings): Settings => ({
  ...settings,
  ...(port === undefined || port === 0 ? {} : { port }),
});

const warnOfUrl = ({ publicUrl }: Settings, logger: Logger): void =>
  logger.warn(
    { publicUrl },
    "no --public-url: certificates will name this listener's own address for CRL and OCSP",
  );
