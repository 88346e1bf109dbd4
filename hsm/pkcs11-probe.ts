import { constants, createHash, createPublicKey, publicEncrypt, verify } from "node:crypto";

import pkcs11js, { type Handle, type PKCS11 } from "pkcs11js";

import type { KeyFinding } from "../plugin/sdk.ts";
import { ckrOf, pkcs11Failure } from "./pkcs11-errors.ts";
import type { FoundToken } from "./pkcs11-find-token.ts";
import { type Abilities, signingOf } from "./pkcs11-mechanisms.ts";
import { attributeOf, findKey, newKeyId, pairTemplates } from "./pkcs11-objects.ts";

const ok = (message: string): KeyFinding => ({ level: "ok", message });

const ability = (has: boolean, name: string, lost: string): KeyFinding =>
  has
    ? ok(`The token offers ${name}.`)
    : {
        level: "warning",
        message: `The token does not offer ${name}: ${lost}.`,
        remedy: "Turn it on in the token's policy, or choose another algorithm or key store.",
      };

/** Makes a key pair that is gone with the session, works with it, and looks whether it could be taken out. */
const tryPair = async (
  p11: PKCS11,
  session: Handle,
  abilities: Abilities,
): Promise<readonly KeyFinding[]> => {
  const findings: KeyFinding[] = [];
  const id = newKeyId();
  const { mechanism, publicKey, privateKey } = pairTemplates(
    { algorithm: "rsa-2048", usage: "sign-and-decrypt", label: "countersign probe" },
    id,
    false,
  );
  await p11.C_GenerateKeyPairAsync(session, { mechanism }, publicKey, privateKey);
  const key = findKey(p11, session, id);
  if (key === undefined) throw new Error("the token does not find a key that it has just made");
  const flag = (type: number): boolean => attributeOf(p11, session, key.handle, type)[0] === 1;
  findings.push(
    flag(pkcs11js.CKA_SENSITIVE) && !flag(pkcs11js.CKA_EXTRACTABLE)
      ? ok("Keys made here are sensitive and cannot be taken out.")
      : {
          level: "fault",
          message: "The token makes keys that can be taken out although it was asked not to.",
          remedy: "Turn on the token's protection of private keys.",
        },
  );

  const spki = createPublicKey({ key: Buffer.from(key.publicKey), format: "der", type: "spki" });
  const message = Buffer.from("countersign probe");
  const digest = createHash("sha256").update(message).digest();
  const signing = signingOf(key.algorithm, "rsa-pkcs1-sha256", digest, abilities);
  p11.C_SignInit(session, signing.mechanism, key.handle);
  const signature = p11.C_Sign(session, signing.input, Buffer.alloc(1024));
  findings.push(
    verify("sha256", message, spki, signature)
      ? ok("A signature of the token verifies.")
      : {
          level: "fault",
          message: "A signature of the token does not verify.",
          remedy: "Do not issue with it; update the module.",
        },
  );

  if (abilities.decryptRaw) {
    const plain = Buffer.alloc(256, 1);
    plain[0] = 0;
    const sealed = publicEncrypt({ key: spki, padding: constants.RSA_NO_PADDING }, plain);
    p11.C_DecryptInit(session, { mechanism: pkcs11js.CKM_RSA_X_509 }, key.handle);
    const opened = p11.C_Decrypt(session, sealed, Buffer.alloc(1024));
    findings.push(
      // Some modules leave out leading zeros.
      plain.subarray(-opened.length).equals(opened) && opened.length >= 255
        ? ok("The raw RSA operation gives what it should.")
        : {
            level: "fault",
            message: "The raw RSA operation gives something else than it should.",
            remedy: "Keep RA keys in another key store; update the module.",
          },
    );
  }
  return findings;
};

/** What an admin should know about a token that is open. */
export const probeToken = async (
  p11: PKCS11,
  token: FoundToken,
  session: Handle,
  abilities: Abilities,
): Promise<readonly KeyFinding[]> => {
  const { libraryDescription, libraryVersion } = p11.C_GetInfo();
  const version = `${libraryVersion.major}.${libraryVersion.minor}`;
  const { flags } = p11.C_GetTokenInfo(token.slot);
  const findings: KeyFinding[] = [
    ok(`The module loads: ${libraryDescription.trim()} ${version}.`),
    ok(`The token "${token.label}" is in slot ${token.slotNumber}.`),
    ok("The PIN is good."),
    ability(abilities.signPkcs1, "CKM_RSA_PKCS", "RSA keys cannot sign"),
    ability(abilities.signPss, "CKM_RSA_PKCS_PSS", "RSA keys cannot sign with PSS"),
    ability(abilities.signEcdsa, "CKM_ECDSA", "EC keys cannot sign"),
    ability(abilities.decryptRaw, "CKM_RSA_X_509", "RA keys cannot be kept on it safely"),
  ];
  if ((flags & pkcs11js.CKF_WRITE_PROTECTED) !== 0) {
    findings.push({
      level: "warning",
      message: "The token is write-protected: no key can be made on it.",
      remedy: "Lift the protection, or bring keys with the token's own tool.",
    });
  }
  if ((flags & pkcs11js.CKF_USER_PIN_COUNT_LOW) !== 0) {
    findings.push({
      level: "warning",
      message: "Somebody has tried a wrong PIN since the last login.",
      remedy: "Find out who; the PIN locks after a few tries.",
    });
  }
  if (!abilities.generateRsa || !abilities.signPkcs1) return findings;
  try {
    return [...findings, ...(await tryPair(p11, session, abilities))];
  } catch (error) {
    // A dead device is for the worker to see.
    if (ckrOf(error) === undefined) throw error;
    return [
      ...findings,
      {
        level: "fault",
        message: `The token could not make and use a key: ${pkcs11Failure("probe", error).detail}.`,
        remedy: "Check free space and policy of the token.",
      },
    ];
  }
};
