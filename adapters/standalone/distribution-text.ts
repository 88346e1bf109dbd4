import { table } from "./table.ts";

interface ShownVersion {
  readonly number: number;
  readonly plan: {
    readonly everybody?: string;
    readonly includes: readonly string[];
    readonly excludes: readonly string[];
    readonly testDeviceId?: string;
    readonly stagedGroupId?: string;
    readonly over: string;
    readonly leaving: string;
    readonly change: Readonly<Record<string, unknown>>;
  };
  readonly by: string;
  readonly at: string;
  readonly stage?: string;
}
/** What of a distribution a terminal shows. */
export interface ShownDistribution {
  readonly id: string;
  readonly version: number;
  readonly draft?: ShownVersion;
  readonly trial?: ShownVersion;
  readonly serving?: ShownVersion;
  readonly progress: Readonly<
    Record<"devices" | "waiting" | "sent" | "failed" | "installed", number>
  >;
  readonly next?: { readonly stage: string; readonly ok: boolean; readonly why: string };
  readonly walk?: { readonly state: string; readonly left: number };
}
/** What of a preview a terminal shows. */
export interface ShownPreview {
  readonly firstStage: string;
  readonly devices: number;
  readonly fresh: number;
  readonly staged: number;
  readonly leaving: number;
  readonly days: readonly {
    readonly day: string;
    readonly planned: number;
    readonly peakHour: number;
  }[];
  readonly warnings: readonly string[];
}

const versionLine = (what: string, version: ShownVersion | undefined): string => {
  if (version === undefined) return "";
  const { everybody, includes, excludes, testDeviceId, stagedGroupId, ...plan } = version.plan;
  const parts = [
    everybody === undefined ? includes.join(", ") || "nobody" : `all ${everybody}`,
    ...(excludes.length === 0 ? [] : [`without ${excludes.join(", ")}`]),
    ...(testDeviceId === undefined ? [] : [`test device ${testDeviceId}`]),
    ...(stagedGroupId === undefined ? [] : [`then ${stagedGroupId}`]),
    `over ${plan.over}`,
    `who leaves: ${plan.leaving}`,
    ...(Object.keys(plan.change).length === 0
      ? []
      : [`changes ${Object.keys(plan.change).join(", ")}`]),
  ];
  const stage = version.stage === undefined ? "" : `, stage ${version.stage}`;
  return `${what.padEnd(8)} version ${version.number}${stage}: ${parts.join("; ")} (${version.by}, ${version.at})\n`;
};

/** How a distribution reads on a terminal. */
export const distributionText = (shown: ShownDistribution): string => {
  const { draft, trial, serving, progress, next, walk } = shown;
  const { devices, waiting, sent, failed, installed } = progress;
  return [
    `${shown.id}, version ${shown.version} of the distribution\n`,
    versionLine("draft", draft),
    versionLine("trial", trial),
    versionLine("serving", serving),
    `devices  ${devices}: ${waiting} waiting, ${sent} sent (${installed} installed), ${failed} failed\n`,
    next === undefined ? "" : `next     ${next.stage}: ${next.ok ? "ready" : next.why}\n`,
    walk?.state === "held"
      ? `held     ${walk.left} devices have left and more would: look at the host's groups, then countersign distribution release ${shown.id}\n`
      : "",
  ].join("");
};

/** How a preview reads on a terminal. */
export const previewText = (shown: ShownPreview): string =>
  [
    `${shown.devices} devices: ${shown.fresh} get the profile for the first time, ${shown.leaving} leave; begins with ${shown.firstStage} (${shown.staged} in the stages before everybody)\n`,
    ...shown.warnings.map((warning) => `warning: ${warning}\n`),
    shown.days.length === 0
      ? ""
      : table(
          ["day", "deliveries", "most an hour"],
          shown.days.map(({ day, planned, peakHour }) => [day, String(planned), String(peakHour)]),
        ),
  ].join("");
