import { generateKeyPair, type KeyObject, randomBytes, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { isIP } from "node:net";
import { promisify } from "node:util";
import type { Countersign } from "../../plugin/index.ts";
import {
  addDays,
  buildCsr,
  buildTransientCertificate,
  type Clock,
  type Logger,
  messageOf,
  parseDn,
  type Signer,
  toPem,
} from "../../plugin/sdk.ts";
import { deviceKey } from "../scep-client/device-key.ts";
import { replacePrivateFile } from "./private-file.ts";
import type { TlsFiles } from "./tls.ts";

/** An HTTPS listener's certificate by an authority of the installation (E-15). */
export interface OwnTls {
  readonly authorityId: string;
  /** Host names and addresses, the first one is the common name. */
  readonly names: readonly string[];
  /** Key and chain in one file, so that both are replaced at once. */
  readonly file: string;
}

/** What looks after the certificate. */
export interface TlsKeeper {
  /** Replaces it when that is due; answers whether it was. Never throws: the one before stays in use. */
  look(): Promise<boolean>;
  stop(): void;
}

const makeKey = promisify(generateKeyPair);

/** The certificate of an authority that does not exist yet, or whose key cannot be used now, is asked for again soon. */
const SOON_MS = 5_000;
const HOUR_MS = 3_600_000;
/** Of its life, what is left when it is replaced. */
const LEFT = 1 / 3;
const PLACEHOLDER = "Countersign placeholder";
const PLACEHOLDER_DAYS = 30;

export const tlsFilesOf = ({ file }: OwnTls): TlsFiles => ({ certificate: file, key: file });

/** Something for the listener to begin with: a certificate by itself that nobody trusts, unless there is one of before. */
export const ensureTlsFile = async (own: OwnTls, clock: Clock): Promise<void> => {
  if ((await current(own)) !== undefined) return;
  const { key, signer } = await freshKey();
  const now = clock.now();
  const certificate = await buildTransientCertificate({
    subject: parseDn(`CN=${PLACEHOLDER}`),
    signer,
    serial: randomBytes(8),
    notBefore: now,
    notAfter: addDays(now, PLACEHOLDER_DAYS),
  });
  await write(own, key, [certificate]);
};

/** Looks at once, then every hour, and every few seconds while there is none by the authority. Holds no process open. */
export const keepTlsCertificate = (
  own: OwnTls,
  countersign: Pick<Countersign, "certifyListener">,
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
): TlsKeeper => {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let said = "";
  const look = async (): Promise<boolean> => {
    try {
      if (!isDue(await current(own), own, clock.now())) return false;
      const { key, signer } = await freshKey();
      const csr = await buildCsr({ subject: parseDn("CN=listener"), signer });
      const { authorityId, names } = own;
      const { chain, notAfter } = await countersign.certifyListener({ authorityId, names, csr });
      await write(own, key, chain);
      said = "";
      logger.info({ authority: authorityId, names, notAfter }, "TLS certificate issued");
      return true;
    } catch (failure) {
      const error = messageOf(failure);
      // Once for each reason: it is asked for again and again.
      if (error !== said)
        logger.warn(
          { authority: own.authorityId, error },
          "no TLS certificate from the authority yet; the one before stays in use",
        );
      said = error;
      return false;
    }
  };
  const round = async (): Promise<void> => {
    await look();
    const pause = isDue(await current(own), own, clock.now()) ? SOON_MS : HOUR_MS;
    if (!stopped) timer = setTimeout(() => void round(), pause).unref();
  };
  void round();
  return {
    look,
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
};

/** Undefined where there is no file, or nothing in it that can be read. */
const current = async ({ file }: OwnTls): Promise<X509Certificate | undefined> => {
  try {
    return new X509Certificate(await readFile(file));
  } catch {
    return undefined;
  }
};

const isDue = (certificate: X509Certificate | undefined, { names }: OwnTls, now: Date): boolean => {
  if (certificate === undefined || certificate.subject === `CN=${PLACEHOLDER}`) return true;
  const [from, to] = [Date.parse(certificate.validFrom), Date.parse(certificate.validTo)];
  const covers = names.every((name) =>
    isIP(name) === 0
      ? certificate.checkHost(name, { subject: "never" }) !== undefined
      : certificate.checkIP(name) !== undefined,
  );
  return !covers || to - now.getTime() < (to - from) * LEFT;
};

const freshKey = async (): Promise<{ readonly key: KeyObject; readonly signer: Signer }> => {
  // RSA, since old clients know no other suites of TLS 1.2 (E-15).
  const { privateKey } = await makeKey("rsa", { modulusLength: 2048 });
  return { key: privateKey, signer: deviceKey(privateKey).signer };
};

const write = (own: OwnTls, key: KeyObject, chain: readonly Uint8Array[]): Promise<void> =>
  replacePrivateFile(
    own.file,
    `${key.export({ format: "pem", type: "pkcs8" }).toString()}${chain.map((der) => toPem(der, "CERTIFICATE")).join("")}`,
  );
