/** One customer of the host; owns every row. Ids are lower case, 2 to 40 characters. */
export type TenantId = string;

export const DEFAULT_TENANT: TenantId = "default";

export interface Tenant {
  readonly id: TenantId;
  readonly name: string;
  readonly createdAt: Date;
}

export const TENANT_ID = /^[a-z0-9](?:-?[a-z0-9]){1,39}$/;
