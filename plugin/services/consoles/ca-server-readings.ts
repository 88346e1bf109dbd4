import { inject } from "tsyringe";
import { NO_READINGS, type Readings } from "../../domain/console/model.ts";
import type { Principal } from "../../domain/principal.ts";
import { statusAt } from "../../domain/authority.ts";
import { sha1Fingerprint, sha256Fingerprint } from "../../pki/fingerprint.ts";
import type { Clock } from "../../ports/ambient.ts";
import { CLOCK } from "../../tokens.ts";
import { Access } from "../access/access.ts";
import { chainOf } from "../signing/ca-chain.ts";
import { Endpoints } from "../endpoints/endpoints.ts";

/** What forms show for copying: where the CA server of an authority is reached, and how its root is known again. */
export class CaServerReadings {
  constructor(
    @inject(Access) private readonly access: Access,
    @inject(Endpoints) private readonly endpoints: Endpoints,
    @inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Empty for an authority that is not there. */
  async of(principal: Principal, authorityId: string): Promise<Readings> {
    const store = this.access.open(principal, "configuration:read");
    const authority = await store.authorities.get(authorityId);
    if (authority === undefined) return NO_READINGS;
    const endpoint = (await this.endpoints.list(principal)).find(
      (one) => one.authorityId === authorityId,
    );
    const root = authority.certificate && (await chainOf(store, authority)).at(-1);
    return {
      // Devices call an outside CA at its own address.
      scepUrl: endpoint?.url ?? authority.outside?.url ?? "",
      rootFingerprintSha256: root === undefined ? "" : sha256Fingerprint(root),
      rootFingerprintSha1: root === undefined ? "" : sha1Fingerprint(root),
      status: statusAt(authority, this.clock.now()),
    };
  }
}
