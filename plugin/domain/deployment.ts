/**
 * One template on one device. Deadlines and next steps:
 * `pending` (queued for the host; the dispatcher retries), `delivered` (the host took the profile), `issued`, `failed` (shown; published
 * again by hand or by the host), `removed` (end).
 */
export type DeploymentState = "pending" | "delivered" | "issued" | "failed" | "removed";

export interface Deployment {
  readonly id: string;
  readonly deviceId: string;
  readonly templateId: string;
  readonly endpointId: string;
  readonly state: DeploymentState;
  /** When the planner looks at it next; undefined for states at rest. */
  readonly nextActionAt: Date | undefined;
  readonly certificateId: string | undefined;
  readonly failure: string | undefined;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}
