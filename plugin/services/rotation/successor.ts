import { isRsa, type KeyAlgorithm, type RsaSignature } from "../../domain/algorithm.ts";
import { AUTHORITY_ID, type Authority } from "../../domain/authority.ts";
import { successorIdOf } from "../../domain/key-roll-over.ts";
import type { Principal } from "../../domain/principal.ts";
import { CountersignError } from "../../errors.ts";
import { parseCertificate } from "../../pki/certificate.ts";
import { providerOf } from "../../ports/keys.ts";
import type { TenantStore } from "../../ports/stores.ts";
import type { Authorities } from "../authorities/authorities.ts";
import type { NewAuthority } from "../authorities/authority-rules.ts";
import type { AuthorityView } from "../authorities/authority-view.ts";
import type { Progress } from "../signing/progress.ts";

/** What an admin may say of a roll-over; all else is as with the authority that hands over. */
export interface RollOverOrder {
  /** `<id>-g2` unless given; an authority that is there is taken up as it is. */
  readonly successorId?: string | undefined;
  readonly name?: string | undefined;
  readonly subject?: string | undefined;
  /** Another parent: that of a rolled-over root, for example. */
  readonly parentId?: string | undefined;
  readonly keyAlgorithm?: KeyAlgorithm | undefined;
  readonly signature?: RsaSignature | undefined;
  /** The next key may lie in another key store than today's. */
  readonly keyStore?: string | undefined;
  /** A key that was made before, as `countersign keys rotate` does. */
  readonly keyRef?: string | undefined;
  readonly notAfter?: Date | undefined;
  /** When the successor takes over; after the announcement of the settings unless given. */
  readonly startsAt?: Date | undefined;
}

/** The authority that takes over: made now, or one that is there. Throws `invalid_input`, `conflict` and what making one throws. */
export const successorOf = async (
  authorities: Authorities,
  principal: Principal,
  store: TenantStore,
  authority: Authority,
  order: RollOverOrder,
  progress?: Progress,
): Promise<Pick<AuthorityView, "id" | "keyStore">> => {
  const id = order.successorId ?? successorIdOf(authority.id);
  const fault = (path: string, message: string): never => {
    throw new CountersignError("invalid_input", `${path}: ${message}`, {
      issues: [{ path, message }],
    });
  };
  if (!AUTHORITY_ID.test(id)) fault("successorId", `${id} is not an identifier: name another`);
  const there = await store.authorities.get(id);
  if (there !== undefined) {
    if (order.successorId === undefined || there.id === authority.id)
      throw new CountersignError("conflict", `authority ${id} exists: name it, or another`);
    if (there.kind !== authority.kind) fault("successorId", `${id} is of the kind ${there.kind}`);
    if (there.status !== "active" && there.status !== "pending")
      fault("successorId", `${id} is ${there.status}`);
    return { id, keyStore: storeNameOf(there) };
  }
  return authorities.create(principal, orderedAuthority(authority, order, id, fault), progress);
};

const storeNameOf = ({ keyRef }: Authority): string | undefined =>
  keyRef === undefined ? undefined : providerOf(keyRef);

const orderedAuthority = (
  authority: Authority,
  order: RollOverOrder,
  id: string,
  fault: (path: string, message: string) => never,
): NewAuthority => {
  const { kind } = authority;
  if (kind === "external" || kind === "outside") return fault("id", "its key is elsewhere");
  const old =
    authority.certificate === undefined ? undefined : parseCertificate(authority.certificate);
  const keyAlgorithm = order.keyAlgorithm ?? authority.keyAlgorithm;
  const inherited = isRsa(keyAlgorithm) ? authority.signature : undefined;
  return {
    id,
    kind,
    name: order.name ?? authority.name,
    subject: order.subject ?? authority.subject,
    parentId: order.parentId ?? authority.parentId,
    keyAlgorithm,
    signature: order.signature ?? inherited,
    keyRef: order.keyRef,
    keyStore: order.keyStore ?? (order.keyRef === undefined ? storeNameOf(authority) : undefined),
    notAfter: order.notAfter,
    pathLength: kind === "issuing" ? undefined : old?.basicConstraints?.pathLen,
    crlEnabled: authority.crlEnabled,
    ocspEnabled: authority.ocspEnabled,
    single: authority.single,
  };
};
