import { inject } from "tsyringe";
import type { Certificate } from "../domain/certificate.ts";
import type { Principal } from "../domain/principal.ts";
import { CountersignError } from "../errors.ts";
import type { CertificateFilter, Page, PageRequest } from "../ports/stores.ts";
import { Access, found } from "./access.ts";

/** Any spelling of a serial (C-04): case, colons, blanks, `0x` and leading zeros do not count. */
export const normalizeSerial = (serial: string): string =>
  serial
    .toLowerCase()
    .replace(/^0x/, "")
    .replace(/[:\s]/g, "")
    .replace(/^(?:00)+(?=.)/, "")
    .replace(/^0+(?=.)/, (zeros) => (zeros.length % 2 === 0 ? "" : "0"));

/** All certificates of a tenant, however they came about. */
export class Certificates {
  constructor(@inject(Access) private readonly access: Access) {}

  async list(
    principal: Principal,
    filter: CertificateFilter,
    page: PageRequest,
  ): Promise<Page<Certificate>> {
    const store = this.access.open(principal, "certificates:read");
    return store.certificates.list(
      filter.serial === undefined ? filter : { ...filter, serial: normalizeSerial(filter.serial) },
      page,
    );
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
}
