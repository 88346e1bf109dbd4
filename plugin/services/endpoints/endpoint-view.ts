import type { ClientCertificates } from "../../domain/client-certificates.ts";
import { dialectOf } from "../../domain/client-profiles.ts";
import { formatDn } from "../../domain/distinguished-name.ts";
import type { Endpoint } from "../../domain/endpoint.ts";
import type { EndpointLimits } from "../../domain/endpoint-limits.ts";
import type { Ra } from "../../domain/ra.ts";
import { parseCertificate } from "../../pki/certificate.ts";
import { raView, type RaView } from "./ra-view.ts";

/** An endpoint as API, CLI and console show it: no secret in it. */
export interface EndpointView {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly authorityId: string;
  readonly templateIds: readonly string[];
  readonly policies: readonly (
    | {
        readonly kind: "static";
        readonly id: string;
        readonly templateId: string;
        readonly unknownDevice: "refuse" | "unmanaged";
        readonly secretSet: true;
      }
    | { readonly kind: "dynamic"; readonly id: string }
  )[];
  readonly raId: string | undefined;
  readonly ra: RaView | undefined;
  readonly includeRoot: boolean;
  readonly legacy: boolean;
  readonly acceptMd5Csr: boolean;
  readonly acceptGcm: boolean;
  readonly signingTimeTolerance: string | undefined;
  readonly foreignRenewal:
    | {
        readonly authorities: readonly { readonly subject: string; readonly notAfter: Date }[];
        readonly templateId: string;
        readonly unknownDevice: "refuse" | "unmanaged";
      }
    | undefined;
  /** All of them, with the defaults filled in. */
  readonly limits: EndpointLimits;
  readonly approval: Endpoint["approval"];
  readonly approvalLifetime: string;
  readonly queries: boolean;
  readonly clientProfile: Endpoint["clientProfile"];
  readonly next: Endpoint["next"];
  readonly retiredRas: Endpoint["retiredRas"];
  readonly enabled: boolean;
  /** Where devices send their requests; undefined until `scepUrl` is configured. */
  readonly url: string | undefined;
  /** Whether TLS client certificates are asked for on the way there (E-08). */
  readonly clientCertificates: ClientCertificates;
  readonly warnings: readonly string[];
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export const endpointView = (
  endpoint: Endpoint,
  limits: EndpointLimits,
  ra: Ra | undefined,
  scepUrl: string | undefined,
  clientCertificates: ClientCertificates,
  shortLife: string | undefined,
): EndpointView => ({
  id: endpoint.id,
  name: endpoint.name,
  description: endpoint.description,
  authorityId: endpoint.authorityId,
  templateIds: endpoint.templateIds,
  policies: endpoint.policies.map((policy) =>
    policy.kind === "static"
      ? {
          kind: policy.kind,
          id: policy.id,
          templateId: policy.templateId,
          unknownDevice: policy.unknownDevice,
          secretSet: true,
        }
      : policy,
  ),
  raId: endpoint.raId,
  ra: ra === undefined ? undefined : raView(ra),
  includeRoot: endpoint.includeRoot,
  legacy: endpoint.legacy,
  acceptMd5Csr: endpoint.acceptMd5Csr,
  acceptGcm: endpoint.acceptGcm,
  signingTimeTolerance: endpoint.signingTimeTolerance,
  foreignRenewal: endpoint.foreignRenewal && {
    ...endpoint.foreignRenewal,
    authorities: endpoint.foreignRenewal.authorities.map((der) => {
      const { subject, notAfter } = parseCertificate(der);
      return { subject: formatDn(subject), notAfter };
    }),
  },
  limits,
  approval: endpoint.approval,
  approvalLifetime: endpoint.approvalLifetime,
  queries: endpoint.queries,
  clientProfile: endpoint.clientProfile,
  next: endpoint.next,
  retiredRas: endpoint.retiredRas,
  enabled: endpoint.enabled,
  url: scepUrl === undefined ? undefined : `${scepUrl}/${endpoint.id}`,
  clientCertificates,
  warnings: [...warningsOf(endpoint), ...(shortLife === undefined ? [] : [shortLife])],
  version: endpoint.version,
  createdAt: endpoint.createdAt,
  updatedAt: endpoint.updatedAt,
});

const warningsOf = (endpoint: Endpoint): readonly string[] => {
  const dialect = dialectOf(endpoint);
  return [
    ...(dialect.legacy ? ["3DES and SHA-1 are accepted: use this for old clients only"] : []),
    ...(dialect.acceptMd5Csr
      ? ["MD5-signed certificate requests are accepted when their signature verifies"]
      : []),
    ...(dialect.allowProxySigner
      ? ["Requests may be signed with another key than their own: use this for proxies only"]
      : []),
    ...(endpoint.foreignRenewal === undefined
      ? []
      : [
          "Certificates of other CAs are taken in place of a challenge, and their revocation is not looked at: remove those CAs when the devices have moved",
        ]),
    ...(endpoint.limits.perSource === "off"
      ? [
          "Requests are not limited by address: right where a console proxies its fleet (Workspace ONE, Jamf, Ivanti EPMM)",
        ]
      : []),
  ];
};
