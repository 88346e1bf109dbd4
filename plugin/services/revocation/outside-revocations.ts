import { inject } from "tsyringe";
import { CountersignError } from "../../errors.ts";
import type { CaBackendFactory } from "../../ports/ca-backend.ts";
import type { Effect } from "../../ports/outbox.ts";
import type { TenantStore } from "../../ports/stores.ts";
import { CA_BACKENDS } from "../../tokens.ts";
import { found } from "../access/access.ts";
import { Keyring } from "../signing/keyring.ts";

/** Tells outside CAs what was revoked or released here. */
export class OutsideRevocations {
  constructor(
    @inject(CA_BACKENDS) private readonly backends: readonly CaBackendFactory[],
    @inject(Keyring) private readonly keyring: Keyring,
  ) {}

  /** Returns when the CA has confirmed it. Throws `policy_refused` where it cannot lift a hold, and what the backend throws. */
  async tell(
    store: TenantStore,
    { authorityId, serial, reason, invalidityDate }: Extract<Effect, { kind: "revoke-outside" }>,
  ): Promise<void> {
    const authority = found(await store.authorities.get(authorityId), "authority", authorityId);
    const factory = found(
      this.backends.find((backend) => backend.serves?.(authority) === true),
      "CA backend for authority",
      authorityId,
    );
    const signer =
      authority.keyRef === undefined ? undefined : await this.keyring.signer(authority.keyRef);
    const backend = factory.create(authority, signer);
    if (reason !== "release") return backend.revoke(serial, reason, invalidityDate);
    if (backend.unhold === undefined)
      throw new CountersignError(
        "policy_refused",
        `the CA behind ${authorityId} lifts no holds: certificate ${serial} stays suspended there`,
      );
    return backend.unhold(serial);
  }
}
