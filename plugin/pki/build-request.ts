import { schemeOfKey, type SignatureScheme } from "../domain/algorithm.ts";
import type { SubjectAltName } from "../domain/san.ts";
import type { Signer } from "../ports/keys.ts";
import { signatureAlgorithmIdentifier } from "./algorithms.ts";
import {
  bitString,
  context,
  integer,
  oid,
  printableString,
  sequence,
  setOf,
  utf8String,
} from "./der-write.ts";
import { encodeExtensions, subjectAltName, type Extension } from "./extensions.ts";
import { isPrintable } from "../domain/name-values.ts";
import { encodeName, type Rdns } from "./name.ts";
import { OID } from "./oids.ts";
import { signMessage } from "./signing.ts";

/** What a request of ours asks for; its key is the signer's. */
export interface CsrSpec {
  readonly subject: Rdns;
  readonly signer: Signer;
  /** Default: the scheme that goes with the key. */
  readonly scheme?: SignatureScheme;
  readonly sans?: readonly SubjectAltName[];
  readonly challengePassword?: string;
  readonly extensions?: readonly Extension[];
}

/** In DER order, which matters because the set is implicitly tagged (X.690 section 11.6). */
const attributes = ({ sans = [], challengePassword, extensions = [] }: CsrSpec): Uint8Array => {
  const requested = [...(sans.length > 0 ? [subjectAltName(sans)] : []), ...extensions];
  const set: Uint8Array[] = [];
  if (challengePassword !== undefined) {
    const encode = isPrintable(challengePassword) ? printableString : utf8String;
    set.push(sequence(oid(OID.challengePassword), setOf(encode(challengePassword))));
  }
  if (requested.length > 0)
    set.push(sequence(oid(OID.extensionRequest), setOf(encodeExtensions(requested))));
  return context(0, ...set.sort((a, b) => Buffer.compare(a, b)));
};

/** A signed PKCS#10 request, DER. Throws `invalid_input` for names that cannot be encoded, and what `Signer.sign` throws. */
export const buildCsr = async (spec: CsrSpec): Promise<Uint8Array> => {
  const { signer } = spec;
  const scheme = spec.scheme ?? schemeOfKey(signer.algorithm);
  const info = sequence(integer(0), encodeName(spec.subject), signer.publicKey, attributes(spec));
  const signature = await signMessage(signer, scheme, info);
  return sequence(info, signatureAlgorithmIdentifier(scheme), bitString(signature));
};
