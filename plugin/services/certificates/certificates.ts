import { inject } from "tsyringe";
import type { Certificate } from "../../domain/certificate.ts";
import { type Principal, requireScope } from "../../domain/principal.ts";
import { searchTerms } from "../../domain/search-terms.ts";
import { normalizeSerial } from "../../domain/serial-number.ts";
import { CountersignError } from "../../errors.ts";
import { parseCertificate } from "../../pki/certificate.ts";
import type { Clock } from "../../ports/ambient.ts";
import type { Page, PageRequest } from "../../ports/paging.ts";
import type { CertificateFilter } from "../../ports/certificate-store.ts";
import { CLOCK } from "../../tokens.ts";
import { Access, found } from "../access/access.ts";
import {
  type CertificateDetails,
  certificateDetails,
  profileOfRow,
} from "./certificate-details.ts";

/** A filter as an admin writes it. */
export interface CertificateQuery extends Omit<CertificateFilter, "text"> {
  readonly expiring?: "7d" | "30d" | "expired" | undefined;
  /** Words of a search. */
  readonly q?: string | undefined;
}

const DAY = 86_400_000;

/** All certificates of a tenant, however they came about. */
export class Certificates {
  constructor(
    @inject(Access) private readonly access: Access,
    @inject(CLOCK) private readonly clock: Clock,
  ) {}

  async list(
    principal: Principal,
    filter: CertificateFilter,
    page: PageRequest,
  ): Promise<Page<Certificate>> {
    const store = this.access.open(principal, "certificates:read");
    const serial = filter.serial === undefined ? undefined : normalizeSerial(filter.serial);
    if (filter.serial !== undefined && serial === undefined)
      throw new CountersignError("invalid_input", "a serial number is written in hex");
    return store.certificates.list({ ...filter, serial, ...scopeOf(principal, filter) }, page);
  }

  /** As `list`, for a filter in an admin's words. */
  async search(
    principal: Principal,
    query: CertificateQuery,
    page: PageRequest,
  ): Promise<Page<Certificate>> {
    return this.list(principal, this.filterOf(query), page);
  }

  /** The fixed filters and the words of a search, as the store takes them. */
  filterOf({ expiring, q, ...filter }: CertificateQuery): CertificateFilter {
    const now = this.clock.now();
    const until = (days: number): CertificateFilter => ({
      status: filter.status ?? "issued",
      expiresAfter: now,
      expiresBefore: new Date(now.getTime() + days * DAY),
    });
    return {
      ...filter,
      ...(expiring === "7d" ? until(7) : expiring === "30d" ? until(30) : {}),
      ...(expiring === "expired" ? { expiresBefore: now } : {}),
      ...(q === undefined ? {} : { text: searchTerms(q) }),
    };
  }

  async get(principal: Principal, id: string): Promise<Certificate> {
    const store = this.access.open(principal, "certificates:read");
    const certificate = found(await store.certificates.get(id), "certificate", id);
    requireScope(principal, certificate.authorityId);
    return certificate;
  }

  /** All that the certificate itself says (C-06). */
  async details(principal: Principal, id: string): Promise<CertificateDetails> {
    const row = await this.get(principal, id);
    const parsed = parseCertificate(await this.der(principal, id));
    return certificateDetails(parsed, { profileId: profileOfRow(row), row, now: this.clock.now() });
  }

  /** By serial in any spelling. Throws `not_found`, and `conflict` when several authorities have issued that serial. */
  async find(principal: Principal, serial: string, authorityId?: string): Promise<Certificate> {
    const { items } = await this.list(principal, { serial, authorityId }, { limit: 2 });
    if (items.length > 1)
      throw new CountersignError("conflict", `several authorities have issued ${serial}; name one`);
    return found(items[0], "certificate with serial", serial);
  }

  async der(principal: Principal, id: string): Promise<Uint8Array> {
    await this.get(principal, id);
    const store = this.access.open(principal, "certificates:read");
    return found(await store.certificates.der(id), "certificate", id);
  }
}

/** A credential with a scope sees its authorities only; with several it names one. */
const scopeOf = (
  { id, authorityIds }: Principal,
  { authorityId }: CertificateFilter,
): Pick<CertificateFilter, "authorityId"> => {
  if (authorityIds === undefined) return {};
  const wanted = authorityId ?? (authorityIds.length === 1 ? authorityIds[0] : undefined);
  if (wanted === undefined || !authorityIds.includes(wanted))
    throw new CountersignError("forbidden", `${id} names one of: ${authorityIds.join(", ")}`);
  return { authorityId: wanted };
};
