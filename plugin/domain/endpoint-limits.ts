/** How much one endpoint takes (requirements.md decision 3, E-17). Whatever is left out of an endpoint's setting has its default. */
export interface EndpointLimits {
  /**
   * Requests a minute from one address, counted by each node for itself. `off` where a console proxies its whole fleet from one address
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
 * A site of some thousand devices behind one address stays below 600 requests a minute; a device enrols a handful of times a day, also one that
 * retries; 60,000 a minute is more than two cores sign, so that it only stops a stolen secret on a larger server.
 */
export const DEFAULT_LIMITS: EndpointLimits = {
  perSource: 600,
  perDevicePerDay: 100,
  perEndpointPerMinute: 60_000,
  perChallenge: 10,
};

/** What holds at an endpoint: its own setting, the installation's, the defaults, in this order. */
export const limitsOf = (
  endpoint: { readonly limits: Partial<EndpointLimits> },
  installation: Partial<EndpointLimits> = {},
): EndpointLimits => ({ ...DEFAULT_LIMITS, ...installation, ...endpoint.limits });
