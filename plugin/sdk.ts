/**
 * The door for extensions: adapters, key stores and profile renderers import this file and nothing else of the plugin.
 */
export * from "./domain/algorithm.ts";
export * from "./domain/authority.ts";
export * from "./domain/certificate.ts";
export * from "./domain/challenge.ts";
export * from "./domain/deployment.ts";
export * from "./domain/device.ts";
export * from "./domain/endpoint.ts";
export * from "./domain/events.ts";
export * from "./domain/principal.ts";
export * from "./domain/ra.ts";
export * from "./domain/san.ts";
export * from "./domain/template.ts";
export * from "./domain/tenant.ts";
export * from "./define.ts";
export * from "./errors.ts";
export type * from "./ports/ambient.ts";
export type * from "./ports/ca-backend.ts";
export type * from "./ports/challenge-policy.ts";
export * from "./ports/keys.ts";
export type * from "./ports/mdm-host.ts";
export type * from "./ports/outbox.ts";
export type * from "./ports/profile-renderer.ts";
export type * from "./ports/settings.ts";
export type * from "./ports/stores.ts";
export * from "./secret-source.ts";
export type * from "./setup.ts";
