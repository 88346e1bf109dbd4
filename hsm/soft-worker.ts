import {
  constants,
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  type KeyObject,
  privateDecrypt,
  privateEncrypt,
  randomBytes,
  sign,
} from "node:crypto";
import { promisify } from "node:util";

import {
  CountersignError,
  hashOfScheme,
  isMlDsa,
  isRsa,
  type KeyAlgorithm,
  type KeyFinding,
  type KeySpec,
  type SignatureScheme,
} from "../plugin/sdk.ts";
import type { KeyOperation } from "./key-operation.ts";
import type { ListedKey } from "./key-list.ts";
import { generateMlDsa, mlDsaSigner } from "./ml-dsa-keys.ts";
import type { KeyWorker } from "./key-worker.ts";
import { algorithmOf, modulusOf } from "./public-key.ts";
import { digestInfo, encodePss } from "./rsa-encode.ts";
import { isBelowModulus, isUnwrapScheme, standIn, unwrapEncoded } from "./rsa-unwrap.ts";
import type { SoftConfig } from "./soft-config.ts";
import { openSoftStore, type SoftKeyFacts } from "./soft-store.ts";

interface SoftKey {
  readonly facts: SoftKeyFacts;
  readonly secret: KeyObject | ((message: Uint8Array) => Uint8Array);
  readonly publicKey: Uint8Array;
  /** RSA keys that may decrypt: the modulus, and the secret of the implicit rejection. */
  readonly transport: { readonly modulus: Uint8Array; readonly secret: Uint8Array } | undefined;
}

interface Imported extends Omit<KeySpec, "algorithm"> {
  /** PKCS#8, base64. */
  readonly key: string;
}

const readPrivateKey = (pkcs8: Buffer): KeyObject => {
  try {
    return createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" });
  } catch {
    // The cause may quote the key.
    throw new CountersignError("invalid_input", "this is no private key in PKCS#8");
  }
};

/** What signs with a stored key. Throws for a file that holds something else. */
const secretOf = ({ algorithm }: SoftKeyFacts, pkcs8: Buffer): SoftKey["secret"] =>
  isMlDsa(algorithm)
    ? mlDsaSigner(algorithm, pkcs8)
    : createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" });

const NOTHING = new Uint8Array();
const makeKeyPair = promisify(generateKeyPair);

const CURVES: Partial<Record<KeyAlgorithm, string>> = {
  "ec-p256": "P-256",
  "ec-p384": "P-384",
  "ec-p521": "P-521",
};

const madePair = (algorithm: KeyAlgorithm) =>
  algorithm === "ed25519"
    ? makeKeyPair("ed25519")
    : isRsa(algorithm)
      ? makeKeyPair("rsa", { modulusLength: Number(algorithm.slice(4)), publicExponent: 0x10001 })
      : makeKeyPair("ec", { namedCurve: CURVES[algorithm] ?? "" });

/** Both halves, DER. */
const newKeyPair = async (
  algorithm: KeyAlgorithm,
): Promise<{ readonly pkcs8: Buffer; readonly publicKey: Buffer }> => {
  if (isMlDsa(algorithm)) return generateMlDsa(algorithm);
  const { publicKey, privateKey } = await madePair(algorithm);
  return {
    pkcs8: privateKey.export({ format: "der", type: "pkcs8" }),
    publicKey: publicKey.export({ format: "der", type: "spki" }),
  };
};

/** As NSS derives it: the hash of the private exponent, as long as the modulus. */
const transportOf = (key: KeyObject, publicKey: Uint8Array): SoftKey["transport"] => {
  const modulus = modulusOf(publicKey);
  const exponent = Buffer.from(key.export({ format: "jwk" }).d ?? "", "base64url");
  const padded = Buffer.concat([Buffer.alloc(modulus.length - exponent.length), exponent]);
  return { modulus, secret: createHash("sha256").update(padded).digest() };
};

const signWith = (
  { secret: key, facts }: SoftKey,
  scheme: string,
  input: Uint8Array,
): Uint8Array => {
  if (typeof key === "function") return key(input);
  if (scheme === "ed25519") return sign(null, input, key);
  const hash = hashOfScheme(scheme as SignatureScheme);
  if (scheme.startsWith("rsa-pkcs1-")) {
    // Encryption with the private key and this padding is the signature of a DigestInfo that is ready-made.
    return privateEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, digestInfo(hash, input));
  }
  if (scheme.startsWith("rsa-pss-")) {
    const encoded = encodePss(hash, input, Number(facts.algorithm.slice(4)));
    return privateEncrypt({ key, padding: constants.RSA_NO_PADDING }, encoded);
  }
  return sign(hash, input, key);
};

const unwrapWith = (
  { secret: key, facts, transport }: SoftKey,
  { scheme, bytes, length }: KeyOperation,
): Uint8Array => {
  if (transport === undefined || typeof key === "function" || !isUnwrapScheme(scheme)) {
    throw new CountersignError("key_unsupported", `the key ${facts.id} cannot decrypt`);
  }
  const fits = isBelowModulus(bytes, transport.modulus);
  const operand = fits ? bytes : standIn(transport.modulus);
  const em = privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, operand);
  return unwrapEncoded(em, bytes, transport.secret, scheme, length);
};

/** Opens the key folder and works with its keys in this process. Throws as `openSoftStore`. */
export const openSoftWorker = (config: SoftConfig): KeyWorker => {
  const store = openSoftStore(config.folder, Buffer.from(config.passphrase, "base64"));
  const loaded = new Map<string, SoftKey>();

  const load = (id: string): SoftKey => {
    const known = loaded.get(id);
    if (known !== undefined) return known;
    const { facts, secret } = store.read(id, secretOf);
    const publicKey = Buffer.from(facts.publicKey, "base64");
    const transport =
      typeof secret !== "function" && isRsa(facts.algorithm) && facts.usage === "sign-and-decrypt"
        ? transportOf(secret, publicKey)
        : undefined;
    const entry = { facts, secret, publicKey, transport };
    loaded.set(id, entry);
    return entry;
  };

  const generate = async (spec: KeySpec): Promise<Uint8Array> => {
    const { publicKey, pkcs8 } = await newKeyPair(spec.algorithm);
    const id = randomBytes(16);
    const facts = { id: id.toString("hex"), ...spec, publicKey: publicKey.toString("base64") };
    store.write(facts, pkcs8);
    pkcs8.fill(0);
    return id;
  };

  const importKey = (bytes: Uint8Array): Uint8Array => {
    const { usage, label, key } = JSON.parse(Buffer.from(bytes).toString()) as Imported;
    const privateKey = readPrivateKey(Buffer.from(key, "base64"));
    const publicKey = createPublicKey(privateKey).export({ format: "der", type: "spki" });
    const id = randomBytes(16);
    store.write(
      {
        id: id.toString("hex"),
        algorithm: algorithmOf(publicKey),
        usage,
        label,
        publicKey: publicKey.toString("base64"),
      },
      privateKey.export({ format: "der", type: "pkcs8" }),
    );
    return id;
  };

  const listed = (id: string): ListedKey => {
    const nothing = { id, label: "", publicKey: "", signs: false, decrypts: false };
    try {
      const { facts } = store.read(id, secretOf);
      const { label, algorithm, publicKey, usage } = facts;
      const decrypts = usage === "sign-and-decrypt";
      return { id, label, algorithm, publicKey, signs: true, decrypts, extractable: false };
    } catch {
      return { ...nothing, extractable: true, fault: "its file cannot be opened" };
    }
  };

  const probe = (): readonly KeyFinding[] => {
    const ids = store.ids();
    const findings: KeyFinding[] = [
      {
        level: "ok",
        message: `The key folder ${config.folder} opens and holds ${ids.length} keys.`,
      },
      {
        level: "warning",
        message:
          "Soft keys are encrypted files; whoever has the folder and its passphrase has the keys.",
        remedy: "Use a token (PKCS#11) where keys must not be copied.",
      },
    ];
    for (const path of store.faults()) {
      findings.push({
        level: "warning",
        message: `${path} can be read by others.`,
        remedy: `Run: chmod go-rwx ${path}`,
      });
    }
    for (const id of ids) {
      try {
        store.read(id, secretOf);
      } catch {
        findings.push({
          level: "fault",
          message: `The file of the key ${id} cannot be opened.`,
          remedy: "Bring the file back from a backup of the folder.",
        });
      }
    }
    return findings;
  };

  return {
    broken: false,
    close: () => loaded.clear(),
    handle: (operation) => {
      const id = Buffer.from(operation.key).toString("hex");
      switch (operation.kind) {
        case "sign":
          return signWith(load(id), operation.scheme, operation.bytes);
        case "unwrap":
          return unwrapWith(load(id), operation);
        case "public-key": {
          const { publicKey, transport } = load(id);
          if (operation.scheme === "decrypt" && transport === undefined) {
            throw new CountersignError("key_unsupported", `the key ${id} was not made to decrypt`);
          }
          return publicKey;
        }
        case "generate":
          return generate(JSON.parse(Buffer.from(operation.bytes).toString()) as KeySpec);
        case "import":
          return importKey(operation.bytes);
        case "destroy":
          loaded.delete(id);
          store.remove(id);
          return NOTHING;
        case "list":
          return Buffer.from(JSON.stringify(store.ids().map(listed)));
        case "probe":
          return Buffer.from(JSON.stringify(probe()));
        case "survey":
          throw new CountersignError("key_unsupported", "soft keys have no token to survey");
        case "open":
          throw new CountersignError("internal", "the key store is open already");
      }
    },
  };
};
