import { type KeyFinding } from "../plugin/sdk.ts";
import type { TokenSurvey } from "./token-survey.ts";

/** What somebody wants to keep on a token: the keys of CAs, the keys that open SCEP envelopes. */
export type KeyPurpose = "ca" | "ra";

const RA_ELSEWHERE =
  "Keep the CA keys on this token and the RA keys in another key store (--key-store soft) or slot; then probe with --for ca.";

/**
 * Whether a token is fit for its purposes; a fault is a combination that would fail later, or would tell attackers about padding. Raw RSA
 * with our own unpadding is the one safe way: even a module that is silent about PKCS #1 v1.5 tells by the length of what it answers.
 */
export const judgeToken = (
  survey: TokenSurvey,
  purposes: readonly KeyPurpose[],
): readonly KeyFinding[] => {
  const findings: KeyFinding[] = [];
  const fault = (message: string, remedy: string): void =>
    void findings.push({ level: "fault", message, remedy });

  if (survey.algorithms.length === 0) {
    fault(
      "The token makes no key that we can sign with.",
      "Turn on RSA or EC key generation and signing in its policy, or choose another token.",
    );
  }
  if (survey.nonExtractable === false) {
    fault(
      "Keys made here could be taken out of the token.",
      "Turn on the token's protection of private keys before any key is made.",
    );
  }
  const { raw, pkcs1, oaep } = survey.decrypt;
  if (purposes.includes("ra") && !raw) {
    if (pkcs1 === "tells") {
      fault(
        "RA keys on this token would be a padding oracle: it has no raw RSA (CKM_RSA_X_509), and its CKM_RSA_PKCS answers malformed messages with an error.",
        RA_ELSEWHERE,
      );
    } else if (pkcs1 === "silent") {
      fault(
        "RA keys cannot be kept on this token: it has no raw RSA (CKM_RSA_X_509), and the length of what its CKM_RSA_PKCS answers would tell about the padding.",
        RA_ELSEWHERE,
      );
    } else {
      fault(
        oaep.length > 0
          ? "RA keys on this token would fail: it decrypts by OAEP only, which SCEP clients do not use."
          : "RA keys on this token would fail: it does not decrypt with RSA.",
        RA_ELSEWHERE,
      );
    }
  }
  return findings;
};
