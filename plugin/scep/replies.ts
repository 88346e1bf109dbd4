import { hash } from "node:crypto";
import type { PublicKey } from "../pki/public-key.ts";
import type { Reply } from "./cert-rep.ts";
import type { VerifiedMessage } from "./verified-message.ts";

/** A SUCCESS for the signer of a message, in the cipher it used itself. */
export const success = (
  certificates: readonly Uint8Array[],
  { signer, envelope }: VerifiedMessage,
  crls: readonly Uint8Array[] = [],
): Reply => ({
  status: "success",
  certificates,
  crls,
  recipient: {
    issuer: signer.certificate.issuer,
    serial: signer.certificate.serial,
    publicKey: signer.key,
  },
  cipher: envelope.cipher,
});

/** How a queue knows a signer again: SHA-256 of its SubjectPublicKeyInfo, hex. */
export const keyDigest = (key: PublicKey): string => hash("sha256", key.spki, "hex");
