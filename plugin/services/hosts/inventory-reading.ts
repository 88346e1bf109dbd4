import { formatDn } from "../../domain/distinguished-name.ts";
import { foreignWords } from "../../domain/foreign-words.ts";
import { type HeldCertificate, serialOf } from "../../domain/inventory.ts";
import { CountersignError } from "../../errors.ts";
import { type ParsedCertificate, parseCertificate } from "../../pki/certificate.ts";
import { sha256Fingerprint } from "../../pki/fingerprint.ts";

/** A certificate of a report, read as far as it goes. */
export interface ReadCertificate {
  readonly key: string;
  readonly serial: string;
  readonly issuer: string | undefined;
  readonly subject: string | undefined;
  readonly notAfter: Date | undefined;
  readonly fingerprintSha256: string | undefined;
  /** With the DER only. */
  readonly parsed: ParsedCertificate | undefined;
}

/** Reads one; undefined for a row without a serial that can be read, which leaves the report incomplete and spoils nothing else. */
export const readHeld = (held: HeldCertificate): ReadCertificate | undefined => {
  if (held.der !== undefined) return readDer(held.der);
  const serial = held.serial === undefined ? undefined : serialOf(held.serial);
  const fingerprint = fingerprintOf(held.fingerprintSha256);
  if (serial === undefined || fingerprint === "bad") return undefined;
  const issuer = held.issuer === undefined ? undefined : foreignWords(held.issuer);
  return {
    key: fingerprint ?? `${serial}/${foreignWords(issuer ?? "", 150)}`,
    serial,
    issuer,
    subject: held.subject === undefined ? undefined : foreignWords(held.subject),
    notAfter: Number.isNaN(held.notAfter?.getTime()) ? undefined : held.notAfter,
    fingerprintSha256: fingerprint,
    parsed: undefined,
  };
};

const readDer = (der: Uint8Array): ReadCertificate => {
  const fingerprintSha256 = sha256Fingerprint(der);
  try {
    const parsed = parseCertificate(der);
    return {
      key: fingerprintSha256,
      serial: parsed.serial,
      issuer: foreignWords(formatDn(parsed.issuer)),
      subject: foreignWords(formatDn(parsed.subject)),
      notAfter: parsed.notAfter,
      fingerprintSha256,
      parsed,
    };
  } catch (error) {
    // Devices hold certificates of all kinds; one that our strict reader refuses is none of ours.
    if (!(error instanceof CountersignError)) throw error;
    return {
      ...{ key: fingerprintSha256, serial: "", issuer: undefined, subject: undefined },
      ...{ notAfter: undefined, fingerprintSha256, parsed: undefined },
    };
  }
};

const fingerprintOf = (text: string | undefined): string | undefined => {
  if (text === undefined) return undefined;
  const hex = text.toLowerCase().replace(/[\s:]/g, "");
  return /^[0-9a-f]{64}$/.test(hex) ? hex : "bad";
};
