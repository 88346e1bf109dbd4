import type { Alerts } from "../../services/alerts.ts";
import type { Approvals } from "../../services/approvals.ts";
import type { Authorities } from "../../services/authorities.ts";
import type { Certificates } from "../../services/certificates.ts";
import type { CertificateStatuses } from "../../services/certificate-status.ts";
import type { Challenges } from "../../services/challenges.ts";
import type { CrlLists } from "../../services/crl-lists.ts";
import type { Deployments } from "../../services/deployments.ts";
import type { Devices } from "../../services/devices.ts";
import type { Endpoints } from "../../services/endpoints.ts";
import type { Hierarchies } from "../../services/hierarchies.ts";
import type { HostEvents } from "../../services/host-events.ts";
import type { Ledger } from "../../services/ledger.ts";
import type { OutboxLetters } from "../../services/outbox-letters.ts";
import type { Ras } from "../../services/ras.ts";
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
  readonly rollOvers: RollOvers;
  readonly devices: Devices;
  readonly hostEvents: HostEvents;
  readonly deployments: Deployments;
  readonly challenges: Challenges;
  readonly certificates: Certificates;
  readonly certificateStatuses: CertificateStatuses;
  readonly crlLists: CrlLists;
  readonly outbox: OutboxLetters;
  readonly alerts: Alerts;
  readonly ledger: Ledger;
  readonly tokens: LocalTokens;
}
