import { readFileSync, unwatchFile, watchFile } from "node:fs";
import type { ServerOptions } from "node:https";
import { createSecureContext, type SecureContextOptions, type Server } from "node:tls";
import { CountersignError, type Logger, messageOf } from "../../plugin/sdk.ts";

/** PEM files; the certificate file holds the chain, own certificate first. */
export interface TlsFiles {
  readonly certificate: string;
  readonly key: string;
}

/** TLS 1.2 suites beside the ones of TLS 1.3 (E-15; the table is in docs/operations.md). */
const CIPHERS = [
  "TLS_AES_128_GCM_SHA256",
  "TLS_AES_256_GCM_SHA384",
  "TLS_CHACHA20_POLY1305_SHA256",
  "ECDHE-ECDSA-AES128-GCM-SHA256",
  "ECDHE-RSA-AES128-GCM-SHA256",
  "ECDHE-ECDSA-AES256-GCM-SHA384",
  "ECDHE-RSA-AES256-GCM-SHA384",
] as const;
const LOOK_EVERY_MS = 1000;

const contextOf = (files: TlsFiles): SecureContextOptions => {
  const options: SecureContextOptions = {
    cert: readFileSync(files.certificate),
    key: readFileSync(files.key),
    minVersion: "TLSv1.2",
    ciphers: CIPHERS.join(":"),
    honorCipherOrder: true,
  };
  // Throws when key and certificate are no pair, before a listener depends on them.
  createSecureContext(options);
  return options;
};

/**
 * Options of an HTTPS listener. It asks nobody for a certificate (E-16) unless `takesCertificates`; then it takes any or none, and whose it is the
 * API finds out. Throws `invalid_config` for files that cannot be used.
 */
export const tlsOptions = (files: TlsFiles, takesCertificates = false): ServerOptions => {
  try {
    return {
      ...contextOf(files),
      requestCert: takesCertificates,
      ...(takesCertificates ? { rejectUnauthorized: false } : {}),
    };
  } catch (cause) {
    throw new CountersignError(
      "invalid_config",
      `${files.certificate} and ${files.key} cannot be used for TLS: ${messageOf(cause)}`,
      { cause },
    );
  }
};

/** Loads the files again whenever one of them changes; `reload` does it at once. */
export interface TlsReloader {
  reload(): void;
  stop(): void;
}

/** A pair that cannot be used is logged and the old one stays: the two files are seldom replaced in the same instant. */
export const reloadOnChange = (server: Server, files: TlsFiles, logger: Logger): TlsReloader => {
  const reload = (): void => {
    try {
      server.setSecureContext(contextOf(files));
      logger.info({ certificate: files.certificate }, "TLS certificate loaded");
    } catch (failure) {
      logger.error(
        { certificate: files.certificate, error: messageOf(failure) },
        "TLS certificate not loaded; the one before stays in use",
      );
    }
  };
  const paths = new Set([files.certificate, files.key]);
  // By polling: a file that is replaced by renaming, or behind a symbolic link, is seen too.
  for (const path of paths)
    watchFile(path, { interval: LOOK_EVERY_MS, persistent: false }, (now, before) => {
      if (now.mtimeMs !== before.mtimeMs || now.ino !== before.ino) reload();
    });
  return {
    reload,
    stop: () => {
      for (const path of paths) unwatchFile(path);
    },
  };
};
