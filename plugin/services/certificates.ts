import { inject } from "tsyringe";
import type { Certificate, RevocationReason } from "../domain/certificate.ts";
import type { Principal } from "../domain/principal.ts";
import { normalizeSerial } from "../domain/serial-number.ts";
import { CountersignError } from "../errors.ts";
import type { CertificateFilter, Page, PageRequest } from "../ports/stores.ts";
import { Access, found } from "./access.ts";
import { Revocations } from "./revocations.ts";

/** All certificates of a tenant, however they came about. */
export class Certificates {
  constructor(
    @inject(Access) private readonly access: Access,
    @inject(Revocations) private readonly revocations: Revocations,
  ) {}

  async list(
    principal: Principal,
    filter: CertificateFilter,
    page: PageRequest,
  ): Promise<Page<Certificate>> {
    const store = this.access.open(principal, "certificates:read");
    if (filter.serial === undefined) return store.certificates.list(filter, page);
    const serial = normalizeSerial(filter.serial);
    if (serial === undefined)
      throw new CountersignError("invalid_input", "a serial number is written in hex");
    return store.certificates.list({ ...filter, serial }, page);
  }

  async get(principal: Principal, id: string): Promise<Certificate> {
    return found(
      await this.access.open(principal, "certificates:read").certificates.get(id),
      "certificate",
      id,
    );
  }

  /** By serial in any spelling. Throws `not_found`, and `conflict` when several authorities have issued that serial. */
  async find(principal: Principal, serial: string, authorityId?: string): Promise<Certificate> {
    const { items } = await this.list(principal, { serial, authorityId }, { limit: 2 });
    if (items.length > 1)
      throw new CountersignError("conflict", `several authorities have issued ${serial}; name one`);
    return found(items[0], "certificate with serial", serial);
  }

  async der(principal: Principal, id: string): Promise<Uint8Array> {
    return found(
      await this.access.open(principal, "certificates:read").certificates.der(id),
      "certificate",
      id,
    );
  }

  /** Throws `conflict` when it is not live any more. */
  async revoke(
    principal: Principal,
    id: string,
    input: { readonly reason: RevocationReason; readonly invalidityDate?: Date | undefined },
  ): Promise<Certificate> {
    const store = this.access.open(principal, "certificates:change-status");
    const certificate = found(await store.certificates.get(id), "certificate", id);
    if (certificate.role === "authority") {
      throw new CountersignError(
        "policy_refused",
        "a CA certificate is revoked by retiring its authority",
      );
    }
    if (
      !(await this.revocations.revoke(principal, store, id, input.reason, input.invalidityDate))
    ) {
      throw new CountersignError(
        "conflict",
        `certificate ${certificate.serial} is ${certificate.status} already`,
      );
    }
    return found(await store.certificates.get(id), "certificate", id);
  }
}
