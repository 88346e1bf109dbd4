import {
  constants,
  createPublicKey,
  type KeyObject,
  publicEncrypt,
  randomBytes,
} from "node:crypto";

import pkcs11js, { type Handle, type Mechanism, type PKCS11 } from "pkcs11js";

import {
  type Hash,
  HASHES,
  isRsa,
  TOKEN_KEY_ALGORITHMS,
  type KeyAlgorithm,
} from "../plugin/sdk.ts";
import type { FoundToken } from "./pkcs11-find-token.ts";
import { type Abilities, signingOf } from "./pkcs11-mechanisms.ts";
import { findKey, newKeyId, pairTemplates, type TokenKey } from "./pkcs11-objects.ts";
import { probeToken } from "./pkcs11-probe.ts";
import { signRates } from "./pkcs11-sign-rate.ts";
import type { Pkcs1Answer, TokenSurvey } from "./token-survey.ts";

const CKF = { decrypt: 0x100, sign: 0x800, generateKeyPair: 0x10000 } as const;

const MECHANISM_NAMES = new Map(
  Object.entries(pkcs11js)
    .filter(([name, value]) => name.startsWith("CKM_") && typeof value === "number")
    .map(([name, value]) => [value as unknown as number, name]),
);

const OAEP: Record<Hash, { readonly hashAlg: number; readonly mgf: number }> = {
  sha1: { hashAlg: pkcs11js.CKM_SHA_1, mgf: pkcs11js.CKG_MGF1_SHA1 },
  sha256: { hashAlg: pkcs11js.CKM_SHA256, mgf: pkcs11js.CKG_MGF1_SHA256 },
  sha384: { hashAlg: pkcs11js.CKM_SHA384, mgf: pkcs11js.CKG_MGF1_SHA384 },
  sha512: { hashAlg: pkcs11js.CKM_SHA512, mgf: pkcs11js.CKG_MGF1_SHA512 },
};

const mechanismsOf = (p11: PKCS11, slot: Handle): TokenSurvey["mechanisms"] =>
  p11.C_GetMechanismList(slot).map((number) => {
    const { flags, minKeySize, maxKeySize } = p11.C_GetMechanismInfo(slot, number);
    const has = (flag: number): boolean => (flags & flag) !== 0;
    return {
      name: MECHANISM_NAMES.get(number) ?? `0x${number.toString(16)}`,
      number,
      minKeySize,
      maxKeySize,
      sign: has(CKF.sign),
      decrypt: has(CKF.decrypt),
      generatesKeyPair: has(CKF.generateKeyPair),
    };
  });

/** Runs `work` in a session of its own, as a failed call may leave an operation active; undefined when the token would not. */
const attempt = async <T>(
  p11: PKCS11,
  token: FoundToken,
  work: (session: Handle) => Promise<T> | T,
): Promise<T | undefined> => {
  const session = p11.C_OpenSession(
    token.slot,
    pkcs11js.CKF_SERIAL_SESSION | pkcs11js.CKF_RW_SESSION,
  );
  try {
    return await work(session);
  } catch {
    return undefined;
  } finally {
    p11.C_CloseSession(session);
  }
};

/** A pair that is gone with its session. */
const sessionPair = async (
  p11: PKCS11,
  session: Handle,
  algorithm: KeyAlgorithm,
): Promise<TokenKey> => {
  const id = newKeyId();
  const usage = isRsa(algorithm) ? "sign-and-decrypt" : "sign";
  const spec = { algorithm, usage, label: "countersign survey" } as const;
  const { mechanism, publicKey, privateKey } = pairTemplates(spec, id, false);
  await p11.C_GenerateKeyPairAsync(session, { mechanism }, publicKey, privateKey);
  const key = findKey(p11, session, id);
  if (key === undefined) throw new Error("the token does not find a key that it has just made");
  return key;
};

/** RSA sizes by what the token states, as making them takes seconds; curves by making a key. */
const algorithmsOf = async (
  p11: PKCS11,
  token: FoundToken,
  abilities: Abilities,
): Promise<readonly KeyAlgorithm[]> => {
  const found: KeyAlgorithm[] = [];
  const rsa = abilities.generateRsa && abilities.signPkcs1;
  const sizes = rsa
    ? p11.C_GetMechanismInfo(token.slot, pkcs11js.CKM_RSA_PKCS_KEY_PAIR_GEN)
    : { minKeySize: 0, maxKeySize: 0 };
  for (const algorithm of TOKEN_KEY_ALGORITHMS) {
    if (isRsa(algorithm)) {
      const bits = Number(algorithm.slice("rsa-".length));
      if (sizes.minKeySize <= bits && bits <= sizes.maxKeySize) found.push(algorithm);
    } else if (
      algorithm === "ed25519"
        ? abilities.generateEdwards && abilities.signEddsa
        : abilities.generateEc && abilities.signEcdsa
    ) {
      const made = await attempt(p11, token, (session) => sessionPair(p11, session, algorithm));
      if (made !== undefined) found.push(algorithm);
    }
  }
  return found;
};

const decryptsOf = async (
  p11: PKCS11,
  token: FoundToken,
  key: TokenKey,
  spki: KeyObject,
  offered: ReadonlySet<number>,
): Promise<TokenSurvey["decrypt"]> => {
  const decrypt = (mechanism: Mechanism, sealed: Buffer): Promise<Buffer | undefined> =>
    attempt(p11, token, (session) => {
      p11.C_DecryptInit(session, mechanism, key.handle);
      return p11.C_Decrypt(session, sealed, Buffer.alloc(1024));
    });
  const pkcs1Answer = async (): Promise<Pkcs1Answer> => {
    if (!offered.has(pkcs11js.CKM_RSA_PKCS)) return "absent";
    const mechanism = { mechanism: pkcs11js.CKM_RSA_PKCS };
    const good = publicEncrypt(
      { key: spki, padding: constants.RSA_PKCS1_PADDING },
      Buffer.alloc(16, 7),
    );
    if ((await decrypt(mechanism, good)) === undefined) return "absent";
    for (let time = 0; time < 4; time += 1) {
      const bad = publicEncrypt(
        { key: spki, padding: constants.RSA_NO_PADDING },
        randomBytes(256).fill(0, 0, 1).fill(1, 1, 2),
      );
      if ((await decrypt(mechanism, bad)) === undefined) return "tells";
    }
    return "silent";
  };
  const oaep: Hash[] = [];
  if (offered.has(pkcs11js.CKM_RSA_PKCS_OAEP)) {
    for (const hash of HASHES) {
      const text = Buffer.alloc(16, 9);
      const padding = constants.RSA_PKCS1_OAEP_PADDING;
      const sealed = publicEncrypt({ key: spki, padding, oaepHash: hash }, text);
      const parameter = { type: pkcs11js.CK_PARAMS_RSA_OAEP, source: 1, ...OAEP[hash] };
      const opened = await decrypt({ mechanism: pkcs11js.CKM_RSA_PKCS_OAEP, parameter }, sealed);
      if (opened?.equals(text) === true) oaep.push(hash);
    }
  }
  const plain = Buffer.alloc(256, 1).fill(0, 0, 1);
  const sealed = publicEncrypt({ key: spki, padding: constants.RSA_NO_PADDING }, plain);
  const raw = await decrypt({ mechanism: pkcs11js.CKM_RSA_X_509 }, sealed);
  return {
    // Some modules leave out leading zeros.
    raw: raw !== undefined && raw.length >= 255 && plain.subarray(-raw.length).equals(raw),
    pkcs1: await pkcs1Answer(),
    oaep,
  };
};

/** Finds out what a token can do. Nothing stays on it. Throws what the module throws where it does not even list what it has. */
export const surveyToken = async (
  p11: PKCS11,
  path: string,
  token: FoundToken,
  abilities: Abilities,
  sessions: number,
): Promise<TokenSurvey> => {
  const { libraryDescription, libraryVersion, cryptokiVersion } = p11.C_GetInfo();
  const mechanisms = mechanismsOf(p11, token.slot);
  const offered = new Set(mechanisms.map(({ number }) => number));
  const session = p11.C_OpenSession(
    token.slot,
    pkcs11js.CKF_SERIAL_SESSION | pkcs11js.CKF_RW_SESSION,
  );
  try {
    const findings = await probeToken(p11, token, session, abilities);
    const key = abilities.generateRsa
      ? await sessionPair(p11, session, "rsa-2048").catch(() => undefined)
      : undefined;
    const made = findings.some(({ message }) => message.startsWith("Keys made here"));
    return {
      module: {
        path,
        description: libraryDescription.trim(),
        version: `${libraryVersion.major}.${libraryVersion.minor}`,
        cryptoki: `${cryptokiVersion.major}.${cryptokiVersion.minor}`,
      },
      token: {
        label: token.label,
        slot: token.slotNumber,
        manufacturer: token.info.manufacturerID.trim(),
        model: token.info.model.trim(),
        serial: token.info.serialNumber.trim(),
      },
      mechanisms,
      algorithms: await algorithmsOf(p11, token, abilities),
      pss: abilities.signPss,
      decrypt:
        key === undefined
          ? { raw: false, pkcs1: "absent", oaep: [] }
          : await decryptsOf(
              p11,
              token,
              key,
              createPublicKey({ key: Buffer.from(key.publicKey), format: "der", type: "spki" }),
              offered,
            ),
      nonExtractable: key === undefined ? undefined : made,
      signRate:
        key === undefined || !abilities.signPkcs1
          ? []
          : await signRates(
              p11,
              token,
              key.handle,
              signingOf("rsa-2048", "rsa-pkcs1-sha256", randomBytes(32), abilities),
              sessions,
            ),
      findings,
    };
  } finally {
    p11.C_CloseSession(session);
  }
};
