import type { Template } from "../../domain/template.ts";
import type { EndpointView } from "../endpoints/endpoint-view.ts";

/** Whether an endpoint offers the template. */
export const offers =
  (templateId: string) =>
  ({ templateIds }: EndpointView): boolean =>
    templateIds.includes(templateId);

/** Whether an endpoint has a static challenge for the template. */
export const hasSecret =
  (templateId: string) =>
  ({ policies }: EndpointView): boolean =>
    policies.some((policy) => policy.kind === "static" && policy.templateId === templateId);

/** The endpoint's policies as they are, with the one this template needs. */
export const policiesWith = (
  endpoint: EndpointView | undefined,
  { id: templateId, challengeMode }: Template,
  secret: string,
) => {
  const kept = (endpoint?.policies ?? []).map((policy) =>
    policy.kind === "dynamic"
      ? { kind: policy.kind }
      : {
          kind: policy.kind,
          id: policy.id,
          templateId: policy.templateId,
          unknownDevice: policy.unknownDevice,
        },
  );
  if (challengeMode === "dynamic")
    return kept.some(({ kind }) => kind === "dynamic")
      ? kept
      : [...kept, { kind: "dynamic" as const }];
  if (secret === "") return kept;
  const others = kept.filter(
    (policy) => policy.kind === "dynamic" || policy.templateId !== templateId,
  );
  return [{ kind: "static" as const, templateId, secret }, ...others];
};
