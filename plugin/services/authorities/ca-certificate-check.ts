import { CountersignError, type Issue } from "../../errors.ts";
import { parseCertificate, readCertificateFile } from "../../pki/certificate.ts";
import { checkRootImport } from "../../pki/chain.ts";

/** The DER of a file that a form brings as base64; undefined for what is no certificate. */
export const certificateOf = (base64: string): Uint8Array | undefined => {
  try {
    const der = readCertificateFile(Buffer.from(base64, "base64"));
    parseCertificate(der);
    return der;
  } catch (thrown) {
    if (!(thrown instanceof CountersignError)) throw thrown;
    return undefined;
  }
};

const NO_CERTIFICATE = "the file holds no certificate (PEM or DER)";

/** Why an outside root cannot be taken, each failed check by itself. */
export const rootProblems = (path: string, base64: string, now: Date): readonly Issue[] => {
  const der = certificateOf(base64);
  if (der === undefined) return [{ path, message: NO_CERTIFICATE }];
  return checkRootImport(der, now).map(({ message }) => ({ path, message }));
};

/** Why the certificate of a CA that should be here names none. */
export const strangerProblem = (base64: string, now: Date): string => {
  const der = certificateOf(base64);
  if (der === undefined) return NO_CERTIFICATE;
  const { basicConstraints, notAfter } = parseCertificate(der);
  if (basicConstraints?.cA !== true)
    return "this is no CA's certificate (basicConstraints cA TRUE); give that of the CA, not of a server or device";
  if (notAfter <= now) return `this CA's certificate expired on ${notAfter.toISOString()}`;
  return "no CA here has this certificate; leave it empty to make a new CA, or import an outside root in the Entrust form";
};
