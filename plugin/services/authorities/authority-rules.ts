import { isMlDsa, isRsa, type KeyAlgorithm, type RsaSignature } from "../../domain/algorithm.ts";
import {
  type Authority,
  AUTHORITY_ID,
  type AuthorityKind,
  DEFAULT_LIFE_YEARS,
  type OcspKeyAlgorithm,
} from "../../domain/authority.ts";
import { SHARD_COUNTS } from "../../domain/crl-scope.ts";
import { type DistinguishedName, parseDn } from "../../domain/distinguished-name.ts";
import { addDuration } from "../../domain/duration.ts";
import { nameFault } from "../../domain/name-values.ts";
import { CountersignError, type Issue } from "../../errors.ts";

/** What an admin gives to make an authority. */
export interface NewAuthority {
  readonly id: string;
  readonly name?: string | undefined;
  readonly kind: "root" | "intermediate" | "issuing";
  readonly parentId?: string | undefined;
  /** DN text; only the common name is mandatory. */
  readonly subject: string;
  readonly keyAlgorithm: KeyAlgorithm;
  /** Name of a key store; the first configured one unless given. */
  readonly keyStore?: string | undefined;
  /** A key that is in a key store already, as `countersign keys` made it; none is made then. */
  readonly keyRef?: string | undefined;
  /** How an RSA key signs; PKCS#1 v1.5 unless given. */
  readonly signature?: RsaSignature | undefined;
  readonly notAfter?: Date | undefined;
  /** Intermediates only; issuing CAs always have 0. */
  readonly pathLength?: number | undefined;
  readonly crlEnabled?: boolean | undefined;
  readonly ocspEnabled?: boolean | undefined;
  readonly single?: boolean | undefined;
  /** Over how many lists its certificates are spread; 1 unless given (L-12). */
  readonly crlShards?: number | undefined;
  readonly deltaCrl?: boolean | undefined;
  /** Key of the OCSP responder; P-256 unless given. */
  readonly ocspKeyAlgorithm?: OcspKeyAlgorithm | undefined;
}

const COMMON_NAME = "2.5.4.3";

/** What a new authority is to fit. */
export interface AuthoritySurroundings {
  readonly parent: Authority | undefined;
  /** How many CAs the chain lets follow below the parent. */
  readonly room: number;
  readonly now: Date;
  /** Whether ML-DSA is switched on. */
  readonly postQuantum: boolean;
}

/**
 * Throws `invalid_input` with every fault at once. Answers the parsed subject and
 * the end of its life.
 */
export const checkNewAuthority = (
  input: NewAuthority,
  { parent, room, now, postQuantum }: AuthoritySurroundings,
): { readonly subject: DistinguishedName; readonly notAfter: Date } => {
  const issues: Issue[] = [];
  const fault = (path: string, message: string): void => void issues.push({ path, message });

  checkIdentifier(input.id, fault);
  let subject: DistinguishedName = [];
  try {
    subject = parseDn(input.subject);
    if (!subject.flat().some(([oid]) => oid === COMMON_NAME))
      fault("subject", "a common name (CN=…) is needed");
    const unfit = nameFault(subject);
    if (unfit !== undefined) fault("subject", unfit);
  } catch (error) {
    if (!(error instanceof CountersignError)) throw error;
    fault("subject", error.detail);
  }

  checkParent(input, parent, room, fault);
  if (input.single && !isRsa(input.keyAlgorithm))
    fault("single", "a single-certificate authority needs an RSA key");
  // Its one certificate has to certify end entities, which only an issuing CA does.
  if (input.single && input.kind !== "issuing")
    fault("single", "only an issuing CA can be a single-certificate authority");
  if (input.signature === "pss" && !isRsa(input.keyAlgorithm))
    fault("signature", "only RSA keys sign with PSS");
  if (isMlDsa(input.keyAlgorithm) && !postQuantum)
    fault("keyAlgorithm", "ML-DSA is experimental: set experimental.postQuantum to try it");
  if (!SHARD_COUNTS.some((count) => count === (input.crlShards ?? 1)))
    fault("crlShards", `one of ${SHARD_COUNTS.join(", ")}`);
  if (input.crlEnabled === false && (input.deltaCrl === true || (input.crlShards ?? 1) > 1))
    fault("crlEnabled", "without a CRL there are neither shards nor deltas");
  if (input.keyRef !== undefined && input.keyStore !== undefined)
    fault("keyStore", "the key reference names its key store already");
  checkPathLength(input, room, fault);
  const limit = parent?.notAfter;
  const life = addDuration(now, { months: 12 * DEFAULT_LIFE_YEARS[input.kind], seconds: 0 });
  // The default end is cut to the parent's; an end that was asked for is not.
  const notAfter = input.notAfter ?? (limit !== undefined && limit < life ? limit : life);
  if (notAfter <= now) fault("notAfter", "lies in the past");
  if (limit !== undefined && notAfter > limit)
    fault("notAfter", `past the end of its parent (${limit.toISOString()})`);
  if (input.kind === "issuing" && notAfter > addDuration(now, { months: 120, seconds: 0 }))
    fault("notAfter", "an issuing CA lives 10 years at most");

  if (issues.length > 0)
    throw new CountersignError("invalid_input", "the authority cannot be made like this", {
      issues,
    });
  return { subject, notAfter };
};

type Fault = (path: string, message: string) => void;

export const checkIdentifier = (id: string, fault: Fault): void => {
  if (!AUTHORITY_ID.test(id)) fault("id", "2 to 18 lower-case letters, digits, _ and -");
};

/** CAs that have to fit below the parent for an authority to be of use: itself, and under an intermediate an issuing CA. */
const PLACES = { root: 0, intermediate: 2, issuing: 1 } as const;

/** who may stand under whom. */
const checkParent = (
  input: NewAuthority,
  parent: Authority | undefined,
  room: number,
  fault: Fault,
): void => {
  if (input.kind === "root") {
    if (input.parentId !== undefined) fault("parentId", "a root has no parent");
    return;
  }
  if (input.parentId === undefined) {
    fault("parentId", `an ${input.kind} CA needs a parent`);
  } else if (parent === undefined) {
    fault("parentId", `no authority ${input.parentId}`);
  } else if (!mayCertifyCas(parent.kind)) {
    fault(
      "parentId",
      "an issuing CA certifies end entities only; choose a root or an intermediate",
    );
  } else if (room < PLACES[input.kind]) {
    fault("parentId", `the path length above leaves no room for an ${input.kind} CA of use`);
  }
};

const checkPathLength = ({ kind, pathLength }: NewAuthority, room: number, fault: Fault): void => {
  if (pathLength === undefined) return;
  if (kind === "issuing") {
    if (pathLength !== 0) fault("pathLength", "an issuing CA has path length 0");
  } else if (pathLength === 0) {
    fault("pathLength", `a CA of the kind ${kind} with path length 0 could not certify any CA`);
  } else if (kind === "intermediate" && pathLength >= room) {
    fault("pathLength", `at most ${room - 1}: the path length above leaves no more`);
  }
};

const mayCertifyCas = (kind: AuthorityKind): boolean => kind !== "issuing" && kind !== "outside";
