import { table } from "./table.ts";

/** What of an answer of `POST /templates/:id/impact` is shown. */
export interface ShownImpact {
  readonly version: number;
  readonly fields: readonly string[];
  readonly deployments: number;
  readonly rekeyed: number;
  readonly failing: number;
  readonly failures: readonly {
    readonly deviceId: string;
    readonly hostDeviceId: string;
    readonly code: string;
    readonly detail: string;
  }[];
  readonly days: readonly { readonly day: string; readonly planned: number }[];
  readonly whole: boolean;
}

const SHOWN = 20;

/** The impact of a change of a template, for a terminal. */
export const impactText = (impact: ShownImpact): string => {
  const { version, fields, deployments, rekeyed, failing, failures, days, whole } = impact;
  const head = [
    `version ${version}: ${fields.length === 0 ? "no field changes" : fields.join(", ")}`,
    `${rekeyed} of ${deployments}${whole ? "" : " or more"} devices would be re-keyed, ${failing} would fail`,
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
