import { inject } from "tsyringe";
import type { Authority } from "../../domain/authority.ts";
import { formatDn } from "../../domain/distinguished-name.ts";
import type { OutsideAuthority, OutsideServerType } from "../../domain/outside-authority.ts";
import type { Principal } from "../../domain/principal.ts";
import { CountersignError, type Issue } from "../../errors.ts";
import { parseCertificate, readCertificateFile } from "../../pki/certificate.ts";
import { verifyIssued } from "../../pki/chain.ts";
import { keyIdentifier } from "../../pki/public-key.ts";
import type { Clock } from "../../ports/ambient.ts";
import type { Settings } from "../../ports/settings.ts";
import { CLOCK, SETTINGS } from "../../tokens.ts";
import { Access, found, sameVersion } from "../access/access.ts";
import { checkIdentifier } from "./authority-rules.ts";
import { type AuthorityView, viewOf } from "./authority-view.ts";
import { SecretBox } from "../access/secret-box.ts";

/** A CA server elsewhere whose SCEP URL the devices call themselves (seed 003). */
export interface OutsideAuthorityInput {
  readonly id: string;
  readonly name?: string | undefined;
  readonly serverType?: OutsideServerType | undefined;
  /** Server URL: what devices call for SCEP. */
  readonly url: string;
  /** The CA that issues, then those above it, its root last; DER or PEM. */
  readonly certificates: readonly Uint8Array[];
  /** Global enrolment code; undefined: the server wants none. */
  readonly code?: string | undefined;
}

/** What may be changed; a code of `null` takes it away. */
export interface OutsideAuthorityChange {
  readonly name?: string | undefined;
  readonly serverType?: OutsideServerType | undefined;
  readonly url?: string | undefined;
  readonly certificates?: readonly Uint8Array[] | undefined;
  readonly code?: string | null | undefined;
}

/** Longest enrolment code that every client takes as a challengePassword (RFC 2985 section 5.4.1). */
const LONGEST_CODE = 255;

/** Outside CAs reached directly: profiles carry their URL, code and fingerprint, and nothing of theirs is signed here. */
export class OutsideAuthorities {
  constructor(
    @inject(Access) private readonly access: Access,
    @inject(CLOCK) private readonly clock: Clock,
    @inject(SETTINGS) private readonly settings: Settings,
    @inject(SecretBox) private readonly secrets: SecretBox,
  ) {}

  /** Throws `invalid_input`, `conflict`, and `certificate_not_matching` naming each failed check. */
  async create(principal: Principal, input: OutsideAuthorityInput): Promise<AuthorityView> {
    const store = this.access.open(principal, "authorities:manage");
    checkIdentifier(input.id, (path, message) => {
      throw invalid(path, message);
    });
    const now = this.clock.now();
    const authority: Authority = {
      ...this.certified(input.certificates, now),
      ...{ id: input.id, name: input.name ?? input.id, kind: "outside", status: "active" },
      ...{ parentId: undefined, signature: undefined, keyRef: undefined, csr: undefined },
      publicUrl: this.settings.publicUrl ?? "",
      ...{
        crlEnabled: false,
        ocspEnabled: false,
        crlShards: 1,
        deltaCrl: false,
        ocspKeyAlgorithm: "ec-p256",
        single: false,
        ocspResponder: undefined,
        pastCertificates: [],
      },
      outside: this.outside(input.id, input, {
        ...{ serverType: "other", url: "", code: undefined, above: [] },
      }),
      version: 1,
      createdAt: now,
    };
    await store.run(async (tx) => {
      if ((await tx.authorities.get(input.id)) !== undefined)
        throw new CountersignError("conflict", `authority ${input.id} exists`);
      await tx.authorities.insert(authority);
      await tx.ledger.append(
        this.access.entry(principal, "authority.created", authority.id, {
          ...{ kind: "outside", subject: authority.subject, url: input.url },
        }),
      );
    });
    return viewOf(store.tenant, authority, now);
  }

  /** Throws `not_found` for an authority that is no outside one. */
  async update(
    principal: Principal,
    id: string,
    change: OutsideAuthorityChange,
    version?: number,
  ): Promise<AuthorityView> {
    const store = this.access.open(principal, "authorities:manage");
    const stored = found(await store.authorities.get(id), "authority", id);
    const outside = found(stored.outside, "outside authority", id);
    sameVersion(stored.version, version);
    const now = this.clock.now();
    const changed: Authority = {
      ...stored,
      ...(change.certificates === undefined ? {} : this.certified(change.certificates, now)),
      name: change.name ?? stored.name,
      outside: this.outside(id, change, outside),
      version: stored.version + 1,
    };
    await store.run(async (tx) => {
      await tx.authorities.update(changed);
      await tx.ledger.append(
        this.access.entry(principal, "authority.changed", id, { fields: Object.keys(change) }),
      );
    });
    return viewOf(store.tenant, changed, now);
  }

  /** The enrolment code in clear, for a profile; empty where the server wants none. */
  codeOf({ id, outside }: Authority): string {
    return outside?.code === undefined ? "" : this.secrets.unseal(contextOf(id), outside.code);
  }

  private outside(
    id: string,
    { serverType, url, code, certificates }: OutsideAuthorityChange,
    before: OutsideAuthority,
  ): OutsideAuthority {
    if (url !== undefined) checkUrl(url);
    if (typeof code === "string" && (code === "" || code.length > LONGEST_CODE))
      throw invalid("code", `1 to ${LONGEST_CODE} characters`);
    return {
      serverType: serverType ?? before.serverType,
      url: url ?? before.url,
      code:
        code === undefined
          ? before.code
          : code === null
            ? undefined
            : this.secrets.seal(contextOf(id), code),
      above: certificates?.map(readCertificateFile).slice(1) ?? before.above,
    };
  }

  private certified(files: readonly Uint8Array[], now: Date) {
    const chain = files.map(readCertificateFile);
    const issues = chainIssues(chain, now);
    const [certificate] = chain;
    if (issues.length > 0 || certificate === undefined)
      throw new CountersignError("certificate_not_matching", "the CA certificates do not fit", {
        issues,
      });
    const parsed = parseCertificate(certificate);
    return {
      certificate,
      subject: formatDn(parsed.subject),
      keyAlgorithm: parsed.publicKey.algorithm ?? "rsa-2048",
      publicKey: parsed.publicKey.spki,
      subjectKeyId: keyIdentifier(parsed.publicKey),
      notBefore: parsed.notBefore,
      notAfter: parsed.notAfter,
    };
  }
}

const contextOf = (id: string): string => `outside-authority/${id}`;

const invalid = (path: string, message: string): CountersignError =>
  new CountersignError("invalid_input", `${path}: ${message}`, { issues: [{ path, message }] });

/** Devices compare the reply with the fingerprint of the profile, so plain HTTP will do, as SCEP servers are used to. */
const checkUrl = (text: string): void => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== "")
    throw invalid("url", "must be an http or https URL without a user");
};

/** Profiles carry the whole chain, and clients trust its top (P-04). */
const chainIssues = (chain: readonly Uint8Array[], now: Date): readonly Issue[] => {
  const issues: Issue[] = [];
  if (chain.length === 0)
    issues.push({ path: "certificates", message: "the certificate of the CA is missing" });
  for (const [i, der] of chain.entries()) {
    const path = `certificates.${i}`;
    const certificate = parseCertificate(der);
    if (certificate.basicConstraints?.cA !== true)
      issues.push({ path, message: "is not the certificate of a CA" });
    if (certificate.notAfter <= now) issues.push({ path, message: "has ended" });
    const upper = chain[i + 1] ?? der;
    if (!verifyIssued(der, upper))
      issues.push({
        path,
        message:
          upper === der
            ? "is no root: add the CAs above it, the root last"
            : "was not issued by the one after it",
      });
  }
  return issues;
};
