import { writeFile } from "node:fs/promises";
import { openssl } from "./openssl.ts";
import { derOf } from "./openssl.ts";
import { output, run, workFolder } from "./tools.ts";

/** What openssl finds in a PKCS#12 file. */
export interface OpenedPkcs12 {
  /** PEM, PKCS#8. */
  readonly key: string;
  /** SubjectPublicKeyInfo, PEM. */
  readonly publicKey: string;
  /** DER: the leaf first. */
  readonly certificates: readonly Buffer[];
  readonly encoding: "strong" | "compatible";
}

/** Opens a container with openssl, as a device would; throws what openssl says against it, and where key and leaf do not go together. */
export const openPkcs12 = async (pkcs12: Uint8Array, password: string): Promise<OpenedPkcs12> => {
  const folder = await workFolder();
  try {
    const file = folder.file("a.p12");
    await writeFile(file, pkcs12);
    const read = (...options: string[]) =>
      run("openssl", ["pkcs12", "-in", file, "-passin", `pass:${password}`, ...options]);
    const strong = (await read("-info", "-noout")).stderr;
    const encoding = /AES-256-CBC.*PRF hmacWithSHA256/s.test(strong) ? "strong" : "compatible";
    const legacy = encoding === "compatible" ? ["-legacy"] : [];
    const all = await read("-nodes", ...legacy);
    if (all.status !== 0) throw new Error(`openssl pkcs12: ${all.stderr}`);
    const text = all.stdout.toString();
    const certificates = [
      ...text.matchAll(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g),
    ].map(([pem]) => derOf(pem));
    const [key] = /-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----/.exec(text) ?? [""];
    const publicKey = (await output("openssl", ["pkey", "-pubout"], { input: key })).toString();
    const certified = await openssl(["x509", "-inform", "DER", "-noout", "-pubkey"], {
      input: certificates[0] ?? new Uint8Array(),
    });
    if (certified.trim() !== publicKey.trim()) throw new Error("the key is not the certificate's");
    return { key, publicKey, certificates, encoding };
  } finally {
    await folder.remove();
  }
};
