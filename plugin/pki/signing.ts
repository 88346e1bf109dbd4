import { hash } from "node:crypto";
import { hashOfScheme, type SignatureScheme } from "../domain/algorithm.ts";
import type { Signer } from "../ports/keys.ts";

/** Signs a message with any signer: hashes it here when the signer takes a digest. Throws what `Signer.sign` throws. */
export const signMessage = (
  signer: Signer,
  scheme: SignatureScheme,
  message: Uint8Array,
): Promise<Uint8Array> =>
  signer.sign(
    signer.takes === "digest" ? hash(hashOfScheme(scheme), message, "buffer") : message,
    scheme,
  );
