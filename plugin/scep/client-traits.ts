import type { ClientTraits } from "../domain/client-detection.ts";
import type { TransientCertificate } from "../pki/transient-certificate.ts";
import type { PkiMessage } from "./pki-message.ts";

/** What a message shows of its client; the message need not be verified. */
export const traitsOf = (
  { signed, transactionId }: PkiMessage,
  userAgent: string | undefined,
): ClientTraits => {
  const { signerCertificate } = signed;
  return {
    userAgent,
    signer: signerCertificate && {
      version1: signerCertificate.version1,
      commonName: commonNameOf(signerCertificate.subject),
      serialIsTransaction: spells(signerCertificate, transactionId),
    },
  };
};

/** OBJECT IDENTIFIER 2.5.4.3. */
const COMMON_NAME = Buffer.from("0603550403", "hex");

/** The first common name of an encoded Name, read without a parser: every message passes here, and nothing depends on it. */
const commonNameOf = (name: Uint8Array): string | undefined => {
  const octets = Buffer.from(name.buffer, name.byteOffset, name.length);
  const at = octets.indexOf(COMMON_NAME);
  if (at === -1) return undefined;
  const start = at + COMMON_NAME.length + 2;
  const length = octets[start - 1] ?? 0;
  return length < 0x80 ? octets.toString("latin1", start, start + length) : undefined;
};

/** strongSwan's transaction id is the upper-case hex of a digest, which is also its certificate's serial number. */
const spells = ({ serial }: TransientCertificate, transactionId: string): boolean =>
  /^[0-9A-F]{40}$/.test(transactionId) &&
  Buffer.from(serial)
    .toString("hex")
    .toUpperCase()
    .endsWith(transactionId.replace(/^(?:00)+/, ""));
