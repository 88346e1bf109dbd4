import { createCipheriv, createHmac, pbkdf2 } from "node:crypto";
import type { Pkcs12Encoding } from "../domain/pkcs12-encoding.ts";
import { CountersignError } from "../errors.ts";
import {
  context,
  contextPrimitive,
  integer,
  NULL,
  octetString,
  oid,
  sequence,
  setOf,
  tlv,
} from "./der-write.ts";
import { pkcs12Octets } from "./pkcs12-kdf.ts";

/** What a PKCS#12 file holds. */
export interface Pkcs12Contents {
  /** PKCS#8, DER, in clear. */
  readonly privateKey: Uint8Array;
  /** DER: the leaf first, then its chain. */
  readonly certificates: readonly [leaf: Uint8Array, ...chain: Uint8Array[]];
  readonly password: string;
  readonly friendlyName: string;
  readonly encoding: Pkcs12Encoding;
  /** Octets that nobody can foresee. */
  readonly random: (length: number) => Uint8Array;
  /** PBKDF2 count of the strong encoding where the password is as strong as a key; 600,000 unless given, for passwords of people. */
  readonly iterations?: number;
  /** SHA-1 of the leaf, which ties the key to it. */
  readonly localKeyId: Uint8Array;
}

const ID = {
  data: "1.2.840.113549.1.7.1",
  encryptedData: "1.2.840.113549.1.7.6",
  shroudedKeyBag: "1.2.840.113549.1.12.10.1.2",
  certificateBag: "1.2.840.113549.1.12.10.1.3",
  x509Certificate: "1.2.840.113549.1.9.22.1",
  friendlyName: "1.2.840.113549.1.9.20",
  localKeyId: "1.2.840.113549.1.9.21",
  pbes2: "1.2.840.113549.1.5.13",
  pbkdf2: "1.2.840.113549.1.5.12",
  hmacSha256: "1.2.840.113549.2.9",
  aes256Cbc: "2.16.840.1.101.3.4.1.42",
  tripleDesSha1: "1.2.840.113549.1.12.1.3",
  sha1: "1.3.14.3.2.26",
  sha256: "2.16.840.1.101.3.4.2.1",
} as const;

const BMP_STRING = 0x1e;
/** PBKDF2 counts as OWASP asks for in 2023; the old encoding's as old readers allow. */
const ITERATIONS = { strong: 600_000, compatible: 2048 } as const;
const MAC_ITERATIONS = 10_000;

/** A PFX (RFC 7292), DER: key and certificates encrypted with the password, and a MAC over all. Rejects with `invalid_input` for an empty password. */
export const buildPkcs12 = async (contents: Pkcs12Contents): Promise<Uint8Array> => {
  if (contents.password === "")
    throw new CountersignError("invalid_input", "a PKCS#12 file needs a password");
  const [leaf, ...chain] = contents.certificates;
  const attributes = setOf(
    attribute(ID.localKeyId, octetString(contents.localKeyId)),
    attribute(ID.friendlyName, bmpString(contents.friendlyName)),
  );
  const certificates = sequence(
    bag(ID.certificateBag, certificate(leaf), attributes),
    ...chain.map((der) => bag(ID.certificateBag, certificate(der))),
  );
  const sealedKey = await sealed(contents, contents.privateKey);
  const keys = sequence(
    bag(
      ID.shroudedKeyBag,
      sequence(sealedKey.algorithm, octetString(sealedKey.octets)),
      attributes,
    ),
  );
  const safe = sequence(await encryptedData(contents, certificates), dataContent(keys));
  return sequence(integer(3), dataContent(safe), macData(contents, safe));
};

const attribute = (type: string, value: Uint8Array): Uint8Array =>
  sequence(oid(type), setOf(value));

const bmpString = (text: string): Uint8Array =>
  tlv(BMP_STRING, Buffer.from(text, "utf16le").swap16());

const bag = (type: string, value: Uint8Array, attributes?: Uint8Array): Uint8Array =>
  sequence(oid(type), context(0, value), ...(attributes === undefined ? [] : [attributes]));

const certificate = (der: Uint8Array): Uint8Array =>
  sequence(oid(ID.x509Certificate), context(0, octetString(der)));

const dataContent = (octets: Uint8Array): Uint8Array =>
  sequence(oid(ID.data), context(0, octetString(octets)));

const encryptedData = async (contents: Pkcs12Contents, octets: Uint8Array): Promise<Uint8Array> => {
  const { algorithm, octets: encrypted } = await sealed(contents, octets);
  const info = sequence(oid(ID.data), algorithm, contextPrimitive(0, encrypted));
  return sequence(oid(ID.encryptedData), context(0, sequence(integer(0), info)));
};

interface Sealed {
  /** AlgorithmIdentifier, DER. */
  readonly algorithm: Uint8Array;
  readonly octets: Uint8Array;
}

const sealed = async (contents: Pkcs12Contents, octets: Uint8Array): Promise<Sealed> =>
  contents.encoding === "strong" ? strong(contents, octets) : compatible(contents, octets);

/** Off the event loop: it takes a good part of a second on purpose. */
const derive = (password: Uint8Array, salt: Uint8Array, count: number): Promise<Uint8Array> =>
  new Promise((resolve, reject) => {
    pbkdf2(password, salt, count, 32, "sha256", (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });

/** PBES2 (RFC 8018 section 6.2). */
const strong = async (
  { password, random, iterations = ITERATIONS.strong }: Pkcs12Contents,
  octets: Uint8Array,
): Promise<Sealed> => {
  const [salt, iv] = [random(16), random(16)];
  const key = await derive(Buffer.from(password, "utf8"), salt, iterations);
  const derivation = sequence(
    oid(ID.pbkdf2),
    sequence(
      octetString(salt),
      integer(iterations),
      integer(32),
      sequence(oid(ID.hmacSha256), NULL),
    ),
  );
  return {
    algorithm: sequence(
      oid(ID.pbes2),
      sequence(derivation, sequence(oid(ID.aes256Cbc), octetString(iv))),
    ),
    octets: encrypt("aes-256-cbc", key, iv, octets),
  };
};

/** pbeWithSHAAnd3-KeyTripleDES-CBC (RFC 7292 appendix C). */
const compatible = ({ password, random }: Pkcs12Contents, octets: Uint8Array): Sealed => {
  const salt = random(8);
  const octetsFor = (purpose: "key" | "iv", length: number): Uint8Array =>
    pkcs12Octets("sha1", purpose, password, salt, ITERATIONS.compatible, length);
  return {
    algorithm: sequence(
      oid(ID.tripleDesSha1),
      sequence(octetString(salt), integer(ITERATIONS.compatible)),
    ),
    octets: encrypt("des-ede3-cbc", octetsFor("key", 24), octetsFor("iv", 8), octets),
  };
};

const encrypt = (
  cipher: "aes-256-cbc" | "des-ede3-cbc",
  key: Uint8Array,
  iv: Uint8Array,
  octets: Uint8Array,
): Uint8Array => {
  const running = createCipheriv(cipher, key, iv);
  return Buffer.concat([running.update(octets), running.final()]);
};

const macData = (
  { password, random, encoding }: Pkcs12Contents,
  octets: Uint8Array,
): Uint8Array => {
  const hash = encoding === "strong" ? "sha256" : "sha1";
  const iterations = encoding === "strong" ? MAC_ITERATIONS : ITERATIONS.compatible;
  const salt = random(16);
  const length = hash === "sha256" ? 32 : 20;
  const key = pkcs12Octets(hash, "mac", password, salt, iterations, length);
  const mac = createHmac(hash, key).update(octets).digest();
  return sequence(
    sequence(sequence(oid(ID[hash]), NULL), octetString(mac)),
    octetString(salt),
    integer(iterations),
  );
};
