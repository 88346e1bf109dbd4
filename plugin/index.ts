import "reflect-metadata";

/** The public door: what a host embeds. Extension authors take `countersign/sdk`. */
export { type Countersign, createCountersign } from "./countersign.ts";
export type { CountersignConfig } from "./config.ts";
export {
  copyDatabase,
  type DatabaseInput,
  type DatabaseWork,
  migrateDatabase,
} from "./databases.ts";
export { diagnose, type Finding } from "./diagnose.ts";
export { CountersignError, type ErrorCode, ERRORS, type Issue } from "./errors.ts";
export type { HookEvent, HookName, Hooks } from "./hooks.ts";
export type { Handler, Part } from "./http/handler.ts";
export type { TokenRequest } from "./http/local-tokens.ts";
export type { Principal, Role } from "./domain/principal.ts";
export type { Clock, Logger, Metrics, Random } from "./ports/ambient.ts";
export type { Setup } from "./setup.ts";
export type { CopyOptions, CopyProgress, CopyReport } from "./store/copy.ts";
