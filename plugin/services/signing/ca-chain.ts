import type { Authority } from "../../domain/authority.ts";
import { parseCertificate } from "../../pki/certificate.ts";
import type { TenantStore } from "../../ports/stores.ts";
import { found } from "../access/access.ts";

/** An authority and those above it, itself first. */
export const lineOf = async (
  store: TenantStore,
  authority: Authority,
): Promise<readonly Authority[]> => {
  const line = [authority];
  for (let parentId = authority.parentId; parentId !== undefined && line.length < 16;) {
    const parent: Authority = found(await store.authorities.get(parentId), "authority", parentId);
    line.push(parent);
    parentId = parent.parentId;
  }
  return line;
};

/** Every certificate of an authority's key that is valid, DER: the one it uses, then earlier ones, newest first. */
export const validCertificates = (
  { certificate, pastCertificates }: Authority,
  now: Date,
): readonly Uint8Array[] => [
  ...(certificate === undefined ? [] : [certificate]),
  ...pastCertificates.filter((der) => parseCertificate(der).notAfter > now),
];

/** DER certificates of an authority and those above it, its own first. Throws `not_found` while one is pending. */
export const chainOf = async (
  store: TenantStore,
  authority: Authority,
): Promise<readonly Uint8Array[]> =>
  (await lineOf(store, authority)).flatMap(({ id, certificate, outside }) => [
    found(certificate, "certificate of authority", id),
    ...(outside?.above ?? []),
  ]);
