/** What a listener does about TLS client certificates: it never asks, takes one that is offered, or wants one. */
export const CERTIFICATE_DEMANDS = ["never", "optional", "required"] as const;
export type CertificateDemand = (typeof CERTIFICATE_DEMANDS)[number];

/** The same of an endpoint's address (E-08): `no-tls`, it is plain HTTP; `unknown`, TLS ends where nobody here can look. */
export const CLIENT_CERTIFICATES = ["no-tls", ...CERTIFICATE_DEMANDS, "unknown"] as const;
export type ClientCertificates = (typeof CLIENT_CERTIFICATES)[number];

/** What is asked of who calls `scepUrl`, where the listener that serves it does `demand`; undefined: the host has not said. */
export const clientCertificatesAt = (
  scepUrl: string | undefined,
  demand: CertificateDemand | undefined,
): ClientCertificates => {
  if (scepUrl === undefined) return "unknown";
  return scepUrl.startsWith("http:") ? "no-tls" : (demand ?? "unknown");
};
