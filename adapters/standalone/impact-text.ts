import type { TemplateImpactReport } from "../../plugin/index.ts";
import { table } from "./table.ts";

const SHOWN = 20;

/** The impact of a change of a template, for a terminal. */
export const impactText = (impact: TemplateImpactReport): string => {
  const { version, fields, deployments, rekeyed, failing, failures, days, whole, warnings } =
    impact;
  const head = [
    `version ${version}: ${fields.length === 0 ? "no field changes" : fields.join(", ")}`,
    `${rekeyed} of ${deployments}${whole ? "" : " or more"} devices would be re-keyed, ${failing} would fail`,
    ...warnings.map((warning) => `Warning: ${warning}`),
    "",
    "",
  ].join("\n");
  const plan =
    days.length === 0
      ? ""
      : `${table(
          ["day", "re-keyed"],
          days.map(({ day, planned }) => [day, String(planned)]),
        )}\n`;
  const faults = failures
    .slice(0, SHOWN)
    .map(({ deviceId, hostDeviceId, code, detail }) => [deviceId, hostDeviceId, code, detail]);
  return `${head}${plan}${faults.length === 0 ? "" : table(["device", "at its host", "code", "why"], faults)}`;
};
