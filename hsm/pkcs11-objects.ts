import { createPublicKey, randomBytes } from "node:crypto";

import pkcs11js, { type Handle, type PKCS11, type Template } from "pkcs11js";

import { CountersignError, isRsa, type KeyAlgorithm, type KeySpec } from "../plugin/sdk.ts";
import { CKM_EC_EDWARDS_KEY_PAIR_GEN } from "./pkcs11-mechanisms.ts";
import { algorithmOf } from "./public-key.ts";

/** A key pair on a token. */
export interface TokenKey {
  readonly handle: Handle;
  readonly algorithm: KeyAlgorithm;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  /** CKA_DECRYPT. */
  readonly decrypts: boolean;
}

/** At most `limit` objects that fit a template. */
const search = (p11: PKCS11, session: Handle, template: Template, limit: number): Handle[] => {
  p11.C_FindObjectsInit(session, template);
  try {
    return p11.C_FindObjects(session, limit);
  } finally {
    p11.C_FindObjectsFinal(session);
  }
};

/** Objects of a class with a CKA_ID; two are enough to see that it is not the only one. */
const find = (p11: PKCS11, session: Handle, objectClass: number, id: Uint8Array): Handle[] =>
  search(
    p11,
    session,
    [
      { type: pkcs11js.CKA_CLASS, value: objectClass },
      { type: pkcs11js.CKA_ID, value: Buffer.from(id) },
    ],
    2,
  );

/** Private keys on the token, at most 4,096; those of sessions are left out. */
export const privateKeysOf = (p11: PKCS11, session: Handle): Handle[] =>
  search(
    p11,
    session,
    [
      { type: pkcs11js.CKA_CLASS, value: pkcs11js.CKO_PRIVATE_KEY },
      { type: pkcs11js.CKA_TOKEN, value: true },
    ],
    4096,
  );

/** One attribute of an object. */
export const attributeOf = (p11: PKCS11, session: Handle, object: Handle, type: number): Buffer => {
  const [attribute] = p11.C_GetAttributeValue(session, object, [{ type }]);
  return attribute === undefined ? Buffer.alloc(0) : Buffer.from(attribute.value);
};

const EC_CURVES = [
  { algorithm: "ec-p256", crv: "P-256", oid: "06082a8648ce3d030107", size: 32 },
  { algorithm: "ec-p384", crv: "P-384", oid: "06052b81040022", size: 48 },
  { algorithm: "ec-p521", crv: "P-521", oid: "06052b81040023", size: 66 },
] as const;

/** Ed25519 by its object identifier (PKCS #11 3.0 section 2.3.10 takes it beside the name). */
const EDWARDS = { oid: "06032b6570", size: 32 } as const;
const CKK_EC_EDWARDS = 0x40;

const base64url = (bytes: Buffer): string => bytes.toString("base64url");

/** By identifier, or by name as a PrintableString: `edwards25519`. */
const isEd25519 = (params: string): boolean =>
  params === EDWARDS.oid || params === `130c${Buffer.from("edwards25519").toString("hex")}`;

/** The public half as SubjectPublicKeyInfo. Of an RSA pair the private object says it too; of an EC pair only the public one. */
const publicKeyOf = (
  p11: PKCS11,
  session: Handle,
  privateKey: Handle,
  publicKey: Handle | undefined,
): Uint8Array => {
  const read = (object: Handle, type: number): Buffer => attributeOf(p11, session, object, type);
  const type = read(privateKey, pkcs11js.CKA_KEY_TYPE)[0];
  const spki = (jwk: Record<string, string>): Buffer =>
    createPublicKey({ key: jwk, format: "jwk" }).export({ format: "der", type: "spki" });
  if (type === pkcs11js.CKK_RSA) {
    const object = publicKey ?? privateKey;
    const n = read(object, pkcs11js.CKA_MODULUS);
    const e = read(object, pkcs11js.CKA_PUBLIC_EXPONENT);
    return spki({ kty: "RSA", n: base64url(n), e: base64url(e) });
  }
  if (type === pkcs11js.CKK_EC && publicKey !== undefined) {
    const oid = read(publicKey, pkcs11js.CKA_EC_PARAMS).toString("hex");
    const curve = EC_CURVES.find((known) => known.oid === oid);
    const point = read(publicKey, pkcs11js.CKA_EC_POINT);
    if (curve !== undefined) {
      // The standard wraps the point in an OCTET STRING; some modules do not. The end is the same.
      const x = point.subarray(-2 * curve.size, -curve.size);
      const y = point.subarray(-curve.size);
      return spki({ kty: "EC", crv: curve.crv, x: base64url(x), y: base64url(y) });
    }
  }
  if (type === CKK_EC_EDWARDS && publicKey !== undefined) {
    const x = read(publicKey, pkcs11js.CKA_EC_POINT).subarray(-EDWARDS.size);
    const params = read(publicKey, pkcs11js.CKA_EC_PARAMS).toString("hex");
    if (x.length === EDWARDS.size && isEd25519(params))
      return spki({ kty: "OKP", crv: "Ed25519", x: base64url(x) });
  }
  throw new CountersignError(
    "key_unsupported",
    "the key on the token is of another kind than ours, or its public object is missing",
  );
};

/** Finds a key pair by its CKA_ID; undefined when the token has none. Throws `key_unsupported`, `key_unavailable`. */
export const findKey = (p11: PKCS11, session: Handle, id: Uint8Array): TokenKey | undefined => {
  const [handle, other] = find(p11, session, pkcs11js.CKO_PRIVATE_KEY, id);
  if (handle === undefined) return undefined;
  if (other !== undefined) {
    throw new CountersignError("key_unavailable", "several private keys have the same CKA_ID");
  }
  const [publicHandle] = find(p11, session, pkcs11js.CKO_PUBLIC_KEY, id);
  const publicKey = publicKeyOf(p11, session, handle, publicHandle);
  const algorithm = algorithmOf(publicKey);
  const decrypts =
    isRsa(algorithm) && attributeOf(p11, session, handle, pkcs11js.CKA_DECRYPT)[0] === 1;
  return { handle, algorithm, publicKey, decrypts };
};

/** Destroys both halves, if they are there. */
export const destroyKey = (p11: PKCS11, session: Handle, id: Uint8Array): void => {
  for (const objectClass of [pkcs11js.CKO_PRIVATE_KEY, pkcs11js.CKO_PUBLIC_KEY]) {
    for (const object of find(p11, session, objectClass, id)) p11.C_DestroyObject(session, object);
  }
};

export interface PairTemplates {
  readonly mechanism: number;
  readonly publicKey: Template;
  readonly privateKey: Template;
}

/** How a pair is asked for: the private half sensitive and never extractable. `onToken` false: gone with its session. */
export const pairTemplates = (spec: KeySpec, id: Uint8Array, onToken: boolean): PairTemplates => {
  const curve = EC_CURVES.find(({ algorithm }) => algorithm === spec.algorithm);
  const decrypt = spec.usage === "sign-and-decrypt";
  const both: Template = [
    { type: pkcs11js.CKA_TOKEN, value: onToken },
    { type: pkcs11js.CKA_ID, value: Buffer.from(id) },
    { type: pkcs11js.CKA_LABEL, value: spec.label },
  ];
  const edwards = spec.algorithm === "ed25519";
  const rsa = isRsa(spec.algorithm);
  const kind: Template = rsa
    ? [
        { type: pkcs11js.CKA_MODULUS_BITS, value: Number(spec.algorithm.slice(4)) },
        { type: pkcs11js.CKA_PUBLIC_EXPONENT, value: Buffer.from([1, 0, 1]) },
      ]
    : [{ type: pkcs11js.CKA_EC_PARAMS, value: Buffer.from(curve?.oid ?? EDWARDS.oid, "hex") }];
  return {
    mechanism: rsa
      ? pkcs11js.CKM_RSA_PKCS_KEY_PAIR_GEN
      : edwards
        ? CKM_EC_EDWARDS_KEY_PAIR_GEN
        : pkcs11js.CKM_EC_KEY_PAIR_GEN,
    publicKey: [...both, ...kind, { type: pkcs11js.CKA_VERIFY, value: true }],
    privateKey: [
      ...both,
      { type: pkcs11js.CKA_PRIVATE, value: true },
      { type: pkcs11js.CKA_SENSITIVE, value: true },
      { type: pkcs11js.CKA_EXTRACTABLE, value: false },
      { type: pkcs11js.CKA_SIGN, value: true },
      // Said in any case: what is left out, some tokens allow.
      ...(rsa
        ? [
            { type: pkcs11js.CKA_DECRYPT, value: decrypt },
            { type: pkcs11js.CKA_UNWRAP, value: false },
          ]
        : [{ type: pkcs11js.CKA_DERIVE, value: false }]),
    ],
  };
};

/** A new CKA_ID, which is the id part of the reference. */
export const newKeyId = (): Uint8Array => randomBytes(16);
