import { isKeyAlgorithm, type RsaSignature } from "../../domain/algorithm.ts";
import { AUTHORITY_ID, type Authority } from "../../domain/authority.ts";
import type { CaServerModel } from "../../domain/console/model.ts";
import { SHARD_COUNTS } from "../../domain/crl-scope.ts";
import { CountersignError, type Issue } from "../../errors.ts";
import { pathRoom } from "../../pki/chain.ts";
import type { Settings } from "../../ports/settings.ts";
import type { TenantStore } from "../../ports/stores.ts";
import { checkNewAuthority, type NewAuthority } from "../authorities/authority-rules.ts";
import { rootProblems, strangerProblem } from "../authorities/ca-certificate-check.ts";
import { chainOf } from "../signing/ca-chain.ts";

/** What of an authority never changes once it is made. */
const FIXED = ["kind", "parentId", "subject", "keyAlgorithm", "signature", "notAfter"] as const;

/** What a form says of a CA server, and what there is of it already. */
interface Filled {
  readonly model: CaServerModel;
  /** The authority it stands for; undefined: a new one is to be made. */
  readonly stored: Authority | undefined;
}

/** Why a CA server cannot be saved so, each fault with its member; `edited` is the one that the form changes. */
export const modelProblems = (
  { model, stored }: Filled,
  edited: Authority | undefined,
  now: Date,
): readonly Issue[] => {
  const issues: Issue[] = [];
  const fault = (path: string, message: string): void => void issues.push({ path, message });
  if (edited !== undefined) {
    const known: Partial<Record<string, unknown>> = {
      ...edited,
      parentId: edited.parentId ?? "",
      signature: edited.signature ?? "pkcs1",
      notAfter: edited.notAfter?.toISOString() ?? "",
    };
    for (const member of FIXED)
      if (model[member] !== known[member]) fault(member, "cannot be changed after the CA was made");
    if (model.id !== edited.id) fault("id", "cannot be changed after the CA was made");
    return issues;
  }
  if (model.id !== "" && !AUTHORITY_ID.test(model.id))
    fault("id", "2 to 18 lower-case letters, digits, _ and -");
  if (model.kind === "external" && model.certificate !== "")
    issues.push(...rootProblems("certificate", model.certificate, now));
  if (model.kind !== "external" && model.certificate !== "" && stored === undefined)
    fault("certificate", strangerProblem(model.certificate, now));
  if (model.kind !== "external" && !isKeyAlgorithm(model.keyAlgorithm))
    fault("keyAlgorithm", `no CA key is made of ${model.keyAlgorithm}`);
  return issues;
};

/** Beside the form, whose console has no field for it. */
export const shardProblems = (
  crlShards: number | undefined,
  edited: Authority | undefined,
): readonly Issue[] => {
  const path = "crlShards";
  if (crlShards === undefined) return [];
  if (!SHARD_COUNTS.some((count) => count === crlShards))
    return [{ path, message: `one of ${SHARD_COUNTS.join(", ")}` }];
  return edited !== undefined && edited.crlShards !== crlShards
    ? [{ path, message: "cannot be changed after the CA was made" }]
    : [];
};

/** Whether a form means a root and an issuing CA below it, made at once: it names neither parent nor subject. */
export const isHierarchy = ({ kind, parentId, subject }: CaServerModel): boolean =>
  kind === "issuing" && parentId === "" && subject === "";

/** What making the authority of a form takes. Throws `invalid_input` for kinds and keys that are not made so. */
export const newAuthorityOf = (
  model: CaServerModel,
  id: string,
  crlShards: number | undefined,
): NewAuthority => {
  const { kind, keyAlgorithm } = model;
  if (kind === "outside" || kind === "external")
    throw new CountersignError(
      "invalid_input",
      "an outside CA whose SCEP URL the devices call has a form of its own on the page of CA servers (POST /authorities/outside)",
    );
  if (!isKeyAlgorithm(keyAlgorithm))
    throw new CountersignError("invalid_input", `no CA key is made of ${keyAlgorithm}`);
  return {
    id,
    name: model.name,
    kind,
    parentId: model.parentId === "" ? undefined : model.parentId,
    subject: model.subject,
    keyAlgorithm,
    keyStore: model.keyStore === "" ? undefined : model.keyStore,
    signature: model.signature as RsaSignature,
    notAfter: model.notAfter === "" ? undefined : new Date(model.notAfter),
    crlEnabled: model.crlEnabled,
    ocspEnabled: model.ocspEnabled,
    crlShards,
  };
};

/** Why a new authority of this form could not be made among those that are there; nothing is made. */
export const surroundingProblems = async (
  store: TenantStore,
  model: CaServerModel,
  { postQuantum }: Pick<Settings, "postQuantum">,
  now: Date,
): Promise<readonly Issue[]> => {
  const taken = model.id === "" ? undefined : await store.authorities.get(model.id);
  if (taken !== undefined)
    return [
      {
        path: "id",
        message:
          taken.status === "deleted"
            ? "is that of a CA that was deleted; it stands in its last CRL and is not used again"
            : `is that of another CA (${taken.name})`,
      },
    ];
  if (model.kind === "external" || model.kind === "outside" || isHierarchy(model)) return [];
  if (!isKeyAlgorithm(model.keyAlgorithm)) return [];
  const parent = await store.authorities.get(model.parentId);
  const room =
    parent?.certificate === undefined ? Infinity : pathRoom(await chainOf(store, parent));
  try {
    // An identifier is made of the name where the form has none.
    const input = newAuthorityOf(model, model.id === "" ? "new-ca" : model.id, undefined);
    checkNewAuthority(input, { parent, room, now, postQuantum });
    return [];
  } catch (thrown) {
    if (!(thrown instanceof CountersignError)) throw thrown;
    return thrown.issues.length > 0 ? thrown.issues : [{ path: "", message: thrown.detail }];
  }
};
