/* Made by `npm run manifest` from the OpenAPI document of the admin API; changes are lost. */

export interface Tenant {
  readonly id: string;
  readonly name: string;
  readonly createdAt: string;
}

export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail?: string | undefined;
  readonly nextStep?: string | undefined;
  readonly issues?:
    | readonly {
        readonly path: string;
        readonly message: string;
      }[]
    | undefined;
  readonly requestId?: string | undefined;
}

export interface Token {
  readonly id: string;
  readonly token: string;
  readonly expiresIn: number;
}

export interface Principal {
  readonly id: string;
  readonly kind: "user" | "operator" | "system";
  readonly tenant?: string | undefined;
  readonly roles?: readonly string[] | undefined;
  readonly rights: readonly (
    | "tenants:manage"
    | "tokens:manage"
    | "people:manage"
    | "authorities:read"
    | "authorities:manage"
    | "ca-certificates:download"
    | "certificates:read"
    | "certificates:issue"
    | "certificates:change-status"
    | "certificate-profiles:manage"
    | "certificate-profiles:pick"
    | "configuration:read"
    | "configuration:manage"
    | "secrets:read"
    | "devices:read"
    | "deployments:manage"
    | "challenges:mint"
    | "host-events:report"
    | "outbox:manage"
    | "approvals:decide"
    | "end-entities:manage"
    | "credentials:manage"
    | "ledger:read"
    | "ledger:export"
  )[];
  readonly approveOwn?: boolean | undefined;
}

export interface TokenRecord {
  readonly id: string;
  readonly subject: string;
  readonly roles: readonly string[];
  readonly mintedBy: string;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly revokedAt?: string | undefined;
  readonly revokedBy?: string | undefined;
}

export interface Person {
  readonly id: string;
  readonly email?: string | undefined;
  readonly firstName?: string | undefined;
  readonly lastName?: string | undefined;
  readonly roles: readonly string[];
  readonly approveOwn: boolean;
  readonly active: boolean;
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface Role {
  readonly role: string;
  readonly members: readonly string[];
}

export interface Credential {
  readonly id: string;
  readonly name: string;
  readonly roles: readonly string[];
  readonly authorityIds: readonly string[];
  readonly keys: readonly {
    readonly id: string;
    readonly notAfter: string;
    readonly createdAt: string;
  }[];
  readonly active: boolean;
  readonly lastUsedAt?: string | undefined;
  readonly createdBy: string;
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface HandedOverCredential {
  readonly credential: Credential;
  readonly pkcs12: string;
  readonly password: string;
  readonly fileName: string;
}

export interface EndEntity {
  readonly id: string;
  readonly identifier: string;
  readonly hostId: string;
  readonly activation: "active" | "deactivated" | "decommissioned" | "ended";
  readonly expiresAt?: string | undefined;
}

export interface WipeResult {}

export interface Event {
  readonly id: string;
  readonly at: string;
  readonly type: string;
  readonly status: "done" | "failed" | "pending";
  readonly endEntity?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly subject?: string | undefined;
  readonly error?: string | undefined;
  readonly event: string;
}

export interface Overview {
  readonly at: string;
  readonly countedTo: number;
  readonly devices: number;
  readonly live: number;
  readonly ended: number;
  readonly revoked: number;
  readonly failed: number;
  readonly locked: number;
  readonly waiting: number;
  readonly days: readonly {
    readonly day: string;
    readonly ends: number;
  }[];
  readonly ready: boolean;
  readonly checks: readonly {
    readonly name: string;
    readonly ok: boolean;
  }[];
}

export interface About {
  readonly organization: string;
  readonly publicUrl?: string | undefined;
  readonly scepUrl?: string | undefined;
  readonly keyStores: readonly string[];
  readonly hosts: readonly string[];
  readonly crlIntervalSeconds: number;
  readonly crlLifetimeSeconds: number;
  readonly retryGraceSeconds: number;
  readonly rotation: {
    readonly raDaysBefore: number;
    readonly announceDays: number;
    readonly overlapDays: number;
    readonly checkSeconds: number;
    readonly destroyRetiredRaKeys: boolean;
  };
}

export interface TenantCaps {
  readonly version: number;
  readonly countedTo: number;
  readonly certificates: Cap;
  readonly authorities: Cap;
  readonly byAuthority: readonly {
    readonly id: string;
    readonly active: number;
    readonly cap: number;
  }[];
}

export interface Cap {
  readonly active: number;
  readonly cap?: number | undefined;
}

export interface AuthorityCap {
  readonly active: number;
  readonly cap?: number | undefined;
  readonly version: number;
}

export interface Authority {
  readonly id: string;
  readonly name: string;
  readonly kind: "root" | "external" | "intermediate" | "issuing" | "outside";
  readonly status: "active" | "pending" | "expired" | "retired" | "deleted";
  readonly parentId?: string | undefined;
  readonly subject: string;
  readonly keyAlgorithm:
    | "rsa-2048"
    | "rsa-3072"
    | "rsa-4096"
    | "ec-p256"
    | "ec-p384"
    | "ec-p521"
    | "ed25519"
    | "ml-dsa-44"
    | "ml-dsa-65"
    | "ml-dsa-87";
  readonly signingKey: string;
  readonly keyStore?: string | undefined;
  readonly notBefore?: string | undefined;
  readonly notAfter?: string | undefined;
  readonly serial?: string | undefined;
  readonly fingerprintSha256?: string | undefined;
  readonly fingerprintSha1?: string | undefined;
  readonly subjectKeyId: string;
  readonly publicUrl: string;
  readonly urls: {
    readonly crl?: string | undefined;
    readonly ocsp?: string | undefined;
    readonly caIssuers: string;
  };
  readonly certificates: readonly {
    readonly serial: string;
    readonly notBefore: string;
    readonly notAfter: string;
    readonly fingerprintSha256: string;
    readonly url: string;
  }[];
  readonly renewing: boolean;
  readonly crlEnabled: boolean;
  readonly ocspEnabled: boolean;
  readonly profiles?: readonly string[] | undefined;
  readonly single: boolean;
  readonly outside?:
    | {
        readonly serverType:
          "digicert-one" | "countersign" | "step-ca" | "ejbca" | "ndes" | "other";
        readonly url: string;
        readonly codeSet: boolean;
      }
    | undefined;
  readonly endedAt?: string | undefined;
  readonly warnings: readonly string[];
  readonly details?: CertificateDetails | undefined;
  readonly scepUrls?: readonly string[] | undefined;
  readonly version: number;
  readonly createdAt: string;
}

export interface CertificateDetails {
  readonly status: string;
  readonly profileId?: string | undefined;
  readonly subject: string;
  readonly serial: string;
  readonly issuer: string;
  readonly validFrom: string;
  readonly expiry: string;
  readonly publicKeyType: string;
  readonly signatureAlgorithm?: string | undefined;
  readonly sans: readonly {
    readonly type: "rfc822" | "dns" | "uri" | "upn" | "ip";
    readonly value: string;
  }[];
  readonly basicConstraints: "CA" | "EndEntity";
  readonly keyUsages: readonly string[];
  readonly extendedKeyUsages: readonly string[];
  readonly aiaOcsp: readonly string[];
  readonly aiaCaIssuers: readonly string[];
  readonly authorityKeyIdentifier?: string | undefined;
  readonly subjectKeyIdentifier?: string | undefined;
  readonly crlDistributionPoints: readonly string[];
  readonly certificatePolicies: readonly {
    readonly oid: string;
    readonly cps?: string | undefined;
  }[];
  readonly otherExtensions: readonly string[];
}

export interface Hierarchy {
  readonly root: Authority;
  readonly issuing: Authority;
  readonly ra: Ra;
}

export interface Ra {
  readonly id: string;
  readonly authorityId: string;
  readonly subject: string;
  readonly origin: string;
  readonly notBefore?: string | undefined;
  readonly notAfter?: string | undefined;
  readonly fingerprintSha256?: string | undefined;
  readonly replaces?: string | undefined;
  readonly retiredAt?: string | undefined;
  readonly csrPem?: string | undefined;
}

export interface ProgressStep {
  readonly step: number;
  readonly of: number;
  readonly message: string;
}

export interface RemovalImpact {
  readonly authorities: readonly string[];
  readonly endpoints: readonly string[];
  readonly templates: readonly string[];
  readonly certificates: number;
  readonly liveDeployments: number;
  readonly more: boolean;
  readonly warning: string;
}

export interface Crl {
  readonly authorityId: string;
  readonly shard: number;
  readonly kind: "complete" | "delta";
  readonly number: string | number;
  readonly thisUpdate: string;
  readonly nextUpdate: string;
  readonly entries: number;
  readonly size: number;
  readonly sha256: string;
  readonly url: string;
  readonly behind: number;
  readonly warnings: readonly string[];
}

export interface PublicFinding {
  readonly check: string;
  readonly url: string;
  readonly level: "ok" | "warning" | "fault";
  readonly message: string;
  readonly remedy?: string | undefined;
}

export interface CertificateProfile {
  readonly id: string;
  readonly group: string;
  readonly description: string;
  readonly origin: "system" | "custom";
  readonly ours: boolean;
  readonly note: string;
  readonly pkcs12: boolean;
  readonly definition: {
    readonly allowedCATypes: readonly string[];
    readonly validity_period: string;
    readonly usages: readonly string[];
    readonly allowed_extensions: readonly string[];
    readonly ignore_unknown_extensions: boolean;
    readonly ca_constraint: {
      readonly cA: boolean;
    };
    readonly backdate: string;
    readonly truncate_to_ca_not_after: boolean;
    readonly fill_san_dns_with_cn: boolean;
  };
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface RollOver {
  readonly id: string;
  readonly authorityId: string;
  readonly successorId: string;
  readonly state: "waiting" | "announced" | "overlap" | "done" | "cancelled";
  readonly startsAt: string;
  readonly retiresAt: string;
  readonly deadline?: string | undefined;
  readonly overdue: boolean;
  readonly devices: {
    readonly old: number;
    readonly new: number;
  };
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface Usage {
  readonly devices: number;
  readonly endpoints: readonly string[];
}

export interface Template {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly authorityId: string;
  readonly subject: string;
  readonly sans: readonly {
    readonly type: "rfc822" | "dns" | "uri" | "upn" | "ip";
    readonly pattern: string;
  }[];
  readonly keyAlgorithms: readonly (
    | "rsa-2048"
    | "rsa-3072"
    | "rsa-4096"
    | "ec-p256"
    | "ec-p384"
    | "ec-p521"
    | "ed25519"
    | "ml-dsa-44"
    | "ml-dsa-65"
    | "ml-dsa-87"
  )[];
  readonly keyUsages: readonly (
    | "digitalSignature"
    | "nonRepudiation"
    | "keyEncipherment"
    | "dataEncipherment"
    | "keyAgreement"
    | "keyCertSign"
    | "cRLSign"
  )[];
  readonly extendedKeyUsages: readonly string[];
  readonly allowedExtendedKeyUsages: readonly string[];
  readonly validity: string;
  readonly maxValidity: string;
  readonly beyondAuthority: "refuse" | "shorten";
  readonly backdate: string;
  readonly delivery: "scep" | "pkcs12";
  readonly pkcs12Encoding: "by-platform" | "strong" | "compatible";
  readonly challengeMode: "static" | "dynamic";
  readonly challengeLifetime: string;
  readonly keyStorage: "tpm" | "tpm-else-software" | "software" | "windows-hello";
  readonly renewalWindow: string;
  readonly scepRenewal: "off" | "any-time" | "in-window";
  readonly renewalGrace: string;
  readonly policies: readonly {
    readonly oid: string;
    readonly cps?: string | undefined;
  }[];
  readonly allowDuplicates: boolean;
  readonly profileId?: string | undefined;
  readonly requiredDomain?: string | undefined;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface TemplateImpact {
  readonly templateId: string;
  readonly version: number;
  readonly fields: readonly string[];
  readonly deployments: number;
  readonly rekeyed: number;
  readonly failing: number;
  readonly failures: readonly {
    readonly deviceId: string;
    readonly hostDeviceId: string;
    readonly code: string;
    readonly detail: string;
  }[];
  readonly days: readonly {
    readonly day: string;
    readonly planned: number;
  }[];
  readonly whole: boolean;
  readonly warnings: readonly string[];
}

export interface Distribution {
  readonly id: string;
  readonly version: number;
  readonly draft?:
    | {
        readonly number: number;
        readonly plan: {
          readonly everybody?: "devices" | "users" | undefined;
          readonly includes: readonly string[];
          readonly excludes: readonly string[];
          readonly testDeviceId?: string | undefined;
          readonly stagedGroupId?: string | undefined;
          readonly over: string;
          readonly leaving: "keep" | "remove" | "revoke";
          readonly endpointId?: string | undefined;
          readonly change: Readonly<Record<string, unknown>>;
        };
        readonly by: string;
        readonly at: string;
      }
    | undefined;
  readonly trial?:
    | {
        readonly number: number;
        readonly plan: {
          readonly everybody?: "devices" | "users" | undefined;
          readonly includes: readonly string[];
          readonly excludes: readonly string[];
          readonly testDeviceId?: string | undefined;
          readonly stagedGroupId?: string | undefined;
          readonly over: string;
          readonly leaving: "keep" | "remove" | "revoke";
          readonly endpointId?: string | undefined;
          readonly change: Readonly<Record<string, unknown>>;
        };
        readonly by: string;
        readonly at: string;
        readonly stage: "test" | "group" | "everybody";
        readonly stageAt: string;
      }
    | undefined;
  readonly serving?:
    | {
        readonly number: number;
        readonly plan: {
          readonly everybody?: "devices" | "users" | undefined;
          readonly includes: readonly string[];
          readonly excludes: readonly string[];
          readonly testDeviceId?: string | undefined;
          readonly stagedGroupId?: string | undefined;
          readonly over: string;
          readonly leaving: "keep" | "remove" | "revoke";
          readonly endpointId?: string | undefined;
          readonly change: Readonly<Record<string, unknown>>;
        };
        readonly by: string;
        readonly at: string;
      }
    | undefined;
  readonly progress: {
    readonly devices: number;
    readonly waiting: number;
    readonly sent: number;
    readonly failed: number;
    readonly installed: number;
  };
  readonly next?:
    | {
        readonly stage: "test" | "group" | "everybody";
        readonly ok: boolean;
        readonly why: string;
        readonly devices: number;
        readonly installed: number;
      }
    | undefined;
  readonly walk?:
    | {
        readonly state: "running" | "held" | "done";
        readonly joined: number;
        readonly left: number;
      }
    | undefined;
}

export interface DistributionPreview {
  readonly firstStage: "test" | "group" | "everybody";
  readonly devices: number;
  readonly fresh: number;
  readonly staged: number;
  readonly leaving: number;
  readonly days: readonly {
    readonly day: string;
    readonly planned: number;
    readonly late: number;
    readonly peakHour: number;
  }[];
  readonly warnings: readonly string[];
  readonly impact?: TemplateImpact | undefined;
  readonly whole: boolean;
}

export interface Endpoint {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly authorityId: string;
  readonly templateIds: readonly string[];
  readonly policies: readonly {
    readonly kind: "static" | "dynamic";
    readonly id: string;
    readonly templateId?: string | undefined;
    readonly unknownDevice?: string | undefined;
    readonly secretSet?: boolean | undefined;
  }[];
  readonly raId?: string | undefined;
  readonly ra?: Ra | undefined;
  readonly next?:
    | {
        readonly authorityId: string;
        readonly raId?: string | undefined;
        readonly from: string;
        readonly until: string;
      }
    | undefined;
  readonly includeRoot: boolean;
  readonly legacy: boolean;
  readonly acceptMd5Csr: boolean;
  readonly limits: Readonly<Record<string, unknown>>;
  readonly approval: "none" | "manual";
  readonly approvalLifetime: string;
  readonly queries: boolean;
  readonly clientProfile: string;
  readonly clientCertificates: "no-tls" | "never" | "optional" | "required" | "unknown";
  readonly enabled: boolean;
  readonly url?: string | undefined;
  readonly warnings: readonly string[];
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface EndpointTest {
  readonly ok: boolean;
  readonly steps: readonly {
    readonly step: string;
    readonly ok: boolean;
    readonly milliseconds: number;
    readonly detail: string;
    readonly code?: string | undefined;
    readonly nextStep?: string | undefined;
  }[];
}

export interface ConsoleName {
  readonly id: string;
  readonly name: string;
  readonly version: number;
}

export interface Console {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly dialect: {
    readonly open: string;
    readonly close: string;
    readonly ignoresCase: boolean;
    readonly caseMark: "documented" | "observed" | "inferred" | "ours";
    readonly free: boolean;
    readonly variables: readonly {
      readonly name: string;
      readonly variable: string;
      readonly mark: "documented" | "observed" | "inferred" | "ours";
    }[];
  };
  readonly caServer: {
    readonly title: string;
    readonly editTitle: string;
    readonly place: string;
    readonly notes: readonly string[];
    readonly actions: readonly {
      readonly name: string;
      readonly label: string;
      readonly help: string;
      readonly when?:
        | {
            readonly field: string;
            readonly is: readonly (string | boolean)[];
          }
        | undefined;
      readonly fields: readonly string[];
      readonly asks?: "public-addresses" | "enrolment" | undefined;
      readonly saves?: boolean | undefined;
      readonly untried: readonly {
        readonly what: string;
        readonly why: string;
        readonly when?:
          | {
              readonly field: string;
              readonly is: readonly (string | boolean)[];
            }
          | undefined;
      }[];
    }[];
    readonly fields: readonly ConsoleField[];
  };
  readonly template: {
    readonly title: string;
    readonly editTitle: string;
    readonly place: string;
    readonly notes: readonly string[];
    readonly actions: readonly {
      readonly name: string;
      readonly label: string;
      readonly help: string;
      readonly when?:
        | {
            readonly field: string;
            readonly is: readonly (string | boolean)[];
          }
        | undefined;
      readonly fields: readonly string[];
      readonly asks?: "public-addresses" | "enrolment" | undefined;
      readonly saves?: boolean | undefined;
      readonly untried: readonly {
        readonly what: string;
        readonly why: string;
        readonly when?:
          | {
              readonly field: string;
              readonly is: readonly (string | boolean)[];
            }
          | undefined;
      }[];
    }[];
    readonly fields: readonly ConsoleField[];
  };
}

export interface ConsoleField {
  readonly name: string;
  readonly label: string;
  readonly help: string;
  readonly type:
    | "text"
    | "lines"
    | "pattern"
    | "integer"
    | "yes-no"
    | "choice"
    | "choices"
    | "list"
    | "rows"
    | "date"
    | "secret"
    | "file";
  readonly section?: string | undefined;
  readonly choices?:
    | readonly {
        readonly value: string;
        readonly label: string;
        readonly mark?: "documented" | "observed" | "inferred" | "ours" | undefined;
        readonly refused?: string | undefined;
        readonly nothing?: boolean | undefined;
      }[]
    | undefined;
  readonly from?: string | undefined;
  readonly columns?:
    | readonly {
        readonly name: string;
        readonly label: string;
        readonly type: string;
      }[]
    | undefined;
  readonly default?:
    | string
    | number
    | boolean
    | null
    | readonly string[]
    | readonly Readonly<Record<string, string>>[]
    | undefined;
  readonly required?: boolean | undefined;
  readonly format?:
    | {
        readonly expression: string;
        readonly message: string;
      }
    | undefined;
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
  readonly when?:
    | {
        readonly field: string;
        readonly is: readonly (string | boolean)[];
      }
    | undefined;
  readonly requiredWhen?:
    | {
        readonly field: string;
        readonly is: readonly (string | boolean)[];
      }
    | undefined;
  readonly same?: string | undefined;
  readonly readOnly?: boolean | undefined;
  readonly mark: "documented" | "observed" | "inferred" | "ours";
  readonly note?: string | undefined;
  readonly maps: readonly string[];
}

export interface FilledForm {
  readonly id?: string | undefined;
  readonly version?: number | undefined;
  readonly values: Readonly<
    Record<
      string,
      | string
      | number
      | boolean
      | null
      | readonly string[]
      | readonly Readonly<Record<string, string>>[]
    >
  >;
  readonly secretsSet: readonly string[];
  readonly secretsPassed: readonly string[];
  readonly alsoSet: readonly {
    readonly member: string;
    readonly value: unknown;
  }[];
  readonly issues: readonly {
    readonly path: string;
    readonly message: string;
  }[];
  readonly notes: readonly string[];
  readonly model: Readonly<Record<string, unknown>>;
  readonly saved: boolean;
}

export interface Tried {
  readonly ok: boolean;
  readonly steps: readonly {
    readonly what: string;
    readonly state: "good" | "bad" | "untried";
    readonly detail: string;
    readonly nextStep?: string | undefined;
  }[];
}

export interface Resolved {
  readonly subject?: string | undefined;
  readonly sans: readonly {
    readonly type: "rfc822" | "dns" | "uri" | "upn" | "ip";
    readonly value: string;
  }[];
  readonly missing: readonly {
    readonly variable: string;
    readonly attribute: string;
  }[];
  readonly issues: readonly {
    readonly path: string;
    readonly message: string;
  }[];
}

export interface Device {
  readonly id: string;
  readonly hostId: string;
  readonly hostDeviceId: string;
  readonly platform: "apple" | "windows" | "android" | "other";
  readonly status:
    | "enrolled"
    | "unmanaged"
    | "lost"
    | "compromised"
    | "wiped"
    | "unenrolled"
    | "deactivated"
    | "decommissioned";
  readonly hostStatus?:
    "enrolled" | "unmanaged" | "lost" | "compromised" | "wiped" | "unenrolled" | undefined;
  readonly attributes: Readonly<Record<string, string>>;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface HostGroup {
  readonly id: string;
  readonly hostId: string;
  readonly groupId: string;
  readonly name: string;
  readonly kind: "device" | "user";
  readonly hostCount?: number | undefined;
  readonly members: number;
  readonly syncedAt?: string | undefined;
  readonly problem?: string | undefined;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface DeviceRevocation {
  readonly deviceId: string;
  readonly revoked: readonly string[];
  readonly held: readonly string[];
  readonly predated: readonly string[];
  readonly challengesBurned: number;
}

export interface DeviceRelease {
  readonly deviceId: string;
  readonly released: readonly string[];
}

export interface Timeline {
  readonly deployments: readonly {
    readonly id: string;
    readonly templateId: string;
    readonly state: string;
    readonly since: string;
    readonly nextActionAt?: string | undefined;
    readonly reason?: string | undefined;
    readonly failure?: string | undefined;
    readonly attempts: number;
    readonly nextStep: string;
  }[];
  readonly entries: readonly {
    readonly at: string;
    readonly source: string;
    readonly event: string;
    readonly summary: string;
    readonly code?: string | undefined;
    readonly nextStep?: string | undefined;
    readonly templateId?: string | undefined;
    readonly deploymentId?: string | undefined;
    readonly certificateId?: string | undefined;
    readonly serial?: string | undefined;
    readonly commandId?: string | undefined;
    readonly transactionId?: string | undefined;
    readonly principal?: string | undefined;
  }[];
  readonly more: boolean;
}

export interface Inventory {
  readonly deviceId: string;
  readonly reportedAt?: string | undefined;
  readonly askedAt?: string | undefined;
  readonly items: readonly {
    readonly key: string;
    readonly serial: string;
    readonly issuer?: string | undefined;
    readonly subject?: string | undefined;
    readonly notAfter?: string | undefined;
    readonly fingerprintSha256?: string | undefined;
    readonly verdict: string;
    readonly certificateId?: string | undefined;
    readonly firstSeenAt: string;
    readonly lastSeenAt: string;
  }[];
}

export interface InventoryResult {
  readonly deviceId: string;
  readonly stale: boolean;
  readonly seen: number;
  readonly unreadable: number;
  readonly installed: readonly string[];
  readonly missing: readonly string[];
}

export interface Host {
  readonly id: string;
  readonly listsGroups: boolean;
  readonly mixedGroups: boolean;
  readonly saidHere: boolean;
  readonly version: number;
}

export interface Deployment {
  readonly id: string;
  readonly deviceId: string;
  readonly templateId: string;
  readonly endpointId?: string | undefined;
  readonly state:
    | "assigned"
    | "queued"
    | "delivered"
    | "requested"
    | "issued"
    | "installed"
    | "renewing"
    | "failed"
    | "locked"
    | "removed";
  readonly since: string;
  readonly nextActionAt?: string | undefined;
  readonly certificateId?: string | undefined;
  readonly certificateEndsAt?: string | undefined;
  readonly seenAt?: string | undefined;
  readonly attempts: number;
  readonly deliveries: number;
  readonly reason?:
    | "publish-failed"
    | "host-refused"
    | "value-missing"
    | "command-lost"
    | "challenge-lapsed"
    | "device-absent"
    | "request-refused"
    | "issuance-refused"
    | "too-many-attempts"
    | "approval-lapsed"
    | "approval-denied"
    | "certificate-missing"
    | "certificate-ended"
    | "renewal-due"
    | undefined;
  readonly failure?: string | undefined;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface RenewalPlan {
  readonly from: string;
  readonly until: string;
  readonly backlog: number;
  readonly whole: boolean;
  readonly days: readonly PlannedDay[];
  readonly authorities: readonly {
    readonly authorityId: string;
    readonly rules: {
      readonly perHour: number | "off";
      readonly perDay: number | "off";
      readonly quietHours?:
        | {
            readonly from: string;
            readonly to: string;
            readonly timeZone: string;
          }
        | undefined;
    };
    readonly planned: number;
    readonly late: number;
    readonly peakHour: number;
    readonly days: readonly PlannedDay[];
  }[];
  readonly warnings: readonly string[];
}

export interface PlannedDay {
  readonly day: string;
  readonly planned: number;
  readonly late: number;
  readonly peakHour: number;
}

export interface RenewalRules {
  readonly authorityId: string;
  readonly rules: {
    readonly perHour: number | "off";
    readonly perDay: number | "off";
    readonly quietHours?:
      | {
          readonly from: string;
          readonly to: string;
          readonly timeZone: string;
        }
      | undefined;
  };
  readonly version: number;
  readonly updatedAt?: string | undefined;
  readonly warnings?: readonly string[] | undefined;
}

export interface RenewalGroup {
  readonly id: string;
  readonly name: string;
  readonly state: "running" | "done" | "stopped";
  readonly stopAbove: number;
  readonly judgeFrom: number;
  readonly wave: number;
  readonly patience: string;
  readonly reason?: string | undefined;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly counts: Readonly<Record<string, number>>;
}

export interface MintedChallenge {
  readonly id: string;
  readonly secret: string;
  readonly expiresAt: string;
  readonly endpointId: string;
  readonly scepUrl?: string | undefined;
}

export interface Approval {
  readonly id: string;
  readonly endpointId: string;
  readonly templateId: string;
  readonly deviceId: string;
  readonly subject: string;
  readonly transactionId: string;
  readonly state: "pending" | "approved" | "denied" | "issued" | "expired";
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly decidedBy?: string | undefined;
  readonly decidedAt?: string | undefined;
  readonly reason?: string | undefined;
  readonly certificateId?: string | undefined;
  readonly requestedBy?: string | undefined;
}

export interface Certificate {
  readonly id: string;
  readonly authorityId: string;
  readonly role: string;
  readonly status: string;
  readonly serial: string;
  readonly subject: string;
  readonly sans: readonly {
    readonly type: "rfc822" | "dns" | "uri" | "upn" | "ip";
    readonly value: string;
  }[];
  readonly notBefore: string;
  readonly notAfter: string;
  readonly fingerprintSha256?: string | undefined;
  readonly templateId?: string | undefined;
  readonly templateVersion?: number | undefined;
  readonly endpointId?: string | undefined;
  readonly deviceId?: string | undefined;
  readonly createdAt: string;
  readonly issuedAt?: string | undefined;
  readonly revokedAt?: string | undefined;
  readonly revocationReason?: string | undefined;
  readonly invalidityDate?: string | undefined;
  readonly hold?:
    | {
        readonly causes: readonly string[];
        readonly until?: string | undefined;
      }
    | undefined;
}

export interface Issued {
  readonly certificate?: Certificate | undefined;
  readonly details: CertificateDetails;
  readonly pem?: string | undefined;
  readonly pkcs12?: string | undefined;
  readonly fileName?: string | undefined;
}

export interface CertificateRequest {
  readonly subject: string;
  readonly sans: readonly {
    readonly type: "rfc822" | "dns" | "uri" | "upn" | "ip";
    readonly value: string;
  }[];
  readonly unsupportedSans: number;
  readonly publicKeyType: string;
  readonly keyUsages: readonly string[];
  readonly extendedKeyUsages: readonly string[];
  readonly extensions: readonly string[];
}

export interface BulkAnswer {
  readonly items: readonly {
    readonly row: number;
    readonly id?: string | undefined;
    readonly serial?: string | undefined;
    readonly authorityId?: string | undefined;
    readonly done: boolean;
    readonly code?: string | undefined;
    readonly detail?: string | undefined;
  }[];
  readonly done: number;
  readonly refused: number;
  readonly unpublished?: string | undefined;
}

export interface OutboxLetter {
  readonly id: string;
  readonly effect: {
    readonly kind: string;
  };
  readonly state: "waiting" | "dead";
  readonly attempts: number;
  readonly createdAt?: string | undefined;
  readonly dueAt?: string | undefined;
  readonly deadAt?: string | undefined;
  readonly reason?: string | undefined;
}

export interface Alert {
  readonly rule: string;
  readonly subject: string;
  readonly text: string;
  readonly since: string;
}

export interface AlertRule {
  readonly id: string;
  readonly enabled: boolean;
  readonly raise: number;
  readonly clear: number;
  readonly days: number;
  readonly about: string;
  readonly unit: string;
  readonly mail: readonly string[];
  readonly webhook?: string | undefined;
  readonly version: number;
  readonly updatedAt: string;
}

export interface LedgerRow {
  readonly id: string;
  readonly event: string;
  readonly principal: string;
  readonly at: string;
  readonly subjectId?: string | undefined;
  readonly data: Readonly<Record<string, unknown>>;
  readonly sequence?: number | undefined;
  readonly hash?: string | undefined;
}

export interface RefusalsFound {
  readonly items: readonly LedgerRow[];
  readonly from: string;
  readonly to: string;
  readonly looked: number;
  readonly complete: boolean;
  readonly lookedBackTo: string;
  readonly cursor?: string | undefined;
}

export interface LedgerHead {
  readonly tenant: string;
  readonly sequence: number;
  readonly hash: string;
  readonly at: string;
  readonly signature: string;
  readonly publicKey: string;
  readonly keyFingerprint: string;
}

export interface LedgerChain {
  readonly tenant: string;
  readonly publicKey: string;
  readonly after: {
    readonly sequence: number;
    readonly hash: string;
  };
  readonly items: readonly {
    readonly sequence: number;
    readonly hash: string;
    readonly event: string;
    readonly principal: string;
    readonly at: string;
    readonly subjectId?: string | undefined;
    readonly data: Readonly<Record<string, unknown>>;
    readonly certificate?: string | undefined;
  }[];
  readonly head?:
    | {
        readonly tenant: string;
        readonly sequence: number;
        readonly hash: string;
        readonly at: string;
        readonly signature: string;
      }
    | undefined;
}

export interface HookAdapter {
  readonly id: string;
  readonly hostId: string;
  readonly enabled: boolean;
  readonly version: number;
  readonly previousUntil?: string | undefined;
  readonly lastUsedAt?: string | undefined;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface HookSecret {
  readonly adapter: {
    readonly id: string;
    readonly hostId: string;
    readonly enabled: boolean;
    readonly version: number;
    readonly previousUntil?: string | undefined;
    readonly lastUsedAt?: string | undefined;
    readonly createdAt: string;
    readonly updatedAt: string;
  };
  readonly secret: string;
}

export interface CommandResult {
  readonly deploymentId: string;
  readonly state: string;
  readonly counted: boolean;
}

/** What each operation takes and answers; a file is a Blob. */
export interface Calls {
  /** Lists the tenants. */
  readonly getTenants: {
    readonly request: Record<never, never>;
    readonly answer: {
      readonly items: readonly Tenant[];
    };
  };
  /** Makes a tenant. */
  readonly postTenants: {
    readonly request: {
      readonly body: {
        readonly id: string;
        readonly name?: string | undefined;
      };
    };
    readonly answer: Tenant;
  };
  /** Mints a token for an Owner of a tenant, such as its first. */
  readonly postTenantsIdOwnerToken: {
    readonly request: {
      readonly id: string;
      readonly body: {
        readonly subject: string;
        readonly lifetimeSeconds?: number | undefined;
      };
    };
    readonly answer: Token;
  };
  /** Says who is asking, in which tenant, with which roles and rights. */
  readonly getWhoami: {
    readonly request: Record<never, never>;
    readonly answer: Principal;
  };
  /** Mints a token for somebody in the caller's tenant; Owners only. */
  readonly postTokens: {
    readonly request: {
      readonly body: {
        readonly subject: string;
        readonly roles: readonly (
          | "owner"
          | "ca-administrator"
          | "certificate-administrator"
          | "ca-auditor"
          | "protocol-operator"
          | "protocol-auditor"
        )[];
        readonly lifetimeSeconds?: number | undefined;
      };
    };
    readonly answer: Token;
  };
  /** Lists the tokens that were minted in the caller's tenant, without the tokens. */
  readonly getTokens: {
    readonly request: {
      readonly query?: {
        readonly limit?: number | undefined;
        readonly cursor?: string | undefined;
      };
    };
    readonly answer: {
      readonly items: readonly TokenRecord[];
      readonly cursor?: string | undefined;
    };
  };
  /** Revokes a token before its end; the next request with it is refused. */
  readonly postTokensIdRevoke: {
    readonly request: { readonly id: string };
    readonly answer: undefined;
  };
  /** Lists the people and their roles; Owners only, as all below. */
  readonly getPeople: {
    readonly request: Record<never, never>;
    readonly answer: {
      readonly items: readonly Person[];
    };
  };
  /** Adds somebody by subject or e-mail address, also before the first login. */
  readonly postPeople: {
    readonly request: {
      readonly body: {
        readonly id: string;
        readonly roles: readonly (
          | "owner"
          | "ca-administrator"
          | "certificate-administrator"
          | "ca-auditor"
          | "protocol-operator"
          | "protocol-auditor"
        )[];
        readonly email?: string | undefined;
        readonly firstName?: string | undefined;
        readonly lastName?: string | undefined;
        readonly approveOwn?: boolean | undefined;
        readonly active?: boolean | undefined;
      };
    };
    readonly answer: Person;
  };
  /** Shows one person. */
  readonly getPeopleId: {
    readonly request: { readonly id: string };
    readonly answer: Person;
  };
  /** Changes roles and details; the last Owner stays one. */
  readonly patchPeopleId: {
    readonly request: {
      readonly id: string;
      readonly body: {
        readonly roles?:
          | readonly (
              | "owner"
              | "ca-administrator"
              | "certificate-administrator"
              | "ca-auditor"
              | "protocol-operator"
              | "protocol-auditor"
            )[]
          | undefined;
        readonly email?: string | null | undefined;
        readonly firstName?: string | null | undefined;
        readonly lastName?: string | null | undefined;
        readonly approveOwn?: boolean | undefined;
        readonly active?: boolean | undefined;
      };
      readonly version?: number | undefined;
    };
    readonly answer: Person;
  };
  /** Removes somebody; not the last Owner. */
  readonly deletePeopleId: {
    readonly request: { readonly id: string; readonly version?: number | undefined };
    readonly answer: undefined;
  };
  /** Lists the six roles with their members. */
  readonly getRoles: {
    readonly request: Record<never, never>;
    readonly answer: {
      readonly items: readonly Role[];
    };
  };
  /** Lists the machine credentials. */
  readonly getCredentials: {
    readonly request: Record<never, never>;
    readonly answer: {
      readonly items: readonly Credential[];
    };
  };
  /** Makes a machine credential; its PKCS#12 file and password are shown this once. */
  readonly postCredentials: {
    readonly request: {
      readonly body: {
        readonly id: string;
        readonly name?: string | undefined;
        readonly roles: readonly (
          | "owner"
          | "ca-administrator"
          | "certificate-administrator"
          | "ca-auditor"
          | "protocol-operator"
          | "protocol-auditor"
        )[];
        readonly authorityIds?: readonly string[] | undefined;
        readonly validity?: string | undefined;
        readonly encoding?: "strong" | "compatible" | undefined;
      };
    };
    readonly answer: HandedOverCredential;
  };
  /** Shows one machine credential. */
  readonly getCredentialsId: {
    readonly request: { readonly id: string };
    readonly answer: Credential;
  };
  /** Changes name, roles, scope or whether it may be used. */
  readonly patchCredentialsId: {
    readonly request: {
      readonly id: string;
      readonly body: {
        readonly name?: string | undefined;
        readonly roles?:
          | readonly (
              | "owner"
              | "ca-administrator"
              | "certificate-administrator"
              | "ca-auditor"
              | "protocol-operator"
              | "protocol-auditor"
            )[]
          | undefined;
        readonly authorityIds?: readonly string[] | undefined;
        readonly active?: boolean | undefined;
      };
      readonly version?: number | undefined;
    };
    readonly answer: Credential;
  };
  /** Deletes a machine credential; its tokens are refused from then on. */
  readonly deleteCredentialsId: {
    readonly request: { readonly id: string; readonly version?: number | undefined };
    readonly answer: undefined;
  };
  /** Makes a second key; the first one is good for a week more. */
  readonly postCredentialsIdRotate: {
    readonly request: {
      readonly id: string;
      readonly body: {
        readonly validity?: string | undefined;
        readonly encoding?: "strong" | "compatible" | undefined;
      };
    };
    readonly answer: HandedOverCredential;
  };
  /** Lists the end entities with activation and expiry; `?endpoint=` those of one. */
  readonly getEndEntities: {
    readonly request: {
      readonly query?: {
        readonly limit?: number | undefined;
        readonly cursor?: string | undefined;
        readonly endpoint?: string | undefined;
      };
    };
    readonly answer: {
      readonly items: readonly EndEntity[];
      readonly cursor?: string | undefined;
    };
  };
  /** Shows one end entity. */
  readonly getEndEntitiesId: {
    readonly request: { readonly id: string };
    readonly answer: EndEntity;
  };
  /** Stops issuing, renewing and minting for an end entity until it is activated. */
  readonly postEndEntitiesIdDeactivate: {
    readonly request: { readonly id: string };
    readonly answer: EndEntity;
  };
  /** Takes up an end entity that was deactivated. */
  readonly postEndEntitiesIdActivate: {
    readonly request: { readonly id: string };
    readonly answer: EndEntity;
  };
  /** For good: revokes its certificates and burns its challenges. */
  readonly postEndEntitiesIdDecommission: {
    readonly request: { readonly id: string };
    readonly answer: WipeResult;
  };
  /** Lists what happened to end entities, newest first; `?failed=true` the failures only, `?endpoint=` what was asked of one. A page of an endpoint that has a `cursor` may be short. */
  readonly getEvents: {
    readonly request: {
      readonly query?: {
        readonly limit?: number | undefined;
        readonly cursor?: string | undefined;
        readonly failed?: "true" | "false" | undefined;
        readonly subject?: string | undefined;
        readonly endpoint?: string | undefined;
      };
    };
    readonly answer: {
      readonly items: readonly Event[];
      readonly cursor?: string | undefined;
    };
  };
  /** Counts devices, certificates and what has failed, and the ends of certificates by day; health of this node. */
  readonly getOverview: {
    readonly request: { readonly query?: { readonly days?: number | undefined } };
    readonly answer: Overview;
  };
  /** Shows the settings that the installation was started with, without secrets. */
  readonly getAbout: {
    readonly request: Record<never, never>;
    readonly answer: About;
  };
  /** Shows how many certificates and CAs are active, and how many may be. */
  readonly getCaps: {
    readonly request: Record<never, never>;
    readonly answer: TenantCaps;
  };
  /** Shows how many certificates of an authority are active, and how many may be. */
  readonly getAuthoritiesIdCap: {
    readonly request: { readonly id: string };
    readonly answer: AuthorityCap;
  };
  /** Caps the active certificates of an issuing CA: beyond it nothing is issued until one is revoked or expires. `null` takes the cap away. */
  readonly patchAuthoritiesIdCap: {
    readonly request: {
      readonly id: string;
      readonly body: {
        readonly certificates: number | null;
      };
      readonly version?: number | undefined;
    };
    readonly answer: AuthorityCap;
  };
  /** Shows a tenant's caps to the installation operator. */
  readonly getTenantsIdCaps: {
    readonly request: { readonly id: string };
    readonly answer: TenantCaps;
  };
  /** Caps the active certificates and CAs of a tenant, as the installation operator. `null` takes a cap away. */
  readonly patchTenantsIdCaps: {
    readonly request: {
      readonly id: string;
      readonly body: {
        readonly certificates?: number | null | undefined;
        readonly authorities?: number | null | undefined;
      };
      readonly version?: number | undefined;
    };
    readonly answer: TenantCaps;
  };
  /** Lists the authorities. */
  readonly getAuthorities: {
    readonly request: Record<never, never>;
    readonly answer: {
      readonly items: readonly Authority[];
    };
  };
  /** Makes a root, intermediate or issuing CA; under an outside root it waits with a CSR. */
  readonly postAuthorities: {
    readonly request: {
      readonly body: {
        readonly id: string;
        readonly name?: string | undefined;
        readonly kind: "root" | "intermediate" | "issuing";
        readonly parentId?: string | undefined;
        readonly subject: string;
        readonly keyAlgorithm:
          | "rsa-2048"
          | "rsa-3072"
          | "rsa-4096"
          | "ec-p256"
          | "ec-p384"
          | "ec-p521"
          | "ed25519"
          | "ml-dsa-44"
          | "ml-dsa-65"
          | "ml-dsa-87";
        readonly keyStore?: string | undefined;
        readonly keyRef?: string | undefined;
        readonly signature?: "pkcs1" | "pss" | undefined;
        readonly notAfter?: string | undefined;
        readonly pathLength?: number | undefined;
        readonly crlEnabled?: boolean | undefined;
        readonly ocspEnabled?: boolean | undefined;
        readonly crlShards?: number | undefined;
        readonly deltaCrl?: boolean | undefined;
        readonly ocspKeyAlgorithm?: "ec-p256" | "rsa-2048" | undefined;
        readonly single?: boolean | undefined;
      };
    };
    readonly answer: Authority;
  };
  /** Takes the certificate of a root whose key is elsewhere. */
  readonly postAuthoritiesImportRoot: {
    readonly request: {
      readonly body: {
        readonly id: string;
        readonly name?: string | undefined;
        readonly certificate: string;
      };
    };
    readonly answer: Authority;
  };
  /** Takes a CA server elsewhere whose SCEP URL devices call themselves: URL, enrolment code, CA certificates with the root last. */
  readonly postAuthoritiesOutside: {
    readonly request: {
      readonly body: {
        readonly id: string;
        readonly name?: string | undefined;
        readonly url: string;
        readonly certificates: readonly string[];
        readonly serverType?:
          "digicert-one" | "countersign" | "step-ca" | "ejbca" | "ndes" | "other" | undefined;
        readonly code?: string | undefined;
      };
    };
    readonly answer: Authority;
  };
  /** Changes URL, code (`null` takes it away), certificates or kind of an outside CA server. */
  readonly patchAuthoritiesIdOutside: {
    readonly request: {
      readonly id: string;
      readonly body: {
        readonly name?: string | undefined;
        readonly url?: string | undefined;
        readonly certificates?: readonly string[] | undefined;
        readonly serverType?:
          "digicert-one" | "countersign" | "step-ca" | "ejbca" | "ndes" | "other" | undefined;
        readonly code?: string | null | undefined;
      };
      readonly version?: number | undefined;
    };
    readonly answer: Authority;
  };
  /** Makes root, issuing CA and RA certificate in one step. With `Accept: application/x-ndjson` each step is a line, the last line holds `result` or `problem`. */
  readonly postHierarchies: {
    readonly request: {
      readonly body: {
        readonly id: string;
        readonly rootId?: string | undefined;
        readonly name?: string | undefined;
        readonly organization?: string | undefined;
        readonly keyAlgorithm?:
          | "rsa-2048"
          | "rsa-3072"
          | "rsa-4096"
          | "ec-p256"
          | "ec-p384"
          | "ec-p521"
          | "ed25519"
          | "ml-dsa-44"
          | "ml-dsa-65"
          | "ml-dsa-87"
          | undefined;
        readonly keyStore?: string | undefined;
        readonly crlShards?: number | undefined;
        readonly deltaCrl?: boolean | undefined;
        readonly ocspKeyAlgorithm?: "ec-p256" | "rsa-2048" | undefined;
      };
    };
    readonly answer: Hierarchy;
  };
  /** Shows one authority with its SCEP addresses and all that its certificate says. */
  readonly getAuthoritiesId: {
    readonly request: { readonly id: string };
    readonly answer: Authority;
  };
  /** Gives an authority another friendly name, or switches OCSP on for what it issues from then on; it cannot be switched off. */
  readonly patchAuthoritiesId: {
    readonly request: {
      readonly id: string;
      readonly body: {
        readonly name?: string | undefined;
        readonly ocspEnabled?: boolean | undefined;
      };
      readonly version?: number | undefined;
    };
    readonly answer: Authority;
  };
  /** Deletes an authority and all below it; `?confirm=` is its identifier, `?force=true` takes live deployments with it. Its CRL goes on. */
  readonly deleteAuthoritiesId: {
    readonly request: {
      readonly id: string;
      readonly query: { readonly confirm: string; readonly force?: "true" | "false" | undefined };
      readonly version?: number | undefined;
    };
    readonly answer: RemovalImpact;
  };
  /** Says what deleting an authority would take with it. */
  readonly getAuthoritiesIdRemoval: {
    readonly request: { readonly id: string };
    readonly answer: RemovalImpact;
  };
  /** Shows the published lists: number, dates, entries, size, and how far each is behind. */
  readonly getAuthoritiesIdCrl: {
    readonly request: { readonly id: string };
    readonly answer: {
      readonly items: readonly Crl[];
    };
  };
  /** Signs and publishes all lists of the authority now. */
  readonly postAuthoritiesIdCrl: {
    readonly request: { readonly id: string };
    readonly answer: {
      readonly items: readonly Crl[];
    };
  };
  /** Fetches CA certificate, lists, OCSP, GetCACaps and GetCACert from their public URLs, and says of each whether it is what it should be. */
  readonly postAuthoritiesIdCheck: {
    readonly request: { readonly id: string };
    readonly answer: {
      readonly items: readonly PublicFinding[];
    };
  };
  /** Downloads the CSR of an authority that waits for its certificate, PEM. */
  readonly getAuthoritiesIdCsr: {
    readonly request: { readonly id: string };
    readonly answer: Blob;
  };
  /** Takes the certificate that an outside root made from the CSR, the first one or a renewal. */
  readonly postAuthoritiesIdCertificate: {
    readonly request: {
      readonly id: string;
      readonly body: {
        readonly certificate: string;
      };
    };
    readonly answer: Authority;
  };
  /** Downloads the CA certificate: PEM, or DER with `?format=der` or `Accept: application/pkix-cert`. */
  readonly getAuthoritiesIdCertificate: {
    readonly request: {
      readonly id: string;
      readonly query?: { readonly format?: "pem" | "der" | undefined };
    };
    readonly answer: Blob;
  };
  /** Downloads the chain as PEM, this authority first and the root last. */
  readonly getAuthoritiesIdChain: {
    readonly request: { readonly id: string };
    readonly answer: Blob;
  };
  /** Lists the certificate profiles, the shipped ones first. */
  readonly getCertificateProfiles: {
    readonly request: Record<never, never>;
    readonly answer: {
      readonly items: readonly CertificateProfile[];
    };
  };
  /** Makes a custom profile: a clone of another with what differs, or raw. */
  readonly postCertificateProfiles: {
    readonly request: {
      readonly body: {
        readonly id: string;
        readonly cloneOf?: string | undefined;
        readonly group?: string | undefined;
        readonly description?: string | undefined;
        readonly pkcs12?: boolean | undefined;
        readonly definition?: Readonly<Record<string, unknown>> | undefined;
      };
    };
    readonly answer: CertificateProfile;
  };
  /** Shows one certificate profile. */
  readonly getCertificateProfilesId: {
    readonly request: { readonly id: string };
    readonly answer: CertificateProfile;
  };
  /** Changes a custom profile, and the templates that keep to it. */
  readonly patchCertificateProfilesId: {
    readonly request: {
      readonly id: string;
      readonly body: {
        readonly group?: string | undefined;
        readonly description?: string | undefined;
        readonly pkcs12?: boolean | undefined;
        readonly definition?: Readonly<Record<string, unknown>> | undefined;
      };
      readonly version?: number | undefined;
    };
    readonly answer: CertificateProfile;
  };
  /** Deletes a custom profile that nothing uses. */
  readonly deleteCertificateProfilesId: {
    readonly request: { readonly id: string; readonly version?: number | undefined };
    readonly answer: undefined;
  };
  /** Lists the profiles that an authority may issue by. */
  readonly getAuthoritiesIdProfiles: {
    readonly request: { readonly id: string };
    readonly answer: {
      readonly items: readonly CertificateProfile[];
    };
  };
  /** Sets the profiles that an authority may issue by; null lifts the restriction. */
  readonly putAuthoritiesIdProfiles: {
    readonly request: {
      readonly id: string;
      readonly body: {
        readonly profiles: readonly string[] | null;
      };
      readonly version?: number | undefined;
    };
    readonly answer: Authority;
  };
  /** Lists the registration authorities. */
  readonly getRas: {
    readonly request: Record<never, never>;
    readonly answer: {
      readonly items: readonly Ra[];
    };
  };
  /** Makes an RA key and its certificate; with `origin: csr` a CSR for an outside CA instead. */
  readonly postRas: {
    readonly request: {
      readonly body: {
        readonly authorityId: string;
        readonly subject?: string | undefined;
        readonly keyAlgorithm?:
          "rsa-2048" | "rsa-3072" | "rsa-4096" | "ec-p256" | "ec-p384" | "ec-p521" | undefined;
        readonly keyStore?: string | undefined;
        readonly origin?: "issued" | "csr" | undefined;
      };
    };
    readonly answer: Ra;
  };
  /** Takes an RA certificate and its private key from elsewhere, into a soft key store. */
  readonly postRasImport: {
    readonly request: {
      readonly body: {
        readonly authorityId: string;
        readonly keyStore?: string | undefined;
        readonly certificate: string;
        readonly privateKey: string;
      };
    };
    readonly answer: Ra;
  };
  /** Shows one registration authority, with its CSR while that waits. */
  readonly getRasId: {
    readonly request: { readonly id: string };
    readonly answer: Ra;
  };
  /** Takes the certificate that an outside CA made from the RA's CSR. */
  readonly postRasIdCertificate: {
    readonly request: {
      readonly id: string;
      readonly body: {
        readonly certificate: string;
      };
    };
    readonly answer: Ra;
  };
  /** Renews a CA certificate with the same key; under an outside root it writes a CSR and waits for the certificate. */
  readonly postAuthoritiesIdRenew: {
    readonly request: {
      readonly id: string;
      readonly body: {
        readonly notAfter?: string | undefined;
      };
    };
    readonly answer: Authority;
  };
  /** Makes an authority with a new key that takes over, and announces it by GetNextCACert; what is not named is as today. */
  readonly postAuthoritiesIdRollOver: {
    readonly request: {
      readonly id: string;
      readonly body: {
        readonly successorId?: string | undefined;
        readonly name?: string | undefined;
        readonly subject?: string | undefined;
        readonly parentId?: string | undefined;
        readonly keyAlgorithm?:
          | "rsa-2048"
          | "rsa-3072"
          | "rsa-4096"
          | "ec-p256"
          | "ec-p384"
          | "ec-p521"
          | "ed25519"
          | "ml-dsa-44"
          | "ml-dsa-65"
          | "ml-dsa-87"
          | undefined;
        readonly signature?: "pkcs1" | "pss" | undefined;
        readonly keyStore?: string | undefined;
        readonly keyRef?: string | undefined;
        readonly notAfter?: string | undefined;
        readonly startsAt?: string | undefined;
      };
    };
    readonly answer: RollOver;
  };
  /** Counts the devices that still stand on an authority, and names its endpoints. */
  readonly getAuthoritiesIdUsage: {
    readonly request: { readonly id: string };
    readonly answer: Usage;
  };
  /** Retires an authority: no new certificates; its CRL and OCSP go on. */
  readonly postAuthoritiesIdRetire: {
    readonly request: { readonly id: string };
    readonly answer: Authority;
  };
  /** Counts the devices that enrolled last by an RA, and names its endpoints. */
  readonly getRasIdUsage: {
    readonly request: { readonly id: string };
    readonly answer: Usage;
  };
  /** Lists the roll-overs of CA keys with their stage, deadline and counts of devices. */
  readonly getRollOvers: {
    readonly request: Record<never, never>;
    readonly answer: {
      readonly items: readonly RollOver[];
    };
  };
  /** Shows one roll-over. */
  readonly getRollOversId: {
    readonly request: { readonly id: string };
    readonly answer: RollOver;
  };
  /** Calls a roll-over off before it has begun; the successor stays as an authority. */
  readonly postRollOversIdCancel: {
    readonly request: { readonly id: string };
    readonly answer: RollOver;
  };
  /** Lists the certificate templates. */
  readonly getTemplates: {
    readonly request: Record<never, never>;
    readonly answer: {
      readonly items: readonly Template[];
    };
  };
  /** Makes a template; only id, authority and subject must be given. */
  readonly postTemplates: {
    readonly request: {
      readonly body: {
        readonly id: string;
        readonly authorityId: string;
        readonly subject: string;
        readonly name?: string | undefined;
        readonly sans?:
          | readonly {
              readonly type: "rfc822" | "dns" | "uri" | "upn" | "ip";
              readonly pattern: string;
            }[]
          | undefined;
        readonly keyAlgorithms?:
          | readonly ("rsa-2048" | "rsa-3072" | "rsa-4096" | "ec-p256" | "ec-p384" | "ec-p521")[]
          | undefined;
        readonly keyUsages?:
          | readonly (
              | "digitalSignature"
              | "nonRepudiation"
              | "keyEncipherment"
              | "dataEncipherment"
              | "keyAgreement"
              | "keyCertSign"
              | "cRLSign"
            )[]
          | undefined;
        readonly extendedKeyUsages?: readonly string[] | undefined;
        readonly allowedExtendedKeyUsages?: readonly string[] | undefined;
        readonly validity?: string | undefined;
        readonly maxValidity?: string | undefined;
        readonly beyondAuthority?: "refuse" | "shorten" | undefined;
        readonly backdate?: string | undefined;
        readonly delivery?: "scep" | "pkcs12" | undefined;
        readonly pkcs12Encoding?: "by-platform" | "strong" | "compatible" | undefined;
        readonly challengeMode?: "static" | "dynamic" | undefined;
        readonly challengeLifetime?: string | undefined;
        readonly pushedChallengeLifetime?: string | undefined;
        readonly attempts?:
          | {
              readonly limit: number;
              readonly interval: string;
              readonly lock: string;
              readonly wipe: boolean;
            }
          | undefined;
        readonly keyStorage?:
          "tpm" | "tpm-else-software" | "software" | "windows-hello" | undefined;
        readonly autoRenewal?: boolean | undefined;
        readonly renewalWindow?: string | undefined;
        readonly renewalSpread?: string | undefined;
        readonly scepRenewal?: "off" | "any-time" | "in-window" | undefined;
        readonly renewalGrace?: string | undefined;
        readonly oldCertificate?: "keep" | "revoke" | undefined;
        readonly policies?:
          | readonly {
              readonly oid: string;
              readonly cps?: string | undefined;
            }[]
          | undefined;
        readonly revocation?:
          | {
              readonly wiped?:
                | "unspecified"
                | "keyCompromise"
                | "cACompromise"
                | "affiliationChanged"
                | "superseded"
                | "cessationOfOperation"
                | "certificateHold"
                | "privilegeWithdrawn"
                | "aACompromise"
                | "keep"
                | undefined;
              readonly unenrolled?:
                | "unspecified"
                | "keyCompromise"
                | "cACompromise"
                | "affiliationChanged"
                | "superseded"
                | "cessationOfOperation"
                | "certificateHold"
                | "privilegeWithdrawn"
                | "aACompromise"
                | "keep"
                | undefined;
              readonly compromised?:
                | "unspecified"
                | "keyCompromise"
                | "cACompromise"
                | "affiliationChanged"
                | "superseded"
                | "cessationOfOperation"
                | "certificateHold"
                | "privilegeWithdrawn"
                | "aACompromise"
                | "keep"
                | undefined;
              readonly lost?:
                | "unspecified"
                | "keyCompromise"
                | "cACompromise"
                | "affiliationChanged"
                | "superseded"
                | "cessationOfOperation"
                | "certificateHold"
                | "privilegeWithdrawn"
                | "aACompromise"
                | "keep"
                | undefined;
              readonly userDisabled?:
                | "unspecified"
                | "keyCompromise"
                | "cACompromise"
                | "affiliationChanged"
                | "superseded"
                | "cessationOfOperation"
                | "certificateHold"
                | "privilegeWithdrawn"
                | "aACompromise"
                | "keep"
                | undefined;
            }
          | undefined;
        readonly allowDuplicates?: boolean | undefined;
        readonly profileId?: string | undefined;
        readonly requiredDomain?: string | undefined;
      };
    };
    readonly answer: Template;
  };
  /** Shows one template. */
  readonly getTemplatesId: {
    readonly request: { readonly id: string };
    readonly answer: Template;
  };
  /** Saves a new version with the named fields; `moveOver` (such as `P7D`) moves its deployments to it by the renewal plan in that time. `warnings` tells of certificates that would end before the caps let them be renewed. `If-Match` guards against changing a newer one. */
  readonly patchTemplatesId: {
    readonly request: {
      readonly id: string;
      readonly body: {
        readonly authorityId?: string | undefined;
        readonly subject?: string | undefined;
        readonly name?: string | undefined;
        readonly sans?:
          | readonly {
              readonly type: "rfc822" | "dns" | "uri" | "upn" | "ip";
              readonly pattern: string;
            }[]
          | undefined;
        readonly keyAlgorithms?:
          | readonly ("rsa-2048" | "rsa-3072" | "rsa-4096" | "ec-p256" | "ec-p384" | "ec-p521")[]
          | undefined;
        readonly keyUsages?:
          | readonly (
              | "digitalSignature"
              | "nonRepudiation"
              | "keyEncipherment"
              | "dataEncipherment"
              | "keyAgreement"
              | "keyCertSign"
              | "cRLSign"
            )[]
          | undefined;
        readonly extendedKeyUsages?: readonly string[] | undefined;
        readonly allowedExtendedKeyUsages?: readonly string[] | undefined;
        readonly validity?: string | undefined;
        readonly maxValidity?: string | undefined;
        readonly beyondAuthority?: "refuse" | "shorten" | undefined;
        readonly backdate?: string | undefined;
        readonly delivery?: "scep" | "pkcs12" | undefined;
        readonly pkcs12Encoding?: "by-platform" | "strong" | "compatible" | undefined;
        readonly challengeMode?: "static" | "dynamic" | undefined;
        readonly challengeLifetime?: string | undefined;
        readonly pushedChallengeLifetime?: string | undefined;
        readonly attempts?:
          | {
              readonly limit: number;
              readonly interval: string;
              readonly lock: string;
              readonly wipe: boolean;
            }
          | undefined;
        readonly keyStorage?:
          "tpm" | "tpm-else-software" | "software" | "windows-hello" | undefined;
        readonly autoRenewal?: boolean | undefined;
        readonly renewalWindow?: string | undefined;
        readonly renewalSpread?: string | undefined;
        readonly scepRenewal?: "off" | "any-time" | "in-window" | undefined;
        readonly renewalGrace?: string | undefined;
        readonly oldCertificate?: "keep" | "revoke" | undefined;
        readonly policies?:
          | readonly {
              readonly oid: string;
              readonly cps?: string | undefined;
            }[]
          | undefined;
        readonly revocation?:
          | {
              readonly wiped?:
                | "unspecified"
                | "keyCompromise"
                | "cACompromise"
                | "affiliationChanged"
                | "superseded"
                | "cessationOfOperation"
                | "certificateHold"
                | "privilegeWithdrawn"
                | "aACompromise"
                | "keep"
                | undefined;
              readonly unenrolled?:
                | "unspecified"
                | "keyCompromise"
                | "cACompromise"
                | "affiliationChanged"
                | "superseded"
                | "cessationOfOperation"
                | "certificateHold"
                | "privilegeWithdrawn"
                | "aACompromise"
                | "keep"
                | undefined;
              readonly compromised?:
                | "unspecified"
                | "keyCompromise"
                | "cACompromise"
                | "affiliationChanged"
                | "superseded"
                | "cessationOfOperation"
                | "certificateHold"
                | "privilegeWithdrawn"
                | "aACompromise"
                | "keep"
                | undefined;
              readonly lost?:
                | "unspecified"
                | "keyCompromise"
                | "cACompromise"
                | "affiliationChanged"
                | "superseded"
                | "cessationOfOperation"
                | "certificateHold"
                | "privilegeWithdrawn"
                | "aACompromise"
                | "keep"
                | undefined;
              readonly userDisabled?:
                | "unspecified"
                | "keyCompromise"
                | "cACompromise"
                | "affiliationChanged"
                | "superseded"
                | "cessationOfOperation"
                | "certificateHold"
                | "privilegeWithdrawn"
                | "aACompromise"
                | "keep"
                | undefined;
            }
          | undefined;
        readonly allowDuplicates?: boolean | undefined;
        readonly profileId?: string | null | undefined;
        readonly requiredDomain?: string | null | undefined;
        readonly moveOver?: string | undefined;
      };
      readonly version?: number | undefined;
    };
    readonly answer: Template;
  };
  /** Deletes a template that nothing uses. */
  readonly deleteTemplatesId: {
    readonly request: { readonly id: string; readonly version?: number | undefined };
    readonly answer: undefined;
  };
  /** Shows what a change would do without saving it: devices re-keyed, on which days, and those that would fail. */
  readonly postTemplatesIdImpact: {
    readonly request: {
      readonly id: string;
      readonly body: {
        readonly authorityId?: string | undefined;
        readonly subject?: string | undefined;
        readonly name?: string | undefined;
        readonly sans?:
          | readonly {
              readonly type: "rfc822" | "dns" | "uri" | "upn" | "ip";
              readonly pattern: string;
            }[]
          | undefined;
        readonly keyAlgorithms?:
          | readonly ("rsa-2048" | "rsa-3072" | "rsa-4096" | "ec-p256" | "ec-p384" | "ec-p521")[]
          | undefined;
        readonly keyUsages?:
          | readonly (
              | "digitalSignature"
              | "nonRepudiation"
              | "keyEncipherment"
              | "dataEncipherment"
              | "keyAgreement"
              | "keyCertSign"
              | "cRLSign"
            )[]
          | undefined;
        readonly extendedKeyUsages?: readonly string[] | undefined;
        readonly allowedExtendedKeyUsages?: readonly string[] | undefined;
        readonly validity?: string | undefined;
        readonly maxValidity?: string | undefined;
        readonly beyondAuthority?: "refuse" | "shorten" | undefined;
        readonly backdate?: string | undefined;
        readonly delivery?: "scep" | "pkcs12" | undefined;
        readonly pkcs12Encoding?: "by-platform" | "strong" | "compatible" | undefined;
        readonly challengeMode?: "static" | "dynamic" | undefined;
        readonly challengeLifetime?: string | undefined;
        readonly pushedChallengeLifetime?: string | undefined;
        readonly attempts?:
          | {
              readonly limit: number;
              readonly interval: string;
              readonly lock: string;
              readonly wipe: boolean;
            }
          | undefined;
        readonly keyStorage?:
          "tpm" | "tpm-else-software" | "software" | "windows-hello" | undefined;
        readonly autoRenewal?: boolean | undefined;
        readonly renewalWindow?: string | undefined;
        readonly renewalSpread?: string | undefined;
        readonly scepRenewal?: "off" | "any-time" | "in-window" | undefined;
        readonly renewalGrace?: string | undefined;
        readonly oldCertificate?: "keep" | "revoke" | undefined;
        readonly policies?:
          | readonly {
              readonly oid: string;
              readonly cps?: string | undefined;
            }[]
          | undefined;
        readonly revocation?:
          | {
              readonly wiped?:
                | "unspecified"
                | "keyCompromise"
                | "cACompromise"
                | "affiliationChanged"
                | "superseded"
                | "cessationOfOperation"
                | "certificateHold"
                | "privilegeWithdrawn"
                | "aACompromise"
                | "keep"
                | undefined;
              readonly unenrolled?:
                | "unspecified"
                | "keyCompromise"
                | "cACompromise"
                | "affiliationChanged"
                | "superseded"
                | "cessationOfOperation"
                | "certificateHold"
                | "privilegeWithdrawn"
                | "aACompromise"
                | "keep"
                | undefined;
              readonly compromised?:
                | "unspecified"
                | "keyCompromise"
                | "cACompromise"
                | "affiliationChanged"
                | "superseded"
                | "cessationOfOperation"
                | "certificateHold"
                | "privilegeWithdrawn"
                | "aACompromise"
                | "keep"
                | undefined;
              readonly lost?:
                | "unspecified"
                | "keyCompromise"
                | "cACompromise"
                | "affiliationChanged"
                | "superseded"
                | "cessationOfOperation"
                | "certificateHold"
                | "privilegeWithdrawn"
                | "aACompromise"
                | "keep"
                | undefined;
              readonly userDisabled?:
                | "unspecified"
                | "keyCompromise"
                | "cACompromise"
                | "affiliationChanged"
                | "superseded"
                | "cessationOfOperation"
                | "certificateHold"
                | "privilegeWithdrawn"
                | "aACompromise"
                | "keep"
                | undefined;
            }
          | undefined;
        readonly allowDuplicates?: boolean | undefined;
        readonly profileId?: string | null | undefined;
        readonly requiredDomain?: string | null | undefined;
        readonly moveOver?: string | undefined;
      };
    };
    readonly answer: TemplateImpact;
  };
  /** Shows whom a template is for: draft, version on trial, what serves, and how far it is. */
  readonly getTemplatesIdDistribution: {
    readonly request: { readonly id: string };
    readonly answer: Distribution;
  };
  /** Saves a draft and delivers nothing: groups included and excluded, test device, staged group, spread, and changes of the template. What is published serves on. */
  readonly patchTemplatesIdDistribution: {
    readonly request: {
      readonly id: string;
      readonly body: {
        readonly everybody?: "devices" | "users" | null | undefined;
        readonly includes?: readonly string[] | undefined;
        readonly excludes?: readonly string[] | undefined;
        readonly testDeviceId?: string | null | undefined;
        readonly stagedGroupId?: string | null | undefined;
        readonly over?: string | undefined;
        readonly leaving?: "keep" | "remove" | "revoke" | undefined;
        readonly endpointId?: string | null | undefined;
        readonly change?:
          | {
              readonly authorityId?: string | undefined;
              readonly subject?: string | undefined;
              readonly name?: string | undefined;
              readonly sans?:
                | readonly {
                    readonly type: "rfc822" | "dns" | "uri" | "upn" | "ip";
                    readonly pattern: string;
                  }[]
                | undefined;
              readonly keyAlgorithms?:
                | readonly (
                    "rsa-2048" | "rsa-3072" | "rsa-4096" | "ec-p256" | "ec-p384" | "ec-p521"
                  )[]
                | undefined;
              readonly keyUsages?:
                | readonly (
                    | "digitalSignature"
                    | "nonRepudiation"
                    | "keyEncipherment"
                    | "dataEncipherment"
                    | "keyAgreement"
                    | "keyCertSign"
                    | "cRLSign"
                  )[]
                | undefined;
              readonly extendedKeyUsages?: readonly string[] | undefined;
              readonly allowedExtendedKeyUsages?: readonly string[] | undefined;
              readonly validity?: string | undefined;
              readonly maxValidity?: string | undefined;
              readonly beyondAuthority?: "refuse" | "shorten" | undefined;
              readonly backdate?: string | undefined;
              readonly delivery?: "scep" | "pkcs12" | undefined;
              readonly pkcs12Encoding?: "by-platform" | "strong" | "compatible" | undefined;
              readonly challengeMode?: "static" | "dynamic" | undefined;
              readonly challengeLifetime?: string | undefined;
              readonly pushedChallengeLifetime?: string | undefined;
              readonly attempts?:
                | {
                    readonly limit: number;
                    readonly interval: string;
                    readonly lock: string;
                    readonly wipe: boolean;
                  }
                | undefined;
              readonly keyStorage?:
                "tpm" | "tpm-else-software" | "software" | "windows-hello" | undefined;
              readonly autoRenewal?: boolean | undefined;
              readonly renewalWindow?: string | undefined;
              readonly renewalSpread?: string | undefined;
              readonly scepRenewal?: "off" | "any-time" | "in-window" | undefined;
              readonly renewalGrace?: string | undefined;
              readonly oldCertificate?: "keep" | "revoke" | undefined;
              readonly policies?:
                | readonly {
                    readonly oid: string;
                    readonly cps?: string | undefined;
                  }[]
                | undefined;
              readonly revocation?:
                | {
                    readonly wiped?:
                      | "unspecified"
                      | "keyCompromise"
                      | "cACompromise"
                      | "affiliationChanged"
                      | "superseded"
                      | "cessationOfOperation"
                      | "certificateHold"
                      | "privilegeWithdrawn"
                      | "aACompromise"
                      | "keep"
                      | undefined;
                    readonly unenrolled?:
                      | "unspecified"
                      | "keyCompromise"
                      | "cACompromise"
                      | "affiliationChanged"
                      | "superseded"
                      | "cessationOfOperation"
                      | "certificateHold"
                      | "privilegeWithdrawn"
                      | "aACompromise"
                      | "keep"
                      | undefined;
                    readonly compromised?:
                      | "unspecified"
                      | "keyCompromise"
                      | "cACompromise"
                      | "affiliationChanged"
                      | "superseded"
                      | "cessationOfOperation"
                      | "certificateHold"
                      | "privilegeWithdrawn"
                      | "aACompromise"
                      | "keep"
                      | undefined;
                    readonly lost?:
                      | "unspecified"
                      | "keyCompromise"
                      | "cACompromise"
                      | "affiliationChanged"
                      | "superseded"
                      | "cessationOfOperation"
                      | "certificateHold"
                      | "privilegeWithdrawn"
                      | "aACompromise"
                      | "keep"
                      | undefined;
                    readonly userDisabled?:
                      | "unspecified"
                      | "keyCompromise"
                      | "cACompromise"
                      | "affiliationChanged"
                      | "superseded"
                      | "cessationOfOperation"
                      | "certificateHold"
                      | "privilegeWithdrawn"
                      | "aACompromise"
                      | "keep"
                      | undefined;
                  }
                | undefined;
              readonly allowDuplicates?: boolean | undefined;
              readonly profileId?: string | null | undefined;
              readonly requiredDomain?: string | null | undefined;
            }
          | undefined;
      };
      readonly version?: number | undefined;
    };
    readonly answer: Distribution;
  };
  /** Throws the draft away. */
  readonly deleteTemplatesIdDistributionDraft: {
    readonly request: { readonly id: string; readonly version?: number | undefined };
    readonly answer: undefined;
  };
  /** Counts whom the draft, with these changes, would reach and plans the days; saves nothing. `trial`: the version on trial instead. */
  readonly postTemplatesIdDistributionPreview: {
    readonly request: {
      readonly id: string;
      readonly body?: {
        readonly everybody?: "devices" | "users" | null | undefined;
        readonly includes?: readonly string[] | undefined;
        readonly excludes?: readonly string[] | undefined;
        readonly testDeviceId?: string | null | undefined;
        readonly stagedGroupId?: string | null | undefined;
        readonly over?: string | undefined;
        readonly leaving?: "keep" | "remove" | "revoke" | undefined;
        readonly endpointId?: string | null | undefined;
        readonly change?:
          | {
              readonly authorityId?: string | undefined;
              readonly subject?: string | undefined;
              readonly name?: string | undefined;
              readonly sans?:
                | readonly {
                    readonly type: "rfc822" | "dns" | "uri" | "upn" | "ip";
                    readonly pattern: string;
                  }[]
                | undefined;
              readonly keyAlgorithms?:
                | readonly (
                    "rsa-2048" | "rsa-3072" | "rsa-4096" | "ec-p256" | "ec-p384" | "ec-p521"
                  )[]
                | undefined;
              readonly keyUsages?:
                | readonly (
                    | "digitalSignature"
                    | "nonRepudiation"
                    | "keyEncipherment"
                    | "dataEncipherment"
                    | "keyAgreement"
                    | "keyCertSign"
                    | "cRLSign"
                  )[]
                | undefined;
              readonly extendedKeyUsages?: readonly string[] | undefined;
              readonly allowedExtendedKeyUsages?: readonly string[] | undefined;
              readonly validity?: string | undefined;
              readonly maxValidity?: string | undefined;
              readonly beyondAuthority?: "refuse" | "shorten" | undefined;
              readonly backdate?: string | undefined;
              readonly delivery?: "scep" | "pkcs12" | undefined;
              readonly pkcs12Encoding?: "by-platform" | "strong" | "compatible" | undefined;
              readonly challengeMode?: "static" | "dynamic" | undefined;
              readonly challengeLifetime?: string | undefined;
              readonly pushedChallengeLifetime?: string | undefined;
              readonly attempts?:
                | {
                    readonly limit: number;
                    readonly interval: string;
                    readonly lock: string;
                    readonly wipe: boolean;
                  }
                | undefined;
              readonly keyStorage?:
                "tpm" | "tpm-else-software" | "software" | "windows-hello" | undefined;
              readonly autoRenewal?: boolean | undefined;
              readonly renewalWindow?: string | undefined;
              readonly renewalSpread?: string | undefined;
              readonly scepRenewal?: "off" | "any-time" | "in-window" | undefined;
              readonly renewalGrace?: string | undefined;
              readonly oldCertificate?: "keep" | "revoke" | undefined;
              readonly policies?:
                | readonly {
                    readonly oid: string;
                    readonly cps?: string | undefined;
                  }[]
                | undefined;
              readonly revocation?:
                | {
                    readonly wiped?:
                      | "unspecified"
                      | "keyCompromise"
                      | "cACompromise"
                      | "affiliationChanged"
                      | "superseded"
                      | "cessationOfOperation"
                      | "certificateHold"
                      | "privilegeWithdrawn"
                      | "aACompromise"
                      | "keep"
                      | undefined;
                    readonly unenrolled?:
                      | "unspecified"
                      | "keyCompromise"
                      | "cACompromise"
                      | "affiliationChanged"
                      | "superseded"
                      | "cessationOfOperation"
                      | "certificateHold"
                      | "privilegeWithdrawn"
                      | "aACompromise"
                      | "keep"
                      | undefined;
                    readonly compromised?:
                      | "unspecified"
                      | "keyCompromise"
                      | "cACompromise"
                      | "affiliationChanged"
                      | "superseded"
                      | "cessationOfOperation"
                      | "certificateHold"
                      | "privilegeWithdrawn"
                      | "aACompromise"
                      | "keep"
                      | undefined;
                    readonly lost?:
                      | "unspecified"
                      | "keyCompromise"
                      | "cACompromise"
                      | "affiliationChanged"
                      | "superseded"
                      | "cessationOfOperation"
                      | "certificateHold"
                      | "privilegeWithdrawn"
                      | "aACompromise"
                      | "keep"
                      | undefined;
                    readonly userDisabled?:
                      | "unspecified"
                      | "keyCompromise"
                      | "cACompromise"
                      | "affiliationChanged"
                      | "superseded"
                      | "cessationOfOperation"
                      | "certificateHold"
                      | "privilegeWithdrawn"
                      | "aACompromise"
                      | "keep"
                      | undefined;
                  }
                | undefined;
              readonly allowDuplicates?: boolean | undefined;
              readonly profileId?: string | null | undefined;
              readonly requiredDomain?: string | null | undefined;
            }
          | undefined;
        readonly trial?: boolean | undefined;
      };
    };
    readonly answer: DistributionPreview;
  };
  /** Publishes the draft to its first stage: the test device, else the staged group, else everybody. */
  readonly postTemplatesIdDistributionPublish: {
    readonly request: {
      readonly id: string;
      readonly body?: {
        readonly expect?: number | undefined;
      };
      readonly version?: number | undefined;
    };
    readonly answer: Distribution;
  };
  /** Lets the version on trial go on to its next stage, once the stage before has installed; `force` with a reason before that. */
  readonly postTemplatesIdDistributionAdvance: {
    readonly request: {
      readonly id: string;
      readonly body?: {
        readonly expect?: number | undefined;
        readonly force?: boolean | undefined;
        readonly reason?: string | undefined;
      };
      readonly version?: number | undefined;
    };
    readonly answer: Distribution;
  };
  /** Ends the trial: its devices go back to what serves. */
  readonly postTemplatesIdDistributionWithdraw: {
    readonly request: { readonly id: string; readonly version?: number | undefined };
    readonly answer: Distribution;
  };
  /** Lets devices leave after all, where so many would that it was held. */
  readonly postTemplatesIdDistributionRelease: {
    readonly request: { readonly id: string };
    readonly answer: Distribution;
  };
  /** Lists the SCEP endpoints. */
  readonly getEndpoints: {
    readonly request: Record<never, never>;
    readonly answer: {
      readonly items: readonly Endpoint[];
    };
  };
  /** Makes the object behind a SCEP URL. */
  readonly postEndpoints: {
    readonly request: {
      readonly body: {
        readonly id: string;
        readonly authorityId: string;
        readonly templateIds: readonly string[];
        readonly policies: readonly (
          | {
              readonly kind: "static";
              readonly templateId: string;
              readonly id?: string | undefined;
              readonly secret?: string | undefined;
              readonly unknownDevice?: "refuse" | "unmanaged" | undefined;
            }
          | {
              readonly kind: "dynamic";
            }
        )[];
        readonly name?: string | undefined;
        readonly description?: string | undefined;
        readonly raId?: string | undefined;
        readonly chain?: readonly string[] | undefined;
        readonly includeRoot?: boolean | undefined;
        readonly legacy?: boolean | undefined;
        readonly acceptMd5Csr?: boolean | undefined;
        readonly acceptGcm?: boolean | undefined;
        readonly signingTimeTolerance?: string | undefined;
        readonly foreignRenewal?:
          | "off"
          | {
              readonly authorities: readonly string[];
              readonly templateId: string;
              readonly unknownDevice?: "refuse" | "unmanaged" | undefined;
            }
          | undefined;
        readonly limits?:
          | {
              readonly perSource?: number | "off" | undefined;
              readonly perDevicePerDay?: number | undefined;
              readonly perEndpointPerMinute?: number | undefined;
              readonly perChallenge?: number | undefined;
            }
          | undefined;
        readonly approval?: "none" | "manual" | undefined;
        readonly approvalLifetime?: string | undefined;
        readonly queries?: boolean | undefined;
        readonly clientProfile?:
          | "auto"
          | "apple"
          | "windows"
          | "android"
          | "certmonger"
          | "strongswan"
          | "cisco-legacy"
          | "fortigate"
          | "sonicwall"
          | "ndes-proxy"
          | undefined;
        readonly enabled?: boolean | undefined;
      };
    };
    readonly answer: Endpoint;
  };
  /** Shows one endpoint with its URL and warnings; secrets read as set. */
  readonly getEndpointsId: {
    readonly request: { readonly id: string };
    readonly answer: Endpoint;
  };
  /** Changes the named fields of an endpoint; `If-Match` guards against changing a newer one. */
  readonly patchEndpointsId: {
    readonly request: {
      readonly id: string;
      readonly body: {
        readonly authorityId?: string | undefined;
        readonly templateIds?: readonly string[] | undefined;
        readonly policies?:
          | readonly (
              | {
                  readonly kind: "static";
                  readonly templateId: string;
                  readonly id?: string | undefined;
                  readonly secret?: string | undefined;
                  readonly unknownDevice?: "refuse" | "unmanaged" | undefined;
                }
              | {
                  readonly kind: "dynamic";
                }
            )[]
          | undefined;
        readonly name?: string | undefined;
        readonly description?: string | undefined;
        readonly raId?: string | undefined;
        readonly chain?: readonly string[] | undefined;
        readonly includeRoot?: boolean | undefined;
        readonly legacy?: boolean | undefined;
        readonly acceptMd5Csr?: boolean | undefined;
        readonly acceptGcm?: boolean | undefined;
        readonly signingTimeTolerance?: string | undefined;
        readonly foreignRenewal?:
          | "off"
          | {
              readonly authorities: readonly string[];
              readonly templateId: string;
              readonly unknownDevice?: "refuse" | "unmanaged" | undefined;
            }
          | undefined;
        readonly limits?:
          | {
              readonly perSource?: number | "off" | undefined;
              readonly perDevicePerDay?: number | undefined;
              readonly perEndpointPerMinute?: number | undefined;
              readonly perChallenge?: number | undefined;
            }
          | undefined;
        readonly approval?: "none" | "manual" | undefined;
        readonly approvalLifetime?: string | undefined;
        readonly queries?: boolean | undefined;
        readonly clientProfile?:
          | "auto"
          | "apple"
          | "windows"
          | "android"
          | "certmonger"
          | "strongswan"
          | "cisco-legacy"
          | "fortigate"
          | "sonicwall"
          | "ndes-proxy"
          | undefined;
        readonly enabled?: boolean | undefined;
      };
      readonly version?: number | undefined;
    };
    readonly answer: Endpoint;
  };
  /** Deletes an endpoint; its URL then answers 404. */
  readonly deleteEndpointsId: {
    readonly request: { readonly id: string; readonly version?: number | undefined };
    readonly answer: undefined;
  };
  /** Schedules a new RA, or a new authority with its RA; GetNextCACert announces it until then. */
  readonly postEndpointsIdRollOver: {
    readonly request: {
      readonly id: string;
      readonly body: {
        readonly authorityId?: string | undefined;
        readonly raId?: string | undefined;
        readonly from: string;
      };
    };
    readonly answer: Endpoint;
  };
  /** Enrols a throw-away device through the public address, looks at the CRL, and takes everything back; answers each step. */
  readonly postEndpointsIdTest: {
    readonly request: {
      readonly id: string;
      readonly body?: {
        readonly templateId?: string | undefined;
      };
    };
    readonly answer: EndpointTest;
  };
  /** Lists the consoles whose forms are there. */
  readonly getConsoles: {
    readonly request: Record<never, never>;
    readonly answer: {
      readonly items: readonly ConsoleName[];
    };
  };
  /** Shows a console: both its forms field by field, and its dynamic keys. */
  readonly getConsolesId: {
    readonly request: { readonly id: string };
    readonly answer: Console;
  };
  /** Shows an authority in the console's form; without `?authority=` a new one. */
  readonly getConsolesIdCaServer: {
    readonly request: {
      readonly id: string;
      readonly query?: { readonly authority?: string | undefined };
    };
    readonly answer: FilledForm;
  };
  /** Checks a filled-in CA-server form and maps it; with `save: true` makes or changes the authority and its endpoint. */
  readonly postConsolesIdCaServer: {
    readonly request: {
      readonly id: string;
      readonly body: {
        readonly fields: Readonly<
          Record<
            string,
            | string
            | number
            | boolean
            | null
            | readonly string[]
            | readonly Readonly<Record<string, string>>[]
          >
        >;
        readonly id?: string | undefined;
        readonly save?: boolean | undefined;
        readonly crlShards?: number | undefined;
      };
      readonly version?: number | undefined;
    };
    readonly answer: FilledForm;
  };
  /** Shows a template in the console's form; without `?template=` a new one, with `?draft=true` as its draft would change it. */
  readonly getConsolesIdTemplate: {
    readonly request: {
      readonly id: string;
      readonly query?: {
        readonly template?: string | undefined;
        readonly draft?: "true" | "false" | undefined;
      };
    };
    readonly answer: FilledForm;
  };
  /** Checks a filled-in template form and maps it; with `save: true` makes or changes the template, and its challenge at the endpoint. */
  readonly postConsolesIdTemplate: {
    readonly request: {
      readonly id: string;
      readonly body: {
        readonly fields: Readonly<
          Record<
            string,
            | string
            | number
            | boolean
            | null
            | readonly string[]
            | readonly Readonly<Record<string, string>>[]
          >
        >;
        readonly id?: string | undefined;
        readonly save?: boolean | undefined;
        readonly moveOver?: string | undefined;
      };
      readonly version?: number | undefined;
    };
    readonly answer: FilledForm;
  };
  /** Presses a test button of the form: what can be tried here is tried, and what is not is named. Nothing is stored. */
  readonly postConsolesIdCaServerTry: {
    readonly request: {
      readonly id: string;
      readonly body: {
        readonly fields: Readonly<
          Record<
            string,
            | string
            | number
            | boolean
            | null
            | readonly string[]
            | readonly Readonly<Record<string, string>>[]
          >
        >;
        readonly id?: string | undefined;
        readonly action: string;
      };
    };
    readonly answer: Tried;
  };
  /** Presses a test button of the form: what can be tried here is tried, and what is not is named. Nothing is stored. */
  readonly postConsolesIdTemplateTry: {
    readonly request: {
      readonly id: string;
      readonly body: {
        readonly fields: Readonly<
          Record<
            string,
            | string
            | number
            | boolean
            | null
            | readonly string[]
            | readonly Readonly<Record<string, string>>[]
          >
        >;
        readonly id?: string | undefined;
        readonly action: string;
      };
    };
    readonly answer: Tried;
  };
  /** Says what a subject and alternative names in the console's words come to on a device, or which variables have no value. */
  readonly postConsolesIdResolve: {
    readonly request: {
      readonly id: string;
      readonly body: {
        readonly subject?: string | undefined;
        readonly sans?:
          | readonly {
              readonly type: "rfc822" | "dns" | "uri" | "upn" | "ip";
              readonly pattern: string;
            }[]
          | undefined;
        readonly deviceId?: string | undefined;
        readonly attributes?: Readonly<Record<string, string>> | undefined;
      };
    };
    readonly answer: Resolved;
  };
  /** Lists the devices; with `?q=` those of that id, or with a serial number, user, e-mail address or name that begins so. */
  readonly getDevices: {
    readonly request: {
      readonly query?: {
        readonly limit?: number | undefined;
        readonly cursor?: string | undefined;
        readonly q?: string | undefined;
      };
    };
    readonly answer: {
      readonly items: readonly Device[];
      readonly cursor?: string | undefined;
    };
  };
  /** Adds a device, as the hook deviceEnrolled does. */
  readonly postDevices: {
    readonly request: {
      readonly body: {
        readonly hostId: string;
        readonly eventId?: string | undefined;
        readonly at?: string | undefined;
        readonly deviceId: string;
        readonly platform: "apple" | "windows" | "android" | "other";
        readonly attributes?: Readonly<Record<string, string>> | undefined;
        readonly groups?: readonly string[] | undefined;
      };
    };
    readonly answer: Device;
  };
  /** Shows one device. */
  readonly getDevicesId: {
    readonly request: { readonly id: string };
    readonly answer: Device;
  };
  /** Lists the groups of its host that a device or its user is in. */
  readonly getDevicesIdGroups: {
    readonly request: { readonly id: string };
    readonly answer: {
      readonly items: readonly HostGroup[];
    };
  };
  /** Puts a device into these device groups of its host, by the host's own ids, and out of all others, as the hook deviceGroups does. */
  readonly postDevicesIdGroups: {
    readonly request: {
      readonly id: string;
      readonly body: {
        readonly groups: readonly string[];
      };
    };
    readonly answer: {
      readonly items: readonly HostGroup[];
    };
  };
  /** Revokes every live certificate of a device and burns its challenges, as the hook deviceWiped does. */
  readonly postDevicesIdWipe: {
    readonly request: { readonly id: string };
    readonly answer: WipeResult;
  };
  /** The same for a device that has left, as the hook deviceUnenrolled does. */
  readonly postDevicesIdUnenrol: {
    readonly request: { readonly id: string };
    readonly answer: WipeResult;
  };
  /** Suspends the certificates of a lost device until it is found, as the hook deviceLost does. */
  readonly postDevicesIdLost: {
    readonly request: { readonly id: string };
    readonly answer: DeviceRevocation;
  };
  /** Makes them good again, as the hook deviceFound does. */
  readonly postDevicesIdFound: {
    readonly request: { readonly id: string };
    readonly answer: DeviceRelease;
  };
  /** Revokes the certificates of a device whose keys are known to others, as the hook deviceCompromised does; `since` goes into the CRL as invalidityDate. */
  readonly postDevicesIdCompromised: {
    readonly request: {
      readonly id: string;
      readonly body?: {
        readonly since?: string | undefined;
      };
    };
    readonly answer: DeviceRevocation;
  };
  /** Tells how a device came to its certificates, or why it did not: host events, commands, challenges, requests, verdicts, each failure with its next step. */
  readonly getDevicesIdTimeline: {
    readonly request: {
      readonly id: string;
      readonly query?: { readonly limit?: number | undefined };
    };
    readonly answer: Timeline;
  };
  /** Shows which certificates a device really holds, and what each is to us. */
  readonly getDevicesIdInventory: {
    readonly request: { readonly id: string };
    readonly answer: Inventory;
  };
  /** Reports which certificates a device holds, as the hook deviceInventory does. */
  readonly postDevicesIdInventory: {
    readonly request: {
      readonly id: string;
      readonly body: {
        readonly certificates: readonly (
          | {
              readonly certificate: string;
            }
          | {
              readonly serial: string;
              readonly issuer?: string | undefined;
              readonly subject?: string | undefined;
              readonly notAfter?: string | undefined;
              readonly fingerprintSha256?: string | undefined;
            }
          | Readonly<Record<string, unknown>>
        )[];
        readonly at?: string | undefined;
        readonly complete?: boolean | undefined;
      };
    };
    readonly answer: InventoryResult;
  };
  /** Asks the host now what the device holds; 202 when the device has to be asked and the answer will be reported. */
  readonly postDevicesIdScan: {
    readonly request: { readonly id: string };
    readonly answer:
      | InventoryResult
      | {
          readonly deviceId: string;
          readonly asked: true;
        };
  };
  /** Lists certificates on devices by what they are to us, over the fleet: `?verdict=stranger`, `duplicate` and so on. */
  readonly getInventory: {
    readonly request: {
      readonly query: {
        readonly limit?: number | undefined;
        readonly cursor?: string | undefined;
        readonly verdict:
          | "current"
          | "held"
          | "duplicate"
          | "expired"
          | "revoked"
          | "other-device"
          | "authority"
          | "unassigned"
          | "unknown"
          | "stranger";
      };
    };
    readonly answer: {
      readonly items: readonly {
        readonly deviceId: string;
        readonly key: string;
        readonly serial: string;
        readonly issuer?: string | undefined;
        readonly subject?: string | undefined;
        readonly notAfter?: string | undefined;
        readonly fingerprintSha256?: string | undefined;
        readonly verdict: string;
        readonly certificateId?: string | undefined;
        readonly firstSeenAt: string;
        readonly lastSeenAt: string;
      }[];
      readonly cursor?: string | undefined;
    };
  };
  /** Lists the groups of hosts, newest first; `?q=` those with this in their name. */
  readonly getGroups: {
    readonly request: {
      readonly query?: {
        readonly limit?: number | undefined;
        readonly cursor?: string | undefined;
        readonly host?: string | undefined;
        readonly q?: string | undefined;
      };
    };
    readonly answer: {
      readonly items: readonly HostGroup[];
      readonly cursor?: string | undefined;
    };
  };
  /** Shows one group. */
  readonly getGroupsId: {
    readonly request: { readonly id: string };
    readonly answer: HostGroup;
  };
  /** Lists who is in a group, as its host names them. */
  readonly getGroupsIdMembers: {
    readonly request: {
      readonly id: string;
      readonly query?: {
        readonly limit?: number | undefined;
        readonly cursor?: string | undefined;
      };
    };
    readonly answer: {
      readonly items: readonly string[];
      readonly cursor?: string | undefined;
    };
  };
  /** Reads the groups of all hosts that hand them over now, and who is in those in use. */
  readonly postGroupsRefresh: {
    readonly request: Record<never, never>;
    readonly answer: undefined;
  };
  /** Lists the hosts, and whether they mix user and device groups. */
  readonly getHosts: {
    readonly request: Record<never, never>;
    readonly answer: {
      readonly items: readonly Host[];
    };
  };
  /** Shows one host. */
  readonly getHostsId: {
    readonly request: { readonly id: string };
    readonly answer: Host;
  };
  /** Says whether a host lets user and device groups stand beside each other across include and exclude; `null`: as its adapter says. */
  readonly patchHostsId: {
    readonly request: {
      readonly id: string;
      readonly body: {
        readonly mixedGroups: boolean | null;
      };
      readonly version?: number | undefined;
    };
    readonly answer: Host;
  };
  /** Lists deployments: one template on one device. */
  readonly getDeployments: {
    readonly request: {
      readonly query?: {
        readonly limit?: number | undefined;
        readonly cursor?: string | undefined;
        readonly device?: string | undefined;
        readonly template?: string | undefined;
        readonly state?:
          | "assigned"
          | "queued"
          | "delivered"
          | "requested"
          | "issued"
          | "installed"
          | "renewing"
          | "failed"
          | "locked"
          | "removed"
          | undefined;
      };
    };
    readonly answer: {
      readonly items: readonly Deployment[];
      readonly cursor?: string | undefined;
    };
  };
  /** Publishes a template to a device. */
  readonly postDeployments: {
    readonly request: {
      readonly body: {
        readonly deviceId: string;
        readonly templateId: string;
        readonly endpointId?: string | undefined;
      };
    };
    readonly answer: Deployment;
  };
  /** Shows one deployment. */
  readonly getDeploymentsId: {
    readonly request: { readonly id: string };
    readonly answer: Deployment;
  };
  /** Takes the profile off the device. */
  readonly deleteDeploymentsId: {
    readonly request: { readonly id: string; readonly version?: number | undefined };
    readonly answer: undefined;
  };
  /** Asks the device for a new certificate now; nothing happens while one is under way. */
  readonly postDeploymentsIdRenew: {
    readonly request: { readonly id: string };
    readonly answer: Deployment;
  };
  /** Lifts the lock after too many failed attempts; the profile is sent again. */
  readonly postDeploymentsIdUnlock: {
    readonly request: { readonly id: string };
    readonly answer: Deployment;
  };
  /** Renders the profile now and answers its bytes; a dynamic challenge is minted for it, or with the template's `delivery` `pkcs12` a key is made, handed over this once. `?signed=true` signs it. */
  readonly postDeploymentsIdProfile: {
    readonly request: {
      readonly id: string;
      readonly query?: { readonly signed?: "true" | "false" | undefined };
    };
    readonly answer: Blob;
  };
  /** Shows the renewals of the days ahead by the plan that the sweep follows. */
  readonly getRenewalsPlan: {
    readonly request: {
      readonly query?: {
        readonly days?: number | undefined;
        readonly authority?: string | undefined;
        readonly template?: string | undefined;
      };
    };
    readonly answer: RenewalPlan;
  };
  /** Draws the same as a picture, SVG. */
  readonly getRenewalsPlanChart: {
    readonly request: {
      readonly query?: {
        readonly days?: number | undefined;
        readonly authority?: string | undefined;
        readonly template?: string | undefined;
      };
    };
    readonly answer: Blob;
  };
  /** Lists the caps and quiet hours of every issuing authority. */
  readonly getRenewalsRules: {
    readonly request: Record<never, never>;
    readonly answer: {
      readonly items: readonly RenewalRules[];
    };
  };
  /** Shows the caps and quiet hours of one authority. */
  readonly getRenewalsRulesId: {
    readonly request: { readonly id: string };
    readonly answer: RenewalRules;
  };
  /** Changes the caps or quiet hours of an authority; warns when certificates would end before the caps let them be renewed. `quietHours: null` takes them away. */
  readonly patchRenewalsRulesId: {
    readonly request: {
      readonly id: string;
      readonly body: {
        readonly perHour?: number | "off" | undefined;
        readonly perDay?: number | "off" | undefined;
        readonly quietHours?:
          | {
              readonly from: string;
              readonly to: string;
              readonly timeZone?: string | undefined;
            }
          | null
          | undefined;
      };
      readonly version?: number | undefined;
    };
    readonly answer: RenewalRules;
  };
  /** Renews the certificates of one device now, before all others and also in quiet hours; the caps hold. */
  readonly postRenewalsNow: {
    readonly request: {
      readonly body: {
        readonly deviceId: string;
        readonly templateId?: string | undefined;
      };
    };
    readonly answer: {
      readonly items: readonly Deployment[];
    };
  };
  /** Lists the canary groups, newest first, 100 at most. */
  readonly getRenewalsGroups: {
    readonly request: Record<never, never>;
    readonly answer: {
      readonly items: readonly RenewalGroup[];
    };
  };
  /** Renews a canary group now, wave by wave; stops by itself when the share of failures passes `stopAbove`. */
  readonly postRenewalsGroups: {
    readonly request: {
      readonly body: {
        readonly name?: string | undefined;
        readonly templateId: string;
        readonly deviceIds?: readonly string[] | undefined;
        readonly count?: number | undefined;
        readonly stopAbove?: number | undefined;
        readonly judgeFrom?: number | undefined;
        readonly wave?: number | undefined;
        readonly patience?: string | undefined;
      };
    };
    readonly answer: RenewalGroup;
  };
  /** Shows how a canary group stands. */
  readonly getRenewalsGroupsId: {
    readonly request: { readonly id: string };
    readonly answer: RenewalGroup;
  };
  /** Stops a canary group; who was not started yet keeps the certificate it has. */
  readonly postRenewalsGroupsIdStop: {
    readonly request: { readonly id: string };
    readonly answer: RenewalGroup;
  };
  /** Mints a one-time challenge for a device and a template; the secret is shown this once. */
  readonly postChallenges: {
    readonly request: {
      readonly body: {
        readonly deviceId: string;
        readonly templateId: string;
        readonly endpointId?: string | undefined;
      };
    };
    readonly answer: MintedChallenge;
  };
  /** Lists requests that wait for approval or have been decided, newest first. */
  readonly getApprovals: {
    readonly request: {
      readonly query?: {
        readonly state?: "pending" | "approved" | "denied" | "issued" | undefined;
        readonly limit?: number | undefined;
        readonly cursor?: string | undefined;
      };
    };
    readonly answer: {
      readonly items: readonly Approval[];
      readonly cursor?: string | undefined;
    };
  };
  /** Approves a waiting request; the device gets its certificate when it asks next. */
  readonly postApprovalsIdApprove: {
    readonly request: { readonly id: string };
    readonly answer: Approval;
  };
  /** Denies a waiting request. */
  readonly postApprovalsIdDeny: {
    readonly request: {
      readonly id: string;
      readonly body: {
        readonly reason?: string | undefined;
      };
    };
    readonly answer: Approval;
  };
  /** Lists certificates, newest first; filters may be combined, `serial` in any spelling of hex; status `revoked` includes those that are `suspended`. */
  readonly getCertificates: {
    readonly request: {
      readonly query?: {
        readonly limit?: number | undefined;
        readonly cursor?: string | undefined;
        readonly status?: "reserved" | "issued" | "revoked" | "suspended" | "failed" | undefined;
        readonly role?:
          "subscriber" | "authority" | "ra" | "ocsp" | "profile-signing" | "tls" | undefined;
        readonly authority?: string | undefined;
        readonly template?: string | undefined;
        readonly device?: string | undefined;
        readonly endpoint?: string | undefined;
        readonly serial?: string | undefined;
        readonly expiresBefore?: string | undefined;
        readonly expiresAfter?: string | undefined;
        readonly expiring?: "7d" | "30d" | "expired" | undefined;
        readonly internal?: "true" | "false" | undefined;
        readonly q?: string | undefined;
      };
    };
    readonly answer: {
      readonly items: readonly Certificate[];
      readonly cursor?: string | undefined;
    };
  };
  /** Issues from a PKCS#10 request; subject and names are the request's unless given. `dryRun: true` shows the exact certificate instead. */
  readonly postCertificates: {
    readonly request: {
      readonly body: {
        readonly authorityId: string;
        readonly profileId: string;
        readonly sans?:
          | readonly {
              readonly type: "rfc822" | "dns" | "uri" | "upn" | "ip";
              readonly value: string;
            }[]
          | undefined;
        readonly validity?: string | undefined;
        readonly extensions?:
          | readonly {
              readonly oid: string;
              readonly value: string;
            }[]
          | undefined;
        readonly csr: string;
        readonly subject?: string | undefined;
        readonly dryRun?: boolean | undefined;
      };
    };
    readonly answer: Issued;
  };
  /** Shows what a PKCS#10 request asks for, once its proof of possession is checked; nothing is issued and nothing is kept. */
  readonly postCertificatesRequest: {
    readonly request: {
      readonly body: {
        readonly csr: string;
      };
    };
    readonly answer: CertificateRequest;
  };
  /** Makes a key, certifies it and hands both over as PKCS#12 with the whole chain, this once; the key is not kept. `dryRun: true` shows the certificate instead, with a key that is thrown away. */
  readonly postCertificatesPkcs12: {
    readonly request: {
      readonly body: {
        readonly authorityId: string;
        readonly profileId: string;
        readonly sans?:
          | readonly {
              readonly type: "rfc822" | "dns" | "uri" | "upn" | "ip";
              readonly value: string;
            }[]
          | undefined;
        readonly validity?: string | undefined;
        readonly extensions?:
          | readonly {
              readonly oid: string;
              readonly value: string;
            }[]
          | undefined;
        readonly subject: string;
        readonly password?: string | undefined;
        readonly encoding?: "strong" | "compatible" | undefined;
        readonly keyAlgorithm?:
          "rsa-2048" | "rsa-3072" | "rsa-4096" | "ec-p256" | "ec-p384" | "ec-p521" | undefined;
        readonly friendlyName?: string | undefined;
        readonly dryRun?: boolean | undefined;
      };
    };
    readonly answer: Issued;
  };
  /** Downloads a filtered list, all of it: CSV that no spreadsheet takes for formulas, or a line of JSON each with `?format=json`. */
  readonly getCertificatesExport: {
    readonly request: {
      readonly query?: {
        readonly status?: "reserved" | "issued" | "revoked" | "suspended" | "failed" | undefined;
        readonly role?:
          "subscriber" | "authority" | "ra" | "ocsp" | "profile-signing" | "tls" | undefined;
        readonly authority?: string | undefined;
        readonly template?: string | undefined;
        readonly device?: string | undefined;
        readonly endpoint?: string | undefined;
        readonly serial?: string | undefined;
        readonly expiresBefore?: string | undefined;
        readonly expiresAfter?: string | undefined;
        readonly expiring?: "7d" | "30d" | "expired" | undefined;
        readonly internal?: "true" | "false" | undefined;
        readonly q?: string | undefined;
        readonly format?: "csv" | "json" | undefined;
      };
    };
    readonly answer: Blob;
  };
  /** Shows one certificate. */
  readonly getCertificatesId: {
    readonly request: { readonly id: string };
    readonly answer: Certificate;
  };
  /** Shows all that a certificate says. */
  readonly getCertificatesIdDetails: {
    readonly request: { readonly id: string };
    readonly answer: CertificateDetails;
  };
  /** Downloads one certificate as PEM. */
  readonly getCertificatesIdPem: {
    readonly request: { readonly id: string };
    readonly answer: Blob;
  };
  /** Downloads one certificate as DER. */
  readonly getCertificatesIdDer: {
    readonly request: { readonly id: string };
    readonly answer: Blob;
  };
  /** Revokes a certificate; the CRL shows it at the next fetch, or is signed before the answer with `publishNow`. */
  readonly postCertificatesIdRevoke: {
    readonly request: {
      readonly id: string;
      readonly body: {
        readonly reason?:
          | "unspecified"
          | "keyCompromise"
          | "cACompromise"
          | "affiliationChanged"
          | "superseded"
          | "cessationOfOperation"
          | "certificateHold"
          | "privilegeWithdrawn"
          | "aACompromise"
          | undefined;
        readonly invalidityDate?: string | undefined;
        readonly comment?: string | undefined;
        readonly publishNow?: boolean | undefined;
      };
    };
    readonly answer: Certificate;
  };
  /** Suspends a certificate; with `until` it lifts by itself. */
  readonly postCertificatesIdSuspend: {
    readonly request: {
      readonly id: string;
      readonly body?: {
        readonly until?: string | undefined;
        readonly comment?: string | undefined;
        readonly publishNow?: boolean | undefined;
      };
    };
    readonly answer: Certificate;
  };
  /** Makes a suspended certificate good again, whatever it was suspended for. */
  readonly postCertificatesIdUnsuspend: {
    readonly request: {
      readonly id: string;
      readonly body?: {
        readonly comment?: string | undefined;
        readonly publishNow?: boolean | undefined;
      };
    };
    readonly answer: Certificate;
  };
  /** Revokes, suspends or unsuspends up to 1000 certificates, named by `id` or by `serial` (and `authorityId`); `items` says of each row what became of it, and a bad row keeps no other from it. */
  readonly postCertificatesBulk: {
    readonly request: {
      readonly body: {
        readonly action: "revoke" | "suspend" | "unsuspend";
        readonly rows: readonly unknown[];
        readonly publishNow?: boolean | undefined;
      };
    };
    readonly answer: BulkAnswer;
  };
  /** Lists what is still to be done outside, newest first; `state=dead`: what was given up after too many attempts. */
  readonly getOutbox: {
    readonly request: {
      readonly query?: {
        readonly limit?: number | undefined;
        readonly cursor?: string | undefined;
        readonly state?: "waiting" | "dead" | undefined;
      };
    };
    readonly answer: {
      readonly items: readonly OutboxLetter[];
      readonly cursor?: string | undefined;
    };
  };
  /** Sends everything again that was given up. */
  readonly postOutboxResend: {
    readonly request: Record<never, never>;
    readonly answer: {
      readonly sent: number;
    };
  };
  /** Sends one entry again at once. */
  readonly postOutboxIdResend: {
    readonly request: { readonly id: string };
    readonly answer: OutboxLetter;
  };
  /** Lists the alerts that stand now. */
  readonly getAlerts: {
    readonly request: Record<never, never>;
    readonly answer: {
      readonly items: readonly Alert[];
    };
  };
  /** Looks at everything that is watched now, and lists the alerts that stand. */
  readonly postAlertsCheck: {
    readonly request: Record<never, never>;
    readonly answer: {
      readonly items: readonly Alert[];
    };
  };
  /** Lists the alert rules: thresholds and receivers, one rule for each kind of alert. */
  readonly getAlertRules: {
    readonly request: Record<never, never>;
    readonly answer: {
      readonly items: readonly AlertRule[];
    };
  };
  /** Shows an alert rule. */
  readonly getAlertRulesId: {
    readonly request: { readonly id: string };
    readonly answer: AlertRule;
  };
  /** Changes an alert rule: fires at `raise`, is over beyond `clear`; `mail` and `webhook` are told once each time a state changes. */
  readonly patchAlertRulesId: {
    readonly request: {
      readonly id: string;
      readonly body: {
        readonly enabled?: boolean | undefined;
        readonly raise?: number | undefined;
        readonly clear?: number | undefined;
        readonly days?: number | undefined;
        readonly mail?: readonly string[] | undefined;
        readonly webhook?:
          | {
              readonly url: string;
              readonly secret: string;
            }
          | null
          | undefined;
      };
      readonly version?: number | undefined;
    };
    readonly answer: AlertRule;
  };
  /** Sends a test message to every receiver of a rule, and says which have taken it. */
  readonly postAlertRulesIdTest: {
    readonly request: { readonly id: string };
    readonly answer: {
      readonly items: readonly {
        readonly to: string;
        readonly done: boolean;
        readonly detail?: string | undefined;
      }[];
    };
  };
  /** Lists what happened, newest first. */
  readonly getLedger: {
    readonly request: {
      readonly query?: {
        readonly limit?: number | undefined;
        readonly cursor?: string | undefined;
        readonly event?:
          | "tenant.created"
          | "authority.created"
          | "authority.certified"
          | "authority.changed"
          | "authority.renewal-requested"
          | "authority.renewed"
          | "authority.retired"
          | "authority.ended"
          | "authority.deleted"
          | "cap.changed"
          | "ra.created"
          | "ra.certified"
          | "ra.retired"
          | "ra.alarm"
          | "roll-over.scheduled"
          | "roll-over.announced"
          | "roll-over.started"
          | "roll-over.finished"
          | "roll-over.cancelled"
          | "profile.created"
          | "profile.changed"
          | "profile.deleted"
          | "person.added"
          | "person.changed"
          | "person.removed"
          | "credential.created"
          | "credential.rotated"
          | "credential.changed"
          | "credential.deleted"
          | "template.created"
          | "template.changed"
          | "template.deleted"
          | "template.moved"
          | "distribution.drafted"
          | "distribution.discarded"
          | "distribution.published"
          | "distribution.advanced"
          | "distribution.forced"
          | "distribution.withdrawn"
          | "distribution.walked"
          | "distribution.changed"
          | "distribution.held"
          | "distribution.released"
          | "distribution.device-failed"
          | "group.changed"
          | "group.removed"
          | "host.changed"
          | "endpoint.created"
          | "endpoint.changed"
          | "endpoint.deleted"
          | "device.created"
          | "device.changed"
          | "device.groups-changed"
          | "device.enrolled"
          | "device.wiped"
          | "device.unenrolled"
          | "device.wipe-requested"
          | "device.wipe-refused"
          | "hook-adapter.created"
          | "hook-adapter.changed"
          | "hook-adapter.deleted"
          | "device.activated"
          | "device.deactivated"
          | "device.decommissioned"
          | "device.lost"
          | "device.found"
          | "device.compromised"
          | "device.user-disabled"
          | "device.user-enabled"
          | "user.disabled"
          | "user.enabled"
          | "deployment.created"
          | "deployment.published"
          | "deployment.changed"
          | "deployment.locked"
          | "deployment.unlocked"
          | "deployment.removed"
          | "renewal.requested"
          | "renewal.rules-changed"
          | "renewal.group-started"
          | "renewal.group-stopped"
          | "renewal.group-done"
          | "challenge.minted"
          | "challenge.burned"
          | "challenge.alarm"
          | "approval.requested"
          | "approval.approved"
          | "approval.denied"
          | "certificate.issued"
          | "certificate.refused"
          | "certificate.revoked"
          | "certificate.suspended"
          | "certificate.released"
          | "certificate.failed"
          | "certificate.found"
          | "certificate.unknown"
          | "crl.published"
          | "backup.made"
          | "backup.restored"
          | "token.minted"
          | "token.revoked"
          | "outbox.buried"
          | "outbox.resent"
          | "alert-rule.created"
          | "alert-rule.changed"
          | "alert-rule.deleted"
          | undefined;
        readonly subject?: string | undefined;
      };
    };
    readonly answer: {
      readonly items: readonly LedgerRow[];
      readonly cursor?: string | undefined;
    };
  };
  /** Finds refused requests by device (its name, subject, address, transaction or endpoint) and by time, an hour around `at` or back to `since` (30 days); where it stopped early, `complete` is false and `cursor` goes on. */
  readonly getLedgerRefusals: {
    readonly request: {
      readonly query?: {
        readonly device?: string | undefined;
        readonly at?: string | undefined;
        readonly since?: string | undefined;
        readonly cursor?: string | undefined;
      };
    };
    readonly answer: RefusalsFound;
  };
  /** The end of the ledger's hash chain, signed, with the public key to check it. */
  readonly getLedgerHead: {
    readonly request: Record<never, never>;
    readonly answer: LedgerHead;
  };
  /** Lists what has its place in the hash chain, oldest first, after entry `after`, with the certificates issued and revoked there; `head` is the signed end once the list has reached it. */
  readonly getLedgerChain: {
    readonly request: {
      readonly query?: { readonly after?: number | undefined; readonly limit?: number | undefined };
    };
    readonly answer: LedgerChain;
  };
  /** Lists the MDM servers that report over signed webhooks. */
  readonly getHookAdapters: {
    readonly request: Record<never, never>;
    readonly answer: {
      readonly items: readonly HookAdapter[];
    };
  };
  /** Lets an MDM server report to `/hooks/<id>`; its secret is shown this once. */
  readonly postHookAdapters: {
    readonly request: {
      readonly body: {
        readonly id: string;
        readonly hostId: string;
      };
    };
    readonly answer: HookSecret;
  };
  /** Shows one, without its secrets. */
  readonly getHookAdaptersId: {
    readonly request: { readonly id: string };
    readonly answer: HookAdapter;
  };
  /** Switches one on or off. */
  readonly patchHookAdaptersId: {
    readonly request: {
      readonly id: string;
      readonly body: {
        readonly enabled: boolean;
      };
      readonly version?: number | undefined;
    };
    readonly answer: HookAdapter;
  };
  /** Takes an MDM server's right to report away. */
  readonly deleteHookAdaptersId: {
    readonly request: { readonly id: string; readonly version?: number | undefined };
    readonly answer: undefined;
  };
  /** Makes a new secret, shown this once; the old one stays good for `overlapSeconds` (a day unless given). */
  readonly postHookAdaptersIdRotate: {
    readonly request: {
      readonly id: string;
      readonly body: {
        readonly overlapSeconds?: number | undefined;
      };
    };
    readonly answer: HookSecret;
  };
  /** The host has enrolled a device, or knows new attributes of it. */
  readonly postHooksDeviceEnrolled: {
    readonly request: {
      readonly body: {
        readonly hostId: string;
        readonly eventId?: string | undefined;
        readonly at?: string | undefined;
        readonly deviceId: string;
        readonly platform: "apple" | "windows" | "android" | "other";
        readonly attributes?: Readonly<Record<string, string>> | undefined;
        readonly groups?: readonly string[] | undefined;
      };
    };
    readonly answer: Device;
  };
  /** The host has wiped a device: its certificates are revoked and its challenges burned. */
  readonly postHooksDeviceWiped: {
    readonly request: {
      readonly body: {
        readonly hostId: string;
        readonly eventId?: string | undefined;
        readonly at?: string | undefined;
        readonly deviceId: string;
      };
    };
    readonly answer: WipeResult;
  };
  /** The device has left the host: its certificates are revoked and its challenges burned. */
  readonly postHooksDeviceUnenrolled: {
    readonly request: {
      readonly body: {
        readonly hostId: string;
        readonly eventId?: string | undefined;
        readonly at?: string | undefined;
        readonly deviceId: string;
      };
    };
    readonly answer: WipeResult;
  };
  /** The device is lost: its certificates are suspended, and it gets nothing. */
  readonly postHooksDeviceLost: {
    readonly request: {
      readonly body: {
        readonly hostId: string;
        readonly eventId?: string | undefined;
        readonly at?: string | undefined;
        readonly deviceId: string;
      };
    };
    readonly answer: DeviceRevocation;
  };
  /** The device was found: what was suspended because it was lost is good again. */
  readonly postHooksDeviceFound: {
    readonly request: {
      readonly body: {
        readonly hostId: string;
        readonly eventId?: string | undefined;
        readonly at?: string | undefined;
        readonly deviceId: string;
      };
    };
    readonly answer: DeviceRelease;
  };
  /** The device's keys are in other hands, since the time that is named: its certificates are revoked as keyCompromise. */
  readonly postHooksDeviceCompromised: {
    readonly request: {
      readonly body: {
        readonly hostId: string;
        readonly eventId?: string | undefined;
        readonly at?: string | undefined;
        readonly deviceId: string;
        readonly since?: string | undefined;
      };
    };
    readonly answer: DeviceRevocation;
  };
  /** A user (`username` or `email` of devices) was disabled: the certificates of these devices are suspended, or what their templates say. */
  readonly postHooksUserDisabled: {
    readonly request: {
      readonly body: {
        readonly hostId: string;
        readonly eventId?: string | undefined;
        readonly at?: string | undefined;
        readonly user: string;
      };
    };
    readonly answer: {
      readonly devices: readonly {
        readonly deviceId: string;
        readonly revoked: readonly string[];
        readonly held: readonly string[];
        readonly predated: readonly string[];
        readonly challengesBurned: number;
      }[];
    };
  };
  /** A user is back: what was suspended because of that is good again. */
  readonly postHooksUserEnabled: {
    readonly request: {
      readonly body: {
        readonly hostId: string;
        readonly eventId?: string | undefined;
        readonly at?: string | undefined;
        readonly user: string;
      };
    };
    readonly answer: {
      readonly devices: readonly {
        readonly deviceId: string;
        readonly released: readonly string[];
      }[];
    };
  };
  /** What a device really holds: what is there is installed, what is missing is sent again. */
  readonly postHooksDeviceInventory: {
    readonly request: {
      readonly body: {
        readonly hostId: string;
        readonly eventId?: string | undefined;
        readonly at?: string | undefined;
        readonly deviceId: string;
        readonly certificates: readonly (
          | {
              readonly certificate: string;
            }
          | {
              readonly serial: string;
              readonly issuer?: string | undefined;
              readonly subject?: string | undefined;
              readonly notAfter?: string | undefined;
              readonly fingerprintSha256?: string | undefined;
            }
          | Readonly<Record<string, unknown>>
        )[];
        readonly complete?: boolean | undefined;
      };
    };
    readonly answer: InventoryResult;
  };
  /** The device has taken the profile's command. */
  readonly postHooksCommandDelivered: {
    readonly request: {
      readonly body: {
        readonly hostId: string;
        readonly eventId?: string | undefined;
        readonly at?: string | undefined;
        readonly deviceId: string;
        readonly deploymentId: string;
        readonly commandId?: string | undefined;
      };
    };
    readonly answer: CommandResult;
  };
  /** The device has installed the profile. */
  readonly postHooksCommandAcknowledged: {
    readonly request: {
      readonly body: {
        readonly hostId: string;
        readonly eventId?: string | undefined;
        readonly at?: string | undefined;
        readonly deviceId: string;
        readonly deploymentId: string;
        readonly commandId?: string | undefined;
      };
    };
    readonly answer: CommandResult;
  };
  /** The device or the host has refused the profile, in their own words. */
  readonly postHooksCommandFailed: {
    readonly request: {
      readonly body: {
        readonly hostId: string;
        readonly eventId?: string | undefined;
        readonly at?: string | undefined;
        readonly deviceId: string;
        readonly deploymentId: string;
        readonly commandId?: string | undefined;
        readonly error: string;
      };
    };
    readonly answer: CommandResult;
  };
  /** The host wants a template on a device: its profile is published. */
  readonly postHooksTemplateAssigned: {
    readonly request: {
      readonly body: {
        readonly hostId: string;
        readonly eventId?: string | undefined;
        readonly at?: string | undefined;
        readonly deviceId: string;
        readonly templateId: string;
        readonly endpointId?: string | undefined;
      };
    };
    readonly answer: Deployment;
  };
  /** The host wants a template off a device: its profile is removed. */
  readonly postHooksTemplateRemoved: {
    readonly request: {
      readonly body: {
        readonly hostId: string;
        readonly eventId?: string | undefined;
        readonly at?: string | undefined;
        readonly deviceId: string;
        readonly templateId: string;
      };
    };
    readonly answer: undefined;
  };
  /** All device groups a device is in: templates of groups it has come into are published to it, those of groups it has left are taken back by rule. */
  readonly postHooksDeviceGroups: {
    readonly request: {
      readonly body: {
        readonly hostId: string;
        readonly eventId?: string | undefined;
        readonly at?: string | undefined;
        readonly deviceId: string;
        readonly groups: readonly string[];
      };
    };
    readonly answer: {
      readonly deviceId: string;
      readonly groups: readonly string[];
    };
  };
  /** A group of the host: who has come and who has left. */
  readonly postHooksGroupChanged: {
    readonly request: {
      readonly body: {
        readonly hostId: string;
        readonly eventId?: string | undefined;
        readonly at?: string | undefined;
        readonly groupId: string;
        readonly name?: string | undefined;
        readonly groupKind?: "device" | "user" | undefined;
        readonly added?: readonly string[] | undefined;
        readonly removed?: readonly string[] | undefined;
        readonly deleted?: boolean | undefined;
      };
    };
    readonly answer: {
      readonly groupId: string;
      readonly added: number;
      readonly removed: number;
    };
  };
}

export type Answered = "json" | "file" | "none";

/** Method, path below `/api/v1`, and what an operation answers. */
export const OPERATIONS: Readonly<
  Record<keyof Calls, readonly [method: string, path: string, answered: Answered]>
> = {
  getTenants: ["GET", "/tenants", "json"],
  postTenants: ["POST", "/tenants", "json"],
  postTenantsIdOwnerToken: ["POST", "/tenants/{id}/owner-token", "json"],
  getWhoami: ["GET", "/whoami", "json"],
  postTokens: ["POST", "/tokens", "json"],
  getTokens: ["GET", "/tokens", "json"],
  postTokensIdRevoke: ["POST", "/tokens/{id}/revoke", "none"],
  getPeople: ["GET", "/people", "json"],
  postPeople: ["POST", "/people", "json"],
  getPeopleId: ["GET", "/people/{id}", "json"],
  patchPeopleId: ["PATCH", "/people/{id}", "json"],
  deletePeopleId: ["DELETE", "/people/{id}", "none"],
  getRoles: ["GET", "/roles", "json"],
  getCredentials: ["GET", "/credentials", "json"],
  postCredentials: ["POST", "/credentials", "json"],
  getCredentialsId: ["GET", "/credentials/{id}", "json"],
  patchCredentialsId: ["PATCH", "/credentials/{id}", "json"],
  deleteCredentialsId: ["DELETE", "/credentials/{id}", "none"],
  postCredentialsIdRotate: ["POST", "/credentials/{id}/rotate", "json"],
  getEndEntities: ["GET", "/end-entities", "json"],
  getEndEntitiesId: ["GET", "/end-entities/{id}", "json"],
  postEndEntitiesIdDeactivate: ["POST", "/end-entities/{id}/deactivate", "json"],
  postEndEntitiesIdActivate: ["POST", "/end-entities/{id}/activate", "json"],
  postEndEntitiesIdDecommission: ["POST", "/end-entities/{id}/decommission", "json"],
  getEvents: ["GET", "/events", "json"],
  getOverview: ["GET", "/overview", "json"],
  getAbout: ["GET", "/about", "json"],
  getCaps: ["GET", "/caps", "json"],
  getAuthoritiesIdCap: ["GET", "/authorities/{id}/cap", "json"],
  patchAuthoritiesIdCap: ["PATCH", "/authorities/{id}/cap", "json"],
  getTenantsIdCaps: ["GET", "/tenants/{id}/caps", "json"],
  patchTenantsIdCaps: ["PATCH", "/tenants/{id}/caps", "json"],
  getAuthorities: ["GET", "/authorities", "json"],
  postAuthorities: ["POST", "/authorities", "json"],
  postAuthoritiesImportRoot: ["POST", "/authorities/import-root", "json"],
  postAuthoritiesOutside: ["POST", "/authorities/outside", "json"],
  patchAuthoritiesIdOutside: ["PATCH", "/authorities/{id}/outside", "json"],
  postHierarchies: ["POST", "/hierarchies", "json"],
  getAuthoritiesId: ["GET", "/authorities/{id}", "json"],
  patchAuthoritiesId: ["PATCH", "/authorities/{id}", "json"],
  deleteAuthoritiesId: ["DELETE", "/authorities/{id}", "json"],
  getAuthoritiesIdRemoval: ["GET", "/authorities/{id}/removal", "json"],
  getAuthoritiesIdCrl: ["GET", "/authorities/{id}/crl", "json"],
  postAuthoritiesIdCrl: ["POST", "/authorities/{id}/crl", "json"],
  postAuthoritiesIdCheck: ["POST", "/authorities/{id}/check", "json"],
  getAuthoritiesIdCsr: ["GET", "/authorities/{id}/csr", "file"],
  postAuthoritiesIdCertificate: ["POST", "/authorities/{id}/certificate", "json"],
  getAuthoritiesIdCertificate: ["GET", "/authorities/{id}/certificate", "file"],
  getAuthoritiesIdChain: ["GET", "/authorities/{id}/chain", "file"],
  getCertificateProfiles: ["GET", "/certificate-profiles", "json"],
  postCertificateProfiles: ["POST", "/certificate-profiles", "json"],
  getCertificateProfilesId: ["GET", "/certificate-profiles/{id}", "json"],
  patchCertificateProfilesId: ["PATCH", "/certificate-profiles/{id}", "json"],
  deleteCertificateProfilesId: ["DELETE", "/certificate-profiles/{id}", "none"],
  getAuthoritiesIdProfiles: ["GET", "/authorities/{id}/profiles", "json"],
  putAuthoritiesIdProfiles: ["PUT", "/authorities/{id}/profiles", "json"],
  getRas: ["GET", "/ras", "json"],
  postRas: ["POST", "/ras", "json"],
  postRasImport: ["POST", "/ras/import", "json"],
  getRasId: ["GET", "/ras/{id}", "json"],
  postRasIdCertificate: ["POST", "/ras/{id}/certificate", "json"],
  postAuthoritiesIdRenew: ["POST", "/authorities/{id}/renew", "json"],
  postAuthoritiesIdRollOver: ["POST", "/authorities/{id}/roll-over", "json"],
  getAuthoritiesIdUsage: ["GET", "/authorities/{id}/usage", "json"],
  postAuthoritiesIdRetire: ["POST", "/authorities/{id}/retire", "json"],
  getRasIdUsage: ["GET", "/ras/{id}/usage", "json"],
  getRollOvers: ["GET", "/roll-overs", "json"],
  getRollOversId: ["GET", "/roll-overs/{id}", "json"],
  postRollOversIdCancel: ["POST", "/roll-overs/{id}/cancel", "json"],
  getTemplates: ["GET", "/templates", "json"],
  postTemplates: ["POST", "/templates", "json"],
  getTemplatesId: ["GET", "/templates/{id}", "json"],
  patchTemplatesId: ["PATCH", "/templates/{id}", "json"],
  deleteTemplatesId: ["DELETE", "/templates/{id}", "none"],
  postTemplatesIdImpact: ["POST", "/templates/{id}/impact", "json"],
  getTemplatesIdDistribution: ["GET", "/templates/{id}/distribution", "json"],
  patchTemplatesIdDistribution: ["PATCH", "/templates/{id}/distribution", "json"],
  deleteTemplatesIdDistributionDraft: ["DELETE", "/templates/{id}/distribution/draft", "none"],
  postTemplatesIdDistributionPreview: ["POST", "/templates/{id}/distribution/preview", "json"],
  postTemplatesIdDistributionPublish: ["POST", "/templates/{id}/distribution/publish", "json"],
  postTemplatesIdDistributionAdvance: ["POST", "/templates/{id}/distribution/advance", "json"],
  postTemplatesIdDistributionWithdraw: ["POST", "/templates/{id}/distribution/withdraw", "json"],
  postTemplatesIdDistributionRelease: ["POST", "/templates/{id}/distribution/release", "json"],
  getEndpoints: ["GET", "/endpoints", "json"],
  postEndpoints: ["POST", "/endpoints", "json"],
  getEndpointsId: ["GET", "/endpoints/{id}", "json"],
  patchEndpointsId: ["PATCH", "/endpoints/{id}", "json"],
  deleteEndpointsId: ["DELETE", "/endpoints/{id}", "none"],
  postEndpointsIdRollOver: ["POST", "/endpoints/{id}/roll-over", "json"],
  postEndpointsIdTest: ["POST", "/endpoints/{id}/test", "json"],
  getConsoles: ["GET", "/consoles", "json"],
  getConsolesId: ["GET", "/consoles/{id}", "json"],
  getConsolesIdCaServer: ["GET", "/consoles/{id}/ca-server", "json"],
  postConsolesIdCaServer: ["POST", "/consoles/{id}/ca-server", "json"],
  getConsolesIdTemplate: ["GET", "/consoles/{id}/template", "json"],
  postConsolesIdTemplate: ["POST", "/consoles/{id}/template", "json"],
  postConsolesIdCaServerTry: ["POST", "/consoles/{id}/ca-server/try", "json"],
  postConsolesIdTemplateTry: ["POST", "/consoles/{id}/template/try", "json"],
  postConsolesIdResolve: ["POST", "/consoles/{id}/resolve", "json"],
  getDevices: ["GET", "/devices", "json"],
  postDevices: ["POST", "/devices", "json"],
  getDevicesId: ["GET", "/devices/{id}", "json"],
  getDevicesIdGroups: ["GET", "/devices/{id}/groups", "json"],
  postDevicesIdGroups: ["POST", "/devices/{id}/groups", "json"],
  postDevicesIdWipe: ["POST", "/devices/{id}/wipe", "json"],
  postDevicesIdUnenrol: ["POST", "/devices/{id}/unenrol", "json"],
  postDevicesIdLost: ["POST", "/devices/{id}/lost", "json"],
  postDevicesIdFound: ["POST", "/devices/{id}/found", "json"],
  postDevicesIdCompromised: ["POST", "/devices/{id}/compromised", "json"],
  getDevicesIdTimeline: ["GET", "/devices/{id}/timeline", "json"],
  getDevicesIdInventory: ["GET", "/devices/{id}/inventory", "json"],
  postDevicesIdInventory: ["POST", "/devices/{id}/inventory", "json"],
  postDevicesIdScan: ["POST", "/devices/{id}/scan", "json"],
  getInventory: ["GET", "/inventory", "json"],
  getGroups: ["GET", "/groups", "json"],
  getGroupsId: ["GET", "/groups/{id}", "json"],
  getGroupsIdMembers: ["GET", "/groups/{id}/members", "json"],
  postGroupsRefresh: ["POST", "/groups/refresh", "none"],
  getHosts: ["GET", "/hosts", "json"],
  getHostsId: ["GET", "/hosts/{id}", "json"],
  patchHostsId: ["PATCH", "/hosts/{id}", "json"],
  getDeployments: ["GET", "/deployments", "json"],
  postDeployments: ["POST", "/deployments", "json"],
  getDeploymentsId: ["GET", "/deployments/{id}", "json"],
  deleteDeploymentsId: ["DELETE", "/deployments/{id}", "none"],
  postDeploymentsIdRenew: ["POST", "/deployments/{id}/renew", "json"],
  postDeploymentsIdUnlock: ["POST", "/deployments/{id}/unlock", "json"],
  postDeploymentsIdProfile: ["POST", "/deployments/{id}/profile", "file"],
  getRenewalsPlan: ["GET", "/renewals/plan", "json"],
  getRenewalsPlanChart: ["GET", "/renewals/plan/chart", "file"],
  getRenewalsRules: ["GET", "/renewals/rules", "json"],
  getRenewalsRulesId: ["GET", "/renewals/rules/{id}", "json"],
  patchRenewalsRulesId: ["PATCH", "/renewals/rules/{id}", "json"],
  postRenewalsNow: ["POST", "/renewals/now", "json"],
  getRenewalsGroups: ["GET", "/renewals/groups", "json"],
  postRenewalsGroups: ["POST", "/renewals/groups", "json"],
  getRenewalsGroupsId: ["GET", "/renewals/groups/{id}", "json"],
  postRenewalsGroupsIdStop: ["POST", "/renewals/groups/{id}/stop", "json"],
  postChallenges: ["POST", "/challenges", "json"],
  getApprovals: ["GET", "/approvals", "json"],
  postApprovalsIdApprove: ["POST", "/approvals/{id}/approve", "json"],
  postApprovalsIdDeny: ["POST", "/approvals/{id}/deny", "json"],
  getCertificates: ["GET", "/certificates", "json"],
  postCertificates: ["POST", "/certificates", "json"],
  postCertificatesRequest: ["POST", "/certificates/request", "json"],
  postCertificatesPkcs12: ["POST", "/certificates/pkcs12", "json"],
  getCertificatesExport: ["GET", "/certificates/export", "file"],
  getCertificatesId: ["GET", "/certificates/{id}", "json"],
  getCertificatesIdDetails: ["GET", "/certificates/{id}/details", "json"],
  getCertificatesIdPem: ["GET", "/certificates/{id}/pem", "file"],
  getCertificatesIdDer: ["GET", "/certificates/{id}/der", "file"],
  postCertificatesIdRevoke: ["POST", "/certificates/{id}/revoke", "json"],
  postCertificatesIdSuspend: ["POST", "/certificates/{id}/suspend", "json"],
  postCertificatesIdUnsuspend: ["POST", "/certificates/{id}/unsuspend", "json"],
  postCertificatesBulk: ["POST", "/certificates/bulk", "json"],
  getOutbox: ["GET", "/outbox", "json"],
  postOutboxResend: ["POST", "/outbox/resend", "json"],
  postOutboxIdResend: ["POST", "/outbox/{id}/resend", "json"],
  getAlerts: ["GET", "/alerts", "json"],
  postAlertsCheck: ["POST", "/alerts/check", "json"],
  getAlertRules: ["GET", "/alert-rules", "json"],
  getAlertRulesId: ["GET", "/alert-rules/{id}", "json"],
  patchAlertRulesId: ["PATCH", "/alert-rules/{id}", "json"],
  postAlertRulesIdTest: ["POST", "/alert-rules/{id}/test", "json"],
  getLedger: ["GET", "/ledger", "json"],
  getLedgerRefusals: ["GET", "/ledger/refusals", "json"],
  getLedgerHead: ["GET", "/ledger/head", "json"],
  getLedgerChain: ["GET", "/ledger/chain", "json"],
  getHookAdapters: ["GET", "/hook-adapters", "json"],
  postHookAdapters: ["POST", "/hook-adapters", "json"],
  getHookAdaptersId: ["GET", "/hook-adapters/{id}", "json"],
  patchHookAdaptersId: ["PATCH", "/hook-adapters/{id}", "json"],
  deleteHookAdaptersId: ["DELETE", "/hook-adapters/{id}", "none"],
  postHookAdaptersIdRotate: ["POST", "/hook-adapters/{id}/rotate", "json"],
  postHooksDeviceEnrolled: ["POST", "/hooks/deviceEnrolled", "json"],
  postHooksDeviceWiped: ["POST", "/hooks/deviceWiped", "json"],
  postHooksDeviceUnenrolled: ["POST", "/hooks/deviceUnenrolled", "json"],
  postHooksDeviceLost: ["POST", "/hooks/deviceLost", "json"],
  postHooksDeviceFound: ["POST", "/hooks/deviceFound", "json"],
  postHooksDeviceCompromised: ["POST", "/hooks/deviceCompromised", "json"],
  postHooksUserDisabled: ["POST", "/hooks/userDisabled", "json"],
  postHooksUserEnabled: ["POST", "/hooks/userEnabled", "json"],
  postHooksDeviceInventory: ["POST", "/hooks/deviceInventory", "json"],
  postHooksCommandDelivered: ["POST", "/hooks/commandDelivered", "json"],
  postHooksCommandAcknowledged: ["POST", "/hooks/commandAcknowledged", "json"],
  postHooksCommandFailed: ["POST", "/hooks/commandFailed", "json"],
  postHooksTemplateAssigned: ["POST", "/hooks/templateAssigned", "json"],
  postHooksTemplateRemoved: ["POST", "/hooks/templateRemoved", "none"],
  postHooksDeviceGroups: ["POST", "/hooks/deviceGroups", "json"],
  postHooksGroupChanged: ["POST", "/hooks/groupChanged", "json"],
};
