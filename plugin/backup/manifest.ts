import type { ChainEnd } from "../domain/events.ts";
import type { TenantId } from "../domain/tenant.ts";
import type { TableDigest } from "../store/copying/table-digest.ts";

/** A part of a backup: `database/<table>`, `keys/<number of the key store>/<file>`, or a name that the host chose. */
export interface PartFacts {
  readonly name: string;
  /** Uncompressed. */
  readonly octets: number;
  /** Hex. */
  readonly sha256: string;
}

/** A key that the database refers to. The key itself is in the backup only as an encrypted file, and never when it is in a token. */
export interface KeyFacts {
  /** `<provider>:<id>`. */
  readonly ref: string;
  /** For people; undefined where the key store cannot say. */
  readonly label: string | undefined;
  /** SHA-256 of the SubjectPublicKeyInfo, hex; undefined for a key that could not be used when the backup was made. */
  readonly publicKey: string | undefined;
}

/** The last frame: what the backup holds. */
export interface Manifest {
  /** Migrations of the schema, sorted: what a restore must have too. */
  readonly schema: readonly string[];
  readonly parts: readonly PartFacts[];
  readonly tables: Readonly<Record<string, TableDigest>>;
  readonly keys: readonly KeyFacts[];
  /** Where each tenant's ledger ended. */
  readonly ledgers: readonly ({ readonly tenant: TenantId } & ChainEnd)[];
}
