import type { Device } from "../../domain/device.ts";
import type { Template } from "../../domain/template.ts";
import type { TenantStore } from "../../ports/stores.ts";

/**
 * The certificate that an enrolment by challenge takes the place of: the deployment's own, while a new one is under way for it. Without that,
 * the rule of one certificate a device (T-25) would stand against every renewal by a profile that is sent again. Looked up only where the
 * rule holds.
 */
export const replacedCertificate = async (
  store: TenantStore,
  template: Template,
  device: Device,
): Promise<string | undefined> => {
  if (template.allowDuplicates) return undefined;
  const deployment = await store.deployments.find(device.id, template.id);
  const resting = deployment?.state === "issued" || deployment?.state === "installed";
  return resting ? undefined : deployment?.certificateId;
};
