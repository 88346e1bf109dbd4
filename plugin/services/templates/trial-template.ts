import { onTrial, type Template } from "../../domain/template.ts";
import type { TenantStore } from "../../ports/stores.ts";

/** The template as one device has it: the version on trial where it takes part in that, and what serves everybody else. */
export const templateFor = async (
  store: TenantStore,
  template: Template,
  deviceId: string,
): Promise<Template> => {
  if (template.trial === undefined) return template;
  const target = await store.targets.get(template.id, deviceId);
  return target?.trial === template.trial.number ? onTrial(template) : template;
};
