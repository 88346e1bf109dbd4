import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { constants, generateKeyPairSync, randomBytes, sign, type KeyObject } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  hashOfScheme,
  schemeOfKey,
  type KeyAlgorithm,
  type SignatureScheme,
} from "../../../plugin/domain/algorithm.ts";
import { CountersignError, type ErrorCode } from "../../../plugin/errors.ts";
import { parseCertificate, type ParsedCertificate } from "../../../plugin/pki/certificate.ts";
import type { Issuer } from "../../../plugin/pki/lint-rule.ts";
import { OID } from "../../../plugin/pki/oids.ts";
import {
  completeCertificate,
  prepareCertificate,
  type CertificateSpec,
} from "../../../plugin/pki/to-be-signed.ts";
import type { Signer } from "../../../plugin/ports/keys.ts";

export interface TestKey {
  readonly signer: Signer;
  readonly spki: Uint8Array;
  readonly privateKey: KeyObject;
}

const CURVES: Record<string, string> = {
  "ec-p256": "P-256",
  "ec-p384": "P-384",
  "ec-p521": "P-521",
};

/** A key of node:crypto behind the Signer port; takes messages. */
export const newKey = (algorithm: KeyAlgorithm): TestKey => {
  const { publicKey, privateKey } = algorithm.startsWith("rsa-")
    ? generateKeyPairSync("rsa", { modulusLength: Number(algorithm.slice(4)) })
    : generateKeyPairSync("ec", { namedCurve: CURVES[algorithm]! });
  const spki = publicKey.export({ format: "der", type: "spki" });
  const signer: Signer = {
    algorithm,
    publicKey: spki,
    takes: "message",
    sign: async (message: Uint8Array, scheme: SignatureScheme) =>
      sign(hashOfScheme(scheme), message, {
        key: privateKey,
        ...(scheme.startsWith("rsa-pss-")
          ? {
              padding: constants.RSA_PKCS1_PSS_PADDING,
              saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
            }
          : {}),
      }),
  };
  return { signer, spki, privateKey };
};

const keys = new Map<string, TestKey>();
/** One key per algorithm and name, made once for the whole run. */
export const keyOf = (algorithm: KeyAlgorithm, name = ""): TestKey => {
  const id = `${algorithm} ${name}`;
  const key = keys.get(id) ?? newKey(algorithm);
  keys.set(id, key);
  return key;
};

export const NOW = new Date("2026-03-01T12:00:00Z");
export const years = (count: number, from = NOW): Date =>
  new Date(Date.UTC(from.getUTCFullYear() + count, from.getUTCMonth(), from.getUTCDate(), 12));

export interface TestCa extends Issuer {
  readonly certificate: ParsedCertificate;
  readonly key: TestKey;
  readonly scheme: SignatureScheme;
}

/** A sound specification of a certificate of this role, to be changed by a test. */
export const specOf = (
  role: CertificateSpec["role"],
  issuer: TestCa | undefined,
  key: TestKey,
  scheme: SignatureScheme = issuer?.scheme ?? schemeOfKey(key.signer.algorithm),
): CertificateSpec => ({
  role,
  serial: randomBytes(16),
  issuer,
  subject: [[[OID.countryName, "DE"]], [[OID.commonName, `Test ${role}`]]],
  notBefore: NOW,
  notAfter: role === "authority" ? years(issuer === undefined ? 20 : 10) : years(1),
  spki: key.spki,
  scheme,
  extensions:
    role === "authority"
      ? {
          basicConstraints: { cA: true },
          keyUsages: ["digitalSignature", "keyCertSign", "cRLSign"],
        }
      : {
          basicConstraints: { cA: false },
          keyUsages: ["digitalSignature"],
          extendedKeyUsages: [role === "ocsp" ? OID.ocspSigning : OID.clientAuth],
          ...(role === "ocsp" ? { ocspNoCheck: true } : {}),
        },
});

export const issue = async (spec: CertificateSpec, signer: Signer): Promise<Uint8Array> =>
  completeCertificate(prepareCertificate(spec), spec.scheme, signer);

/** A CA of this kind; without a parent a self-signed root. */
export const makeCa = async (
  kind: TestCa["kind"],
  key: TestKey,
  parent?: TestCa,
  change: (spec: CertificateSpec) => CertificateSpec = (spec) => spec,
  scheme: SignatureScheme = schemeOfKey(key.signer.algorithm),
): Promise<TestCa> => {
  const spec = specOf("authority", parent, key, parent?.scheme ?? scheme);
  const pathLen = kind === "issuing" ? { pathLen: 0 } : {};
  const der = await issue(
    change({
      ...spec,
      subject: [[[OID.commonName, `Test ${kind}`]]],
      extensions: { ...spec.extensions, basicConstraints: { cA: true, ...pathLen } },
    }),
    (parent?.key ?? key).signer,
  );
  return { kind, certificate: parseCertificate(der), key, scheme };
};

export interface ToolResult {
  readonly status: number | null;
  readonly output: string;
}

/** Runs openssl in a folder with these files; `output` is standard output and error together. */
export const openssl = (
  args: readonly string[],
  files: Readonly<Record<string, Uint8Array | string>> = {},
): ToolResult => {
  const folder = mkdtempSync(join(tmpdir(), "countersign-pki-"));
  try {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    const run = spawnSync("openssl", [...args], { cwd: folder, encoding: "utf8" });
    return { status: run.status, output: `${run.stdout}${run.stderr}` };
  } finally {
    rmSync(folder, { recursive: true });
  }
};

/** Asserts that the call throws a CountersignError of one of the codes, and gives it back. */
export const refusal = (call: () => unknown, ...codes: readonly ErrorCode[]): CountersignError => {
  try {
    call();
  } catch (error) {
    assert.ok(error instanceof CountersignError, `not one of our errors: ${String(error)}`);
    assert.ok(codes.includes(error.code), `${error.message}, but ${codes.join(" or ")} is due`);
    return error;
  }
  throw new assert.AssertionError({ message: `${codes.join(" or ")} is due, nothing was thrown` });
};

/** Asserts that the reader survives every truncation and a bit flip at every octet with our errors only. */
export const hostile = (bytes: Uint8Array, read: (input: Uint8Array) => unknown): void => {
  const attempt = (input: Uint8Array): void => {
    try {
      read(input);
    } catch (error) {
      assert.ok(
        error instanceof CountersignError,
        `${String(error)} at ${Buffer.from(input).toString("hex")}`,
      );
    }
  };
  for (let length = 0; length < bytes.length; length++) {
    assert.throws(() => read(bytes.subarray(0, length)), CountersignError);
    for (const mask of [0x01, 0x20, 0x80, 0xff]) {
      const flipped = Uint8Array.from(bytes);
      flipped[length] = (flipped[length] ?? 0) ^ mask;
      attempt(flipped);
    }
  }
  assert.throws(() => read(Buffer.concat([bytes, Buffer.from([0])])), CountersignError);
};
