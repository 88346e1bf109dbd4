import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { HostExpiry } from "../../plugin/sdk.ts";
import type { TlsFiles } from "./tls.ts";

/** When the certificate that an HTTPS listener shows ends, as the file says now; nothing without HTTPS. Throws for a file that cannot be read. */
export const tlsExpiry = async (tls: TlsFiles | undefined): Promise<readonly HostExpiry[]> => {
  if (tls === undefined) return [];
  const { validTo } = new X509Certificate(await readFile(tls.certificate));
  return [{ kind: "listener", name: tls.certificate, end: new Date(validTo) }];
};
