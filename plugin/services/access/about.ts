import { inject } from "tsyringe";
import type { Principal } from "../../domain/principal.ts";
import type { KeyProvider } from "../../ports/keys.ts";
import type { Settings } from "../../ports/settings.ts";
import { KEY_PROVIDERS, MDM_HOSTS, SETTINGS } from "../../tokens.ts";
import type { MdmHost } from "../../ports/mdm-host.ts";
import { Access } from "./access.ts";

/** What was set when the installation was started; nothing secret is in it. */
export interface AboutView {
  readonly organization: string;
  readonly publicUrl: string | undefined;
  readonly scepUrl: string | undefined;
  /** The first is where new keys are made unless another is named. */
  readonly keyStores: readonly string[];
  /** MDM servers that profiles can be handed to. */
  readonly hosts: readonly string[];
  readonly crlIntervalSeconds: number;
  readonly crlLifetimeSeconds: number;
  readonly retryGraceSeconds: number;
  readonly rotation: Settings["rotation"];
}

/** The settings that explain what an admin sees. */
export class About {
  constructor(
    @inject(Access) private readonly access: Access,
    @inject(SETTINGS) private readonly settings: Settings,
    @inject(KEY_PROVIDERS) private readonly providers: readonly KeyProvider[],
    @inject(MDM_HOSTS) private readonly hosts: readonly MdmHost[],
  ) {}

  show(principal: Principal): AboutView {
    this.access.open(principal, "configuration:read");
    const { organization, publicUrl, scepUrl, crlInterval, crlLifetime, retryGrace, rotation } =
      this.settings;
    return {
      organization,
      publicUrl,
      scepUrl,
      keyStores: this.providers.map(({ name }) => name),
      hosts: this.hosts.map(({ id }) => id),
      crlIntervalSeconds: crlInterval,
      crlLifetimeSeconds: crlLifetime,
      retryGraceSeconds: retryGrace,
      rotation,
    };
  }
}
