import "reflect-metadata";

/** The public door: what a host embeds. Extension authors take `countersign/sdk`. */
export { type Countersign, createCountersign } from "./countersign.ts";
export {
  backupInstallation,
  readBackup,
  type RestoreInstallationOptions,
  restoreInstallation,
} from "./backups.ts";
export type { CheckedBackup, CheckOptions } from "./backup/check-backup.ts";
export { type LedgerLine, readLedgerFile } from "./backup/ledger-file.ts";
export type { BackupOptions, BackupReport } from "./backup/make-backup.ts";
export type { BackupProgress } from "./backup/progress.ts";
export type { RestoreReport } from "./backup/restore-backup.ts";
export {
  type LedgerReport,
  verifyLedgerFile,
  type VerifyLedgerOptions,
} from "./backup/verify-ledger.ts";
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
export type {
  ListenerCertificate,
  ListenerRequest,
} from "./services/authorities/listener-certificates.ts";
export type { TokenRequest } from "./http/local-tokens.ts";
export type { Principal, Role } from "./domain/principal.ts";
export type { Clock, Logger, Metrics, Random } from "./ports/ambient.ts";
export type { TemplateImpactReport } from "./services/distribution/template-impact.ts";
export type { Setup } from "./setup.ts";
export type { CopyOptions, CopyProgress, CopyReport } from "./store/copy.ts";
