import { CountersignError, messageOf, type Issue } from "../errors.ts";
import { parseCertificate, type ParsedCertificate } from "./certificate.ts";
import { sameName } from "./name.ts";
import { verifySignature } from "./public-key.ts";

/** What an outside CA made of our request, and what it has to fit. */
export interface CaImport {
  readonly der: Uint8Array;
  /** SubjectPublicKeyInfo of the request, DER. */
  readonly csrPublicKey: Uint8Array;
  /** DER, the certificate's issuer first, the imported root last. */
  readonly chain: readonly Uint8Array[];
  readonly now: Date;
  /** An intermediate has to be able to certify further CAs. */
  readonly kind?: "intermediate" | "issuing";
}

/** A check that may throw while it reads: what cannot be read has failed. */
type Check = () => string | undefined;

const run = (checks: Readonly<Record<string, Check>>): readonly Issue[] =>
  Object.entries(checks).flatMap(([path, check]) => {
    try {
      const message = check();
      return message === undefined ? [] : [{ path, message }];
    } catch (error) {
      return [{ path, message: messageOf(error) }];
    }
  });

const isIssuedBy = (child: ParsedCertificate, issuer: ParsedCertificate): boolean =>
  child.scheme !== undefined &&
  sameName(child.issuerRaw, issuer.subjectRaw) &&
  verifySignature(issuer.publicKey, child.scheme, child.tbs, child.signature);

/** Whether the child's issuer is the other's subject and the signature is by its key. False for what cannot be read. */
export const verifyIssued = (childDer: Uint8Array, issuerDer: Uint8Array): boolean => {
  try {
    return isIssuedBy(parseCertificate(childDer), parseCertificate(issuerDer));
  } catch (error) {
    if (error instanceof CountersignError) return false;
    throw error;
  }
};

const isCa = (certificate: ParsedCertificate): string | undefined =>
  certificate.basicConstraints?.cA === true
    ? undefined
    : "The certificate is not one of a CA (basicConstraints cA TRUE).";

const isInDate = ({ notBefore, notAfter }: ParsedCertificate, now: Date): string | undefined => {
  if (now < notBefore) return `It is valid only from ${notBefore.toISOString()}.`;
  return now < notAfter ? undefined : `It expired on ${notAfter.toISOString()}.`;
};

const readable = (der: Uint8Array): ParsedCertificate | Issue => {
  try {
    return parseCertificate(der);
  } catch (error) {
    return { path: "readable", message: messageOf(error) };
  }
};

/** faults of an external root; `path` is one of readable, basicConstraints, keyCertSign, selfSigned, dates. Never throws. */
export const checkRootImport = (der: Uint8Array, now: Date): readonly Issue[] => {
  const root = readable(der);
  if ("path" in root) return [root];
  return run({
    basicConstraints: () => isCa(root),
    keyCertSign: () =>
      root.keyUsages?.includes("keyCertSign") === false
        ? "Its key usage does not let it certify others (keyCertSign)."
        : undefined,
    selfSigned: () =>
      isIssuedBy(root, root) ? undefined : "It is not signed with its own key, so it is no root.",
    dates: () => isInDate(root, now),
  });
};

/**
 * How many CAs may still follow below the first of a chain (DER, root last): the least that any path length in it leaves (RFC 5280 section
 * 4.2.1.9); Infinity without one. Throws `bad_message` for what cannot be read.
 */
export const pathRoom = (chain: readonly Uint8Array[]): number => {
  let between = 0;
  let room = Infinity;
  for (const ca of chain.map(parseCertificate)) {
    room = Math.min(room, (ca.basicConstraints?.pathLen ?? Infinity) - between);
    if (!ca.isSelfIssued) between++;
  }
  return room;
};

/**
 * The room that the chain leaves: each CA's path length counts the CAs below it that are not self-issued (RFC 5280 section 4.2.1.9), the
 * imported one included.
 */
const checkPathLength = (
  imported: ParsedCertificate,
  chain: readonly ParsedCertificate[],
  kind: CaImport["kind"],
): string | undefined => {
  let below = kind === "intermediate" ? 1 : 0;
  const room = imported.basicConstraints?.pathLen ?? Infinity;
  if (room < below) return "Its path length is 0, so it could not certify an issuing CA.";
  let last = imported;
  for (const ca of chain) {
    if (!last.isSelfIssued) below++;
    if ((ca.basicConstraints?.pathLen ?? Infinity) < below)
      return `A CA above it allows a path length of ${ca.basicConstraints?.pathLen ?? 0}; ${below} is needed.`;
    last = ca;
  }
  return undefined;
};

const checkChain = (
  imported: ParsedCertificate,
  chain: readonly ParsedCertificate[],
): string | undefined => {
  const links = [imported, ...chain];
  const broken = links.findIndex((child, at) => {
    const issuer = links[at + 1] ?? child;
    return !isIssuedBy(child, issuer);
  });
  if (broken === -1 && chain.length > 0) return undefined;
  return broken <= 0
    ? "It is not signed by the CA above it (name and signature)."
    : "The chain above it does not lead to the imported root.";
};

const checkDates = (
  imported: ParsedCertificate,
  parent: ParsedCertificate | undefined,
  now: Date,
): string | undefined =>
  parent !== undefined && imported.notAfter > parent.notAfter
    ? `It outlives the CA above it, which ends on ${parent.notAfter.toISOString()}.`
    : isInDate(imported, now);

/**
 * faults of a certificate for a pending authority; `path` is one of readable, basicConstraints, keyCertSign, cRLSign, key, chain,
 * pathLength, dates. Never throws for the imported certificate; throws `bad_message` where the chain we hold is broken.
 */
export const checkCaImport = (wanted: CaImport): readonly Issue[] => {
  const imported = readable(wanted.der);
  if ("path" in imported) return [imported];
  const chain = wanted.chain.map(parseCertificate);
  const may = (usage: "keyCertSign" | "cRLSign"): string | undefined =>
    imported.keyUsages?.includes(usage) === true ? undefined : `Its key usage lacks ${usage}.`;
  return run({
    basicConstraints: () => isCa(imported),
    keyCertSign: () => may("keyCertSign"),
    cRLSign: () => may("cRLSign"),
    key: () =>
      Buffer.compare(imported.spki, wanted.csrPublicKey) === 0
        ? undefined
        : "It is for another key than the request.",
    chain: () => checkChain(imported, chain),
    pathLength: () => checkPathLength(imported, chain, wanted.kind),
    dates: () => checkDates(imported, chain[0], wanted.now),
  });
};
