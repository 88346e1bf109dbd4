import type { Config } from "./config.ts";
import { buildContainer, type Resolve } from "./container.ts";
import { databasePlace } from "./database-config.ts";
import { DEFAULT_TENANT } from "./domain/tenant.ts";
import { CountersignError } from "./errors.ts";
import type { Clock, Logger, Metrics, Random } from "./ports/ambient.ts";
import type { Mailer } from "./ports/mailer.ts";
import type { Settings } from "./ports/settings.ts";
import type { Directory } from "./ports/stores.ts";
import { readSecretBytes } from "./secret-source.ts";
import { checkServerSecret, readServerSecret } from "./server-secret.ts";
import { Dispatcher } from "./services/background/dispatcher.ts";
import { Rotation } from "./services/rotation/rotation.ts";
import { SearchIndex } from "./services/background/search-index.ts";
import { deriveKey } from "./services/access/secret-box.ts";
import type { Setup } from "./setup.ts";
import { openDatabase } from "./store/database.ts";

/** What the host passed, or ours in its place. */
export interface Ambient {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** An installation that runs: database open and migrated, key stores open, dispatcher ticking. */
export interface Installation {
  readonly resolve: Resolve;
  readonly serverSecret: Uint8Array;
  /** Stops in the reverse order of opening; what fails to close does not keep the rest open. */
  close(): Promise<void>;
}

/** Opens everything that the configuration names. Whatever fails, what was opened before is closed again. */
export const openInstallation = async (
  config: Config,
  setup: Setup,
  ambient: Ambient,
): Promise<Installation> => {
  const { clock, logger } = ambient;
  const closers: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    const failures: unknown[] = [];
    for (const closer of closers.splice(0).reverse()) {
      await closer().catch((failure: unknown) => failures.push(failure));
    }
    if (failures.length > 0) throw new AggregateError(failures, "not everything could be closed");
  };
  try {
    const serverSecret = await readServerSecret(config, setup);
    const place = await databasePlace(config.database, setup.environment ?? {});
    const database = await openDatabase({ ...place, logger, clock });
    closers.push(() => database.close());
    await database.migrate();
    await checkServerSecret(database.directory, serverSecret);
    await ensureDefaultTenant(database.directory, clock);

    const rejectionSecret = deriveKey(serverSecret, "implicit-rejection");
    const keyProviders = [];
    for (const store of config.keys) {
      const provider = await store.open({ rejectionSecret, logger, metrics: ambient.metrics });
      closers.push(() => provider.close());
      keyProviders.push(provider);
    }
    const mailer = await openMailer(config, setup);
    closers.push(() => mailer.close());
    const settings = settingsOf(config, serverSecret);
    const resolve = buildContainer({ ...ambient, setup, settings, database, keyProviders, mailer });
    const dispatcher = resolve(Dispatcher);
    closers.push(() => dispatcher.stop());
    dispatcher.start();
    const rotation = resolve(Rotation);
    closers.push(() => rotation.stop());
    rotation.start();
    const search = resolve(SearchIndex);
    closers.push(() => search.stop());
    search.start();
    return { resolve, serverSecret, close };
  } catch (failure) {
    await close().catch((unclosed: unknown) => {
      logger.error(
        { failures: String(unclosed) },
        "start failed, and not everything could be closed",
      );
    });
    throw failure;
  }
};

/** In place of a mail server that nobody has configured. */
const NO_MAILER: Mailer = {
  send: () =>
    Promise.reject(
      new CountersignError("invalid_config", "no mail server is configured: set `mail`"),
    ),
  close: () => Promise.resolve(),
};

const openMailer = async (config: Config, setup: Setup): Promise<Mailer> => {
  if (config.mail === undefined) return NO_MAILER;
  if (setup.mailer === undefined)
    throw new CountersignError("invalid_config", "mail: this setup has no mailer", {
      issues: [{ path: "mail", message: "pass `mailer` in the setup, or take `builtins()`" }],
    });
  const { password, user, ca, ...rest } = config.mail;
  const octets =
    password && (await readSecretBytes("mail.password", password, setup.environment ?? {}));
  return setup.mailer({
    ...rest,
    ...{ user, ca },
    password: octets && new TextDecoder().decode(octets).replace(/\r?\n$/, ""),
  });
};

const settingsOf = (config: Config, serverSecret: Uint8Array): Settings => ({
  publicUrl: config.publicUrl,
  scepUrl: config.scepUrl,
  serverSecret,
  crlInterval: config.crl.intervalSeconds,
  crlLifetime: config.crl.lifetimeSeconds,
  postQuantum: config.experimental.postQuantum,
  shortLivedAuthority: config.endpoints.shortLivedAuthority,
  rotation: config.rotation,
  crlRevocation: config.crl.revocationSeconds,
  crlAtOnceEntries: config.crl.atOnceEntries,
  crlKeepExpired: config.crl.keepExpiredSeconds,
  retryGrace: config.limits.retryGraceSeconds,
  limits: { perSource: config.limits.sourcePerMinute },
  organization: config.organization,
});

const ensureDefaultTenant = async (directory: Directory, clock: Clock): Promise<void> => {
  const exists = async () => (await directory.tenants()).some(({ id }) => id === DEFAULT_TENANT);
  if (await exists()) return;
  const now = clock.now();
  try {
    await directory.createTenant({ id: DEFAULT_TENANT, name: "Default", createdAt: now });
  } catch (failure) {
    // Another node that starts at the same moment may have made it.
    if (await exists()) return;
    throw failure;
  }
  await directory.open(DEFAULT_TENANT).ledger.append({
    event: "tenant.created",
    principal: "system:start",
    at: now,
    subjectId: DEFAULT_TENANT,
    data: {},
  });
};
