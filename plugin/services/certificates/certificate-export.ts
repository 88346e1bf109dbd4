import { inject } from "tsyringe";
import type { Certificate } from "../../domain/certificate.ts";
import type { Principal } from "../../domain/principal.ts";
import type { CertificateFilter } from "../../ports/certificate-store.ts";
import { Certificates } from "./certificates.ts";

/** The columns of an export, in order. */
export const EXPORT_COLUMNS = [
  "id",
  "serial",
  "status",
  "role",
  "subject",
  "sans",
  "authorityId",
  "templateId",
  "deviceId",
  "endpointId",
  "notBefore",
  "notAfter",
  "fingerprintSha256",
  "issuedAt",
  "revokedAt",
  "revocationReason",
] as const;

const PAGE = 500;

/** Any filtered list of certificates as a stream of lines (C-21): an inventory feed without an end in memory. */
export class CertificateExport {
  constructor(@inject(Certificates) private readonly certificates: Certificates) {}

  /** Calls `take` for every certificate of the filter, in the order of the list. */
  async each(
    principal: Principal,
    filter: CertificateFilter,
    take: (certificate: Certificate) => void | Promise<void>,
  ): Promise<void> {
    let cursor: string | undefined;
    do {
      const page = await this.certificates.list(principal, filter, { limit: PAGE, cursor });
      for (const certificate of page.items) await take(certificate);
      cursor = page.cursor;
    } while (cursor !== undefined);
  }
}

/** The head line of a CSV export. */
export const csvHead = (): string => `${EXPORT_COLUMNS.join(",")}\r\n`;

/** One certificate as a line of CSV (RFC 4180). */
export const csvLine = (certificate: Certificate): string =>
  `${EXPORT_COLUMNS.map((column) => csvCell(cellOf(certificate, column))).join(",")}\r\n`;

const cellOf = (certificate: Certificate, column: (typeof EXPORT_COLUMNS)[number]): string => {
  const value = certificate[column];
  if (column === "sans")
    return certificate.sans.map(({ type, value: name }) => `${type}:${name}`).join(" ");
  if (value instanceof Date) return value.toISOString();
  return typeof value === "string" ? value : "";
};

/**
 * A cell that no spreadsheet takes for a formula: one that begins like a formula, also in full-width letters, gets an apostrophe before it
 * (OWASP, CSV injection). Control characters become blanks, marks that turn the direction of a text their code point.
 */
export const csvCell = (text: string): string => {
  const plain = text
    .replace(/\p{Cc}/gu, " ")
    .replace(
      /\p{Bidi_Control}/gu,
      (mark) => `\u27e8U+${mark.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}\u27e9`,
    );
  const safe = /^\s*[=+\-@|%\uff1d\uff0b\uff0d\uff20]/.test(plain) ? `'${plain}` : plain;
  return /[",\s]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
};
