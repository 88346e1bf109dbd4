import type { AdminTokens } from "../../services/admin-tokens.ts";
import type { Approvals } from "../../services/approvals.ts";
import type { Authorities } from "../../services/authorities.ts";
import type { CaRenewals } from "../../services/ca-renewals.ts";
import type { Certificates } from "../../services/certificates.ts";
import type { Challenges } from "../../services/challenges.ts";
import type { Consoles } from "../../services/consoles.ts";
import type { Deployments } from "../../services/deployments.ts";
import type { Devices } from "../../services/devices.ts";
import type { Endpoints } from "../../services/endpoints.ts";
import type { Hierarchies } from "../../services/hierarchies.ts";
import type { KeyRollOvers } from "../../services/key-roll-overs.ts";
import type { EventIntake } from "../../services/event-intake.ts";
import type { HookAdapters } from "../../services/hook-adapters.ts";
import type { Inventories } from "../../services/inventories.ts";
import type { Ledger } from "../../services/ledger.ts";
import type { Ras } from "../../services/ras.ts";
import type { Retirements } from "../../services/retirements.ts";
import type { RollOvers } from "../../services/roll-overs.ts";
import type { Templates } from "../../services/templates.ts";
import type { Tenants } from "../../services/tenants.ts";
import type { LocalTokens } from "../local-tokens.ts";

/** What the admin API calls; rights are checked there, not here. */
export interface ApiServices {
  readonly tenants: Tenants;
  readonly approvals: Approvals;
  readonly authorities: Authorities;
  readonly hierarchies: Hierarchies;
  readonly ras: Ras;
  readonly templates: Templates;
  readonly endpoints: Endpoints;
  readonly consoles: Consoles;
  readonly rollOvers: RollOvers;
  readonly keyRollOvers: KeyRollOvers;
  readonly renewals: CaRenewals;
  readonly retirements: Retirements;
  readonly devices: Devices;
  readonly intake: EventIntake;
  readonly hookAdapters: HookAdapters;
  readonly inventories: Inventories;
  readonly deployments: Deployments;
  readonly challenges: Challenges;
  readonly certificates: Certificates;
  readonly ledger: Ledger;
  readonly tokens: LocalTokens;
  readonly adminTokens: AdminTokens;
}
