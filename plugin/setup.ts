import type { IncomingMessage } from "node:http";
import type { KeyStoreDefinition } from "./define.ts";
import type { CertificateProfile } from "./domain/certificate-profile.ts";
import type { CertificateDemand } from "./domain/client-certificates.ts";
import type { ConsoleShape } from "./domain/console/shape.ts";
import type { Principal } from "./domain/principal.ts";
import type { Clock, Logger, Metrics, Random } from "./ports/ambient.ts";
import type { CaBackendFactory } from "./ports/ca-backend.ts";
import type { HostExpiry, Mailer, MailOptions } from "./ports/mailer.ts";
import type { MdmHost } from "./ports/mdm-host.ts";
import type { ProfileRenderer } from "./ports/profile-renderer.ts";
import type { TestDevice } from "./ports/test-device.ts";
import type { Environment } from "./secret-source.ts";

/** The code an installation is built from; the values it runs on are its configuration. `builtins()` fills in all that is shipped. */
export interface Setup {
  readonly keyStores: readonly KeyStoreDefinition[];
  readonly caBackends: readonly CaBackendFactory[];
  readonly renderers: readonly ProfileRenderer[];
  readonly hosts: readonly MdmHost[];
  /** Forms of consoles; none unless given. */
  readonly consoles?: readonly ConsoleShape[];
  /** The certificate profiles that are shipped; none unless given. */
  readonly certificateProfiles?: readonly CertificateProfile[];
  /** What the console's test button enrols; without one there is no test. */
  readonly testDevice?: TestDevice;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly logger?: Logger;
  readonly metrics?: Metrics;
  /** Who is asking, by the host's own session; undefined means "look at the bearer token". */
  readonly principal?: (request: IncomingMessage) => Promise<Principal | undefined>;
  /** Makes the mailer of the configuration's `mail`. */
  readonly mailer?: (options: MailOptions) => Mailer;
  /** What the host knows of with an end, for alerts: certificates of listeners, client secrets. */
  readonly expiries?: () => Promise<readonly HostExpiry[]>;
  /**
   * What the host's HTTPS listener does about client certificates where it serves SCEP (E-08); left out where TLS ends elsewhere or it is not
   * known. Shown, never acted upon: SCEP itself asks nobody for one (E-16).
   */
  readonly clientCertificates?: CertificateDemand;
  /** Where `{ env }` secrets are looked up; empty unless given. */
  readonly environment?: Environment;
}
