import type { Knex } from "knex";
import { first } from "./0001-first.ts";
import { limitsAndChain } from "./0002-limits-and-chain.ts";
import { authoritySignature } from "./0003-authority-signature.ts";
import { rotation } from "./0004-rotation.ts";
import { deploymentLife } from "./0006-deployment-life.ts";
import { renewalPlan } from "./0007-renewal-plan.ts";
import { revocation } from "./0008-revocation.ts";
import { consoles } from "./0010-consoles.ts";
import { revokedEntries } from "./0014-revoked-entries.ts";
import { disabledUsers } from "./0013-disabled-users.ts";
import { deploymentsByDevice } from "./0012-deployments-by-device.ts";
import { challengeKey } from "./0020-challenge-key.ts";
import { longLists } from "./0021-long-lists.ts";
import { sortedLists } from "./0022-sorted-lists.ts";
import { hostGroups } from "./0023-host-groups.ts";
import { distributions } from "./0024-distributions.ts";
import { caps } from "./0026-caps.ts";
import { failedDeployments } from "./0028-failed-deployments.ts";
import { refusalsAndLastUse } from "./0030-refusals-and-last-use.ts";
import { endedAuthorities } from "./0031-ended-authorities.ts";
import { wordsByTime } from "./0033-words-by-time.ts";
import { ofEndpoint } from "./0034-of-endpoint.ts";
import { hostStatus } from "./0035-host-status.ts";

interface Migration {
  /** Begins with its number. A released one is never changed; a new one only adds, so that the version before still runs. */
  readonly name: string;
  up(db: Knex): Promise<void>;
}

const MIGRATIONS: readonly Migration[] = [
  first,
  limitsAndChain,
  authoritySignature,
  rotation,
  deploymentLife,
  renewalPlan,
  revocation,
  consoles,
  deploymentsByDevice,
  disabledUsers,
  revokedEntries,
  challengeKey,
  longLists,
  sortedLists,
  hostGroups,
  distributions,
  caps,
  failedDeployments,
  refusalsAndLastUse,
  endedAuthorities,
  wordsByTime,
  ofEndpoint,
  hostStatus,
];

/** Our migrations as knex takes them, with its own table, so that a host's are not touched. */
export const migrationConfig: Knex.MigratorConfig = {
  tableName: "countersign_migrations",
  migrationSource: {
    getMigrations: () => Promise.resolve([...MIGRATIONS]),
    getMigrationName: (migration: Migration) => migration.name,
    getMigration: (migration: Migration) =>
      Promise.resolve({
        up: (db: Knex) => migration.up(db),
        down: () => Promise.reject(new Error("migrations only go forward")),
      }),
  },
  // A newer version may have been here: its migrations only add, so this one runs on.
  disableMigrationsListValidation: true,
};
