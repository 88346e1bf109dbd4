import type { Role } from "./principal.ts";

/**
 * Somebody an Owner has given roles to, perhaps before the first login. `id` is what the host or the OIDC issuer calls them: the
 * subject, or the e-mail address in lower case.
 */
export interface Person {
  readonly id: string;
  readonly email: string | undefined;
  readonly firstName: string | undefined;
  readonly lastName: string | undefined;
  readonly roles: readonly Role[];
  /** May approve what they asked for themselves (decision 5). */
  readonly approveOwn: boolean;
  /** An inactive one may do nothing, whatever a token says. */
  readonly active: boolean;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}
