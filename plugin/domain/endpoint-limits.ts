/** How much one endpoint takes (requirements.md decision 3, E-17). Whatever is left out of an endpoint's setting has its default. */
export interface EndpointLimits {
  /**
   * Requests a minute from one address, and a sixtieth of it in a second, counted by each node for itself. `off` where a console proxies its whole fleet from one address
   * (Workspace ONE SCEP proxy, Jamf proxy, Ivanti EPMM).
   */
  readonly perSource: number | "off";
  /** Requests with a good challenge that one device may make in 24 hours, counted from the first; a repeated request is not counted again. */
  readonly perDevicePerDay: number;
  /** Certificates that the endpoint issues in a minute, all nodes together. */
  readonly perEndpointPerMinute: number;
  /** Failed tries after which a one-time challenge is locked. */
  readonly perChallenge: number;
}

/**
 * Generous, since a good request refused costs an admin more than a bad one answered: 48,000 a minute (800 in a second) is what two cores answer, so a
 * source is stopped by it before it starves the others; a device enrols a handful of times a day, and one that asks 10,000 times is a
 * loop; 60,000 certificates a minute only stop a stolen secret on a larger server. Lower them where the fleet is known.
 */
export const DEFAULT_LIMITS: EndpointLimits = {
  perSource: 48_000,
  perDevicePerDay: 10_000,
  perEndpointPerMinute: 60_000,
  perChallenge: 10,
};

/** What holds at an endpoint: its own setting, the installation's, the defaults, in this order. */
export const limitsOf = (
  endpoint: { readonly limits: Partial<EndpointLimits> },
  installation: Partial<EndpointLimits> = {},
): EndpointLimits => ({ ...DEFAULT_LIMITS, ...installation, ...endpoint.limits });
