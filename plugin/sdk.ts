/**
 * The door for extensions: adapters, key stores and profile renderers import this file and nothing else of the plugin.
 */
export * from "./domain/algorithm.ts";
export * from "./domain/attempt-policy.ts";
export * from "./domain/authority.ts";
export * from "./domain/certificate.ts";
export * from "./domain/certificate-profile.ts";
export * from "./domain/challenge.ts";
export * from "./domain/console/dialect.ts";
export type * from "./domain/console/extras.ts";
export * from "./domain/console/form.ts";
export * from "./domain/console/life-parts.ts";
export * from "./domain/console/model.ts";
export * from "./domain/console/name-parts.ts";
export * from "./domain/console/parts.ts";
export * from "./domain/console/san-parts.ts";
export * from "./domain/console/shape.ts";
export * from "./domain/console/template-parts.ts";
export * from "./domain/deployment.ts";
export * from "./domain/deployment-states.ts";
export * from "./domain/device.ts";
export * from "./domain/device-variables.ts";
export * from "./domain/distinguished-name.ts";
export * from "./domain/dn-attributes.ts";
export * from "./domain/duration.ts";
export * from "./domain/endpoint.ts";
export * from "./domain/events.ts";
export * from "./domain/hook-adapter.ts";
export * from "./domain/host-event.ts";
export * from "./domain/inventory.ts";
export * from "./domain/ip-address.ts";
export * from "./domain/oid.ts";
export * from "./domain/outside-authority.ts";
export * from "./domain/pem.ts";
export * from "./domain/principal.ts";
export * from "./domain/ra.ts";
export * from "./domain/renewal-window.ts";
export * from "./domain/san.ts";
export * from "./domain/signing-label.ts";
export * from "./domain/san-value.ts";
export * from "./domain/subject-matcher.ts";
export * from "./domain/subject-pattern.ts";
export * from "./domain/template.ts";
export * from "./domain/template-check.ts";
export * from "./domain/tenant.ts";
export * from "./define.ts";
export * from "./domain/text-pattern.ts";
export * from "./domain/validity.ts";
export * from "./errors.ts";
export type * from "./ports/ambient.ts";
export type * from "./ports/ca-backend.ts";
export type * from "./ports/challenge-policy.ts";
export * from "./ports/keys.ts";
export type * from "./ports/lifecycle-stores.ts";
export type * from "./ports/mdm-host.ts";
export type * from "./ports/outbox.ts";
export type * from "./ports/profile-renderer.ts";
export type * from "./ports/settings.ts";
export type * from "./ports/stores.ts";
export * from "./pki/build-request.ts";
export * from "./pki/certificate.ts";
export * from "./pki/certificate-request.ts";
export { verifyIssued } from "./pki/chain.ts";
export * from "./pki/cms-degenerate.ts";
export * from "./pki/cms-envelope.ts";
export * from "./pki/cms-envelope-build.ts";
export * from "./pki/cms-envelope-open.ts";
export * from "./pki/cms-signed.ts";
export * from "./pki/cms-signed-build.ts";
export * from "./pki/crl-read.ts";
export * from "./pki/fingerprint.ts";
export * from "./pki/oids.ts";
export * from "./pki/public-key.ts";
export * from "./pki/signing.ts";
export * from "./pki/to-be-signed.ts";
export * from "./pki/transient-certificate.ts";
export * from "./pki/transient-certificate-build.ts";
export {
  type CbcCipherName,
  CONTENT_CIPHERS,
  contentCipherOf,
  type ContentCipher,
} from "./pki/algorithms.ts";
export { octetString, printableString } from "./pki/der-write.ts";
export { textOf } from "./pki/der-read.ts";
export * from "./secret-source.ts";
export type * from "./setup.ts";
