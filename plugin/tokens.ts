import type { InjectionToken } from "tsyringe";
import type { CertificateProfile } from "./domain/certificate-profile.ts";
import type { CertificateDemand } from "./domain/client-certificates.ts";
import type { ConsoleShape } from "./domain/console/shape.ts";
import type { Clock, Logger, Metrics, Random } from "./ports/ambient.ts";
import type { CaBackendFactory } from "./ports/ca-backend.ts";
import type { KeyProvider } from "./ports/keys.ts";
import type { HostExpiry, Mailer } from "./ports/mailer.ts";
import type { MdmHost } from "./ports/mdm-host.ts";
import type { ProfileRenderer } from "./ports/profile-renderer.ts";
import type { Settings } from "./ports/settings.ts";
import type { Database, Directory } from "./ports/stores.ts";
import type { TestDevice } from "./ports/test-device.ts";

/** Every DI token that is not a class. One child container belongs to one `createCountersign` call. */
export const CLOCK: InjectionToken<Clock> = Symbol("Clock");
export const RANDOM: InjectionToken<Random> = Symbol("Random");
export const LOGGER: InjectionToken<Logger> = Symbol("Logger");
export const METRICS: InjectionToken<Metrics> = Symbol("Metrics");
export const SETTINGS: InjectionToken<Settings> = Symbol("Settings");
export const DATABASE: InjectionToken<Database> = Symbol("Database");
export const DIRECTORY: InjectionToken<Directory> = Symbol("Directory");
export const KEY_PROVIDERS: InjectionToken<readonly KeyProvider[]> = Symbol("KeyProviders");
export const CA_BACKENDS: InjectionToken<readonly CaBackendFactory[]> = Symbol("CaBackends");
export const MDM_HOSTS: InjectionToken<readonly MdmHost[]> = Symbol("MdmHosts");
export const CONSOLES: InjectionToken<readonly ConsoleShape[]> = Symbol("Consoles");
export const CERTIFICATE_PROFILES: InjectionToken<readonly CertificateProfile[]> =
  Symbol("CertificateProfiles");
export const MAILER: InjectionToken<Mailer> = Symbol("Mailer");
export const HOST_EXPIRIES: InjectionToken<() => Promise<readonly HostExpiry[]>> =
  Symbol("HostExpiries");
/** One, or none where the host has not said. */
export const CERTIFICATE_DEMAND: InjectionToken<readonly CertificateDemand[]> =
  Symbol("CertificateDemand");
export const PROFILE_RENDERERS: InjectionToken<readonly ProfileRenderer[]> =
  Symbol("ProfileRenderers");
/** One, or none where the host has given none. */
export const TEST_DEVICES: InjectionToken<readonly TestDevice[]> = Symbol("TestDevices");
