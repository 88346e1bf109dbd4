import type { Authority } from "../../domain/authority.ts";
import { type DistinguishedName, formatDn } from "../../domain/distinguished-name.ts";
import type { KeyUsage } from "../../domain/template.ts";
import { importPublicKey, keyIdentifier } from "../../pki/public-key.ts";
import type { KeyRef, Signer } from "../../ports/keys.ts";
import type { NewAuthority } from "./authority-rules.ts";

/** What was made for a new authority. */
export interface MadeForAuthority {
  readonly subject: DistinguishedName;
  readonly signer: Signer;
  readonly keyRef: KeyRef;
  readonly publicUrl: string;
  readonly now: Date;
}

/** An authority that has its key and no certificate yet. */
export const draftAuthority = (input: NewAuthority, made: MadeForAuthority): Authority => ({
  id: input.id,
  name: input.name ?? input.id,
  kind: input.kind,
  status: "pending",
  parentId: input.parentId,
  subject: formatDn(made.subject),
  keyAlgorithm: input.keyAlgorithm,
  signature: input.signature === "pss" ? "pss" : undefined,
  keyRef: made.keyRef,
  publicKey: made.signer.publicKey,
  certificate: undefined,
  pastCertificates: [],
  csr: undefined,
  subjectKeyId: keyIdentifier(importPublicKey(made.signer.publicKey)),
  notBefore: undefined,
  notAfter: undefined,
  publicUrl: made.publicUrl,
  crlEnabled: input.crlEnabled ?? true,
  ocspEnabled: input.ocspEnabled ?? input.kind === "issuing",
  single: input.single ?? false,
  crlShards: input.crlShards ?? 1,
  deltaCrl: input.deltaCrl ?? false,
  ocspKeyAlgorithm: input.ocspKeyAlgorithm ?? "ec-p256",
  ocspResponder: undefined,
  outside: undefined,
  version: 1,
  createdAt: made.now,
});

/** A-07; `single` adds keyEncipherment (decision 1). */
export const caKeyUsages = (authority: Pick<Authority, "single">): readonly KeyUsage[] => [
  "digitalSignature",
  ...(authority.single ? (["keyEncipherment"] as const) : []),
  "keyCertSign",
  "cRLSign",
];
