import { readFile } from "node:fs/promises";
import type { Authority } from "../domain/authority.ts";
import { CountersignError, messageOf } from "../errors.ts";
import { parseCertificate } from "../pki/certificate.ts";
import { parseCrl, type ParsedCrl } from "../pki/crl-read.ts";
import { sameName } from "../pki/name.ts";
import { importPublicKey, verifySignature } from "../pki/public-key.ts";
import type { Random } from "../ports/ambient.ts";
import type { Directory, TenantStore } from "../ports/stores.ts";
import type { Refill } from "../store/refill.ts";
import { fileFault } from "./file-fault.ts";

/** What a published CRL brought. */
export interface CrlReport {
  readonly tenant: string;
  readonly authorityId: string;
  readonly number: bigint;
  /** Revoked after the backup, or known later to have been not to be trusted earlier. */
  readonly revoked: number;
  /** Revoked, and not in the backup at all: kept on the list by their serials. */
  readonly unknown: number;
}

/**
 * Takes over the revocations of a CRL that was published after the backup (DER). Throws `invalid_input` for what is no complete CRL signed
 * by an authority of the backup.
 */
export const mergeCrl = async (
  { directory, rows }: Pick<Refill, "directory" | "rows">,
  random: Random,
  file: string,
): Promise<CrlReport> => {
  const crl = await readCrl(file);
  const { store, authority } = await issuerOf(directory, crl, file);
  let [revoked, unknown] = [0, 0];
  for (const { serial, revokedAt, reason = "unspecified", invalidityDate } of crl.entries) {
    // In deltas only.
    if (reason === "removeFromCRL") continue;
    const known = await store.certificates.bySerial(authority.id, serial);
    if (known !== undefined) {
      // What is on hold can be released again, as before.
      const changed =
        reason === "certificateHold"
          ? await store.certificates.hold(known.id, revokedAt, "admin", undefined)
          : (await store.certificates.revoke(known.id, revokedAt, reason, invalidityDate)) ||
            (invalidityDate !== undefined &&
              (await store.certificates.predate(known.id, crl.thisUpdate, invalidityDate, reason)));
      if (changed !== false) revoked += 1;
      continue;
    }
    unknown += 1;
    await rows.insertRevokedSerial(store.tenant, {
      ...{ id: random.uuid(), authorityId: authority.id, serial, revokedAt, reason },
      invalidityDate,
      notAfter: authority.notAfter ?? revokedAt,
    });
  }
  const number = crl.number ?? 0n;
  return { tenant: store.tenant, authorityId: authority.id, number, revoked, unknown };
};

const readCrl = async (file: string): Promise<ParsedCrl> => {
  const der = await readFile(file).catch((cause: unknown) => {
    throw fileFault(file, "read", cause);
  });
  const crl = parsed(der, file);
  if (crl.baseNumber !== undefined)
    throw new CountersignError("invalid_input", `${file} is a delta: take the complete list`);
  return crl;
};

const parsed = (der: Uint8Array, file: string): ParsedCrl => {
  try {
    return parseCrl(der);
  } catch (cause) {
    throw new CountersignError("invalid_input", `${file} is no CRL in DER: ${messageOf(cause)}`, {
      cause,
    });
  }
};

const issuerOf = async (
  directory: Directory,
  crl: ParsedCrl,
  file: string,
): Promise<{ readonly store: TenantStore; readonly authority: Authority }> => {
  for (const { id } of await directory.tenants()) {
    const store = directory.open(id);
    const authority = (await store.authorities.list()).find((one) => hasSigned(one, crl));
    if (authority !== undefined) return { store, authority };
  }
  throw new CountersignError(
    "invalid_input",
    `${file} is not signed by an authority of the backup, or it was changed`,
  );
};

const hasSigned = ({ certificate, publicKey }: Authority, crl: ParsedCrl): boolean =>
  certificate !== undefined &&
  crl.scheme !== undefined &&
  sameName(parseCertificate(certificate).subjectRaw, crl.issuerRaw) &&
  verifySignature(importPublicKey(publicKey), crl.scheme, crl.tbs, crl.signature);
