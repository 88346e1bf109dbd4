import { alertRoutes } from "./alerts.ts";
import { approvalRoutes } from "./approvals.ts";
import { authorityRoutes } from "./authorities.ts";
import { capRoutes } from "./caps.ts";
import { certificateProfileRoutes } from "./certificate-profiles.ts";
import { certificateRoutes } from "./certificates.ts";
import { challengeRoutes } from "./challenges.ts";
import { consoleRoutes } from "./consoles.ts";
import { distributionRoutes } from "./distributions.ts";
import { hostGroupRoutes } from "./host-groups.ts";
import { deploymentRoutes } from "./deployments.ts";
import { deviceRoutes } from "./devices.ts";
import { endpointRoutes } from "./endpoints.ts";
import { hookAdapterRoutes } from "./hook-adapters.ts";
import { hostEventRoutes } from "./host-events.ts";
import { ledgerRoutes } from "./ledger.ts";
import { outboxRoutes } from "./outbox.ts";
import { peopleRoutes } from "./people.ts";
import { overviewRoutes } from "./overview.ts";
import { raRoutes } from "./ras.ts";
import { rotationRoutes } from "./rotation.ts";
import { renewalRoutes } from "./renewals.ts";
import type { Route } from "./route.ts";
import { templateRoutes } from "./templates.ts";
import { tenantRoutes } from "./tenants.ts";
import { tokenRoutes } from "./tokens.ts";

/** The whole admin API, in the order docs/api.md shows it. */
export const API_ROUTES: readonly Route[] = [
  ...tenantRoutes,
  ...tokenRoutes,
  ...peopleRoutes,
  ...overviewRoutes,
  ...capRoutes,
  ...authorityRoutes,
  ...certificateProfileRoutes,
  ...raRoutes,
  ...rotationRoutes,
  ...templateRoutes,
  ...distributionRoutes,
  ...endpointRoutes,
  ...consoleRoutes,
  ...deviceRoutes,
  ...hostGroupRoutes,
  ...deploymentRoutes,
  ...renewalRoutes,
  ...challengeRoutes,
  ...approvalRoutes,
  ...certificateRoutes,
  ...outboxRoutes,
  ...alertRoutes,
  ...ledgerRoutes,
  ...hookAdapterRoutes,
  ...hostEventRoutes,
];
