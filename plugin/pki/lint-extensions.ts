import type { SubjectAltName } from "../domain/san.ts";
import type { KeyUsage } from "../domain/template.ts";
import { duplicateExtension } from "./extension-read.ts";
import { faultIf, type LintRule } from "./lint-rule.ts";
import { isAscii } from "../domain/name-values.ts";
import { OID } from "./oids.ts";
import { keyIdentifier, type PublicKey } from "./public-key.ts";

/** RFC 5280 section 4.2. */
const noExtensionTwice: LintRule = ({ certificate }) => {
  const twice = duplicateExtension(certificate.extensions);
  return twice && `extension ${twice} stands twice`;
};

/** RFC 5280 section 4.2: clients refuse critical extensions that they do not know. */
const criticalOnesAreCommon: LintRule = ({ certificate }) => {
  const common: readonly string[] = [OID.basicConstraints, OID.keyUsage, OID.subjectAltName];
  const strange = certificate.extensions.find(
    ({ oid, critical }) => critical && !common.includes(oid),
  );
  return strange && `extension ${strange.oid} is critical`;
};

/** RFC 5280 section 4.2.1.1: the authority's subject key identifier; a self-signed certificate may go without. */
const authorityKeyIdIsIssuers: LintRule = ({ certificate, issuer }) => {
  const found = certificate.authorityKeyIdentifier;
  if (issuer === undefined && found === undefined) return undefined;
  const { subjectKeyIdentifier, publicKey } = issuer?.certificate ?? certificate;
  const due = subjectKeyIdentifier ?? keyIdentifier(publicKey);
  return faultIf(found !== due, `authority key identifier ${found ?? "missing"}`);
};

/** RFC 5280 section 4.2.1.2, by RFC 7093 section 2 method 1 (decision 10). */
const subjectKeyIdIsOfKey: LintRule = ({ certificate }) => {
  const found = certificate.subjectKeyIdentifier;
  return faultIf(
    found !== keyIdentifier(certificate.publicKey),
    `subject key identifier ${found ?? "missing"}`,
  );
};

/** RFC 5280 section 4.2.1.9, T-14. */
const basicConstraintsAreCritical: LintRule = ({ certificate }) =>
  faultIf(
    certificate.find(OID.basicConstraints)?.critical !== true,
    "basicConstraints missing or not critical",
  );

/** RFC 5280 section 4.2.1.9: cA for authorities and for nobody else; a path length only with cA. */
const caFitsRole: LintRule = ({ certificate: { basicConstraints }, role }) => {
  const { cA, pathLen } = basicConstraints ?? { cA: false };
  if (cA !== (role === "authority")) return `cA ${cA} for the role ${role}`;
  return faultIf(!cA && pathLen !== undefined, `path length ${pathLen ?? 0} without cA`);
};

const signsForOthers: readonly KeyUsage[] = ["keyCertSign", "cRLSign"];

/** RFC 5280 section 4.2.1.3: keyCertSign and cRLSign for authorities and for nobody else. */
const keyUsageFitsRole: LintRule = ({ certificate: { keyUsages = [] }, role }) => {
  if (role === "authority") {
    const missing = signsForOthers.find((usage) => !keyUsages.includes(usage));
    return missing && `a CA without ${missing}`;
  }
  const wrong = keyUsages.find((usage) => signsForOthers.includes(usage));
  return wrong && `${wrong} for the role ${role}`;
};

/** RFC 5280 section 4.2.1.3: critical, with at least one bit. */
const keyUsageIsCritical: LintRule = ({ certificate }) =>
  certificate.find(OID.keyUsage)?.critical === true
    ? faultIf(certificate.keyUsages?.length === 0, "keyUsage is empty")
    : "keyUsage missing or not critical";

const signsOnly: readonly KeyUsage[] = ["keyEncipherment", "dataEncipherment", "keyAgreement"];
const unfit: Record<PublicKey["type"], readonly KeyUsage[]> = {
  // RFC 3279 section 2.3.1.
  rsa: ["keyAgreement"],
  // RFC 5480 section 3.
  ec: ["keyEncipherment", "dataEncipherment"],
  // RFC 8410 section 5.
  ed25519: signsOnly,
  // RFC 9881 section 5.
  "ml-dsa": signsOnly,
};

/** RFC 3279 section 2.3.1, RFC 5480 section 3, RFC 8410 section 5, RFC 9881 section 5. */
const keyUsageFitsKey: LintRule = ({ certificate: { keyUsages = [], publicKey } }) => {
  const wrong = keyUsages.find((usage) => unfit[publicKey.type].includes(usage));
  return wrong && `${wrong} with a key of ${publicKey.type}`;
};

/** RFC 5280 section 4.2.1.12: never empty, never anyExtendedKeyUsage; A-07: never in a CA. */
const extendedKeyUsageIsNarrow: LintRule = ({ certificate: { extendedKeyUsages }, role }) => {
  if (extendedKeyUsages === undefined) return undefined;
  if (role === "authority") return "extended key usage in a CA certificate";
  if (extendedKeyUsages.length === 0) return "extended key usage is empty";
  return faultIf(extendedKeyUsages.includes(OID.anyExtendedKeyUsage), "anyExtendedKeyUsage");
};

/** RFC 6960 section 4.2.2.2: OCSP signing is delegated to responders alone, which then do nothing else. */
const ocspSigningIsDedicated: LintRule = ({ certificate, role }) => {
  const usages = certificate.extendedKeyUsages ?? [];
  if (role !== "ocsp") {
    const wrong = usages.includes(OID.ocspSigning) || certificate.find(OID.ocspNoCheck);
    return wrong ? `OCSP signing for the role ${role}` : undefined;
  }
  return faultIf(usages.join() !== OID.ocspSigning, `extended key usage ${usages.join(", ")}`);
};

/** RFC 5280 section 4.2.1.4: no policy twice. */
const policiesAreDistinct: LintRule = ({ certificate: { policies = [] } }) => {
  const twice = policies.find(({ oid }, at) => policies.findIndex((p) => p.oid === oid) < at);
  return twice && `policy ${twice.oid} stands twice`;
};

/** RFC 5280 sections 4.2.1.13 and 4.2.2.1; plain HTTP, since HTTPS would need this very status (section 8). */
const statusUrlsArePlainHttp: LintRule = ({ certificate }) => {
  const { crlUrls = [], ocspUrls = [], caIssuersUrls = [] } = certificate;
  if (crlUrls.length === 0 && certificate.find(OID.crlDistributionPoints) !== undefined)
    return "a distribution point without address";
  const wrong = [...crlUrls, ...ocspUrls, ...caIssuersUrls].find(
    (url) => !/^http:\/\/[^/\s]+(?:\/\S*)?$/.test(url) || !isAscii(url),
  );
  return wrong && `address ${wrong}`;
};

const isHostName = (name: string): boolean =>
  name.length <= 253 &&
  name.split(".").every((label) => /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/.test(label));

const isWellFormed = ({ type, value }: SubjectAltName): boolean => {
  switch (type) {
    case "dns":
      return isHostName(value.replace(/^\*\.(?=[^.]+\.)/, ""));
    case "rfc822": {
      const [, domain = ""] = /^[\w.!#$%&'*+/=?^`{|}~-]{1,64}@(.+)$/.exec(value) ?? [];
      return isHostName(domain);
    }
    case "uri":
      return /^[A-Za-z][A-Za-z0-9+.-]*:[!-~]+$/.test(value);
    case "upn":
    case "ip":
      return true;
  }
};

/** RFC 5280 section 4.2.1.6: never empty, only kinds that we issue (an IP address has 4 or 16 octets), each in its syntax. */
const sansAreWellFormed: LintRule = ({ certificate }) => {
  const names = certificate.subjectAltNames;
  if (names?.length === 0) return "subjectAltName is empty";
  if (names?.includes(undefined)) return "subjectAltName with a name that cannot be read";
  const wrong = certificate.sans.find((name) => !isWellFormed(name));
  return wrong && `${wrong.type} ${JSON.stringify(wrong.value)}`;
};

/** RFC 5280 sections 4.2.1.9 and 6.1.4: the issuer is a CA whose path length leaves room. */
const issuerMaySign: LintRule = ({ certificate, issuer, role }) => {
  if (issuer === undefined) return undefined;
  const { basicConstraints, keyUsages } = issuer.certificate;
  if (basicConstraints?.cA !== true) return "the issuer is no CA";
  if (keyUsages?.includes("keyCertSign") === false) return "the issuer lacks keyCertSign";
  const room = basicConstraints.pathLen ?? Infinity;
  const wanted = (certificate.basicConstraints?.pathLen ?? 0) + 1;
  return faultIf(role === "authority" && wanted > room, `path length ${room} of the issuer`);
};

/** authorities below roots and intermediates, end entities below issuing CAs; every CA may have an OCSP responder. */
const issuerKindFitsRole: LintRule = ({ issuer, role }) => {
  if (issuer === undefined) return faultIf(role !== "authority", `self-signed ${role}`);
  if (issuer.kind === "external" || issuer.kind === "outside")
    return `the key of an authority of the kind ${issuer.kind} is not here`;
  const fits = role === "ocsp" || (role === "authority") !== (issuer.kind === "issuing");
  return faultIf(!fits, `role ${role} below an authority of the kind ${issuer.kind}`);
};

/** Rules for extensions and for what ties a certificate to its issuer. */
export const extensionRules = {
  noExtensionTwice,
  criticalOnesAreCommon,
  authorityKeyIdIsIssuers,
  subjectKeyIdIsOfKey,
  basicConstraintsAreCritical,
  caFitsRole,
  keyUsageFitsRole,
  keyUsageIsCritical,
  keyUsageFitsKey,
  extendedKeyUsageIsNarrow,
  ocspSigningIsDedicated,
  policiesAreDistinct,
  statusUrlsArePlainHttp,
  sansAreWellFormed,
  issuerMaySign,
  issuerKindFitsRole,
} as const satisfies Record<string, LintRule>;
