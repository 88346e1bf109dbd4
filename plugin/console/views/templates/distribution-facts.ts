import { html, nothing, type TemplateResult } from "lit";
import type { Distribution, HostGroup } from "../../api/calls.ts";
import { foreign, plural, when, words } from "../../ui/format.ts";
import { note, status } from "../../ui/status.ts";
import { lifeText } from "./life-text.ts";

type Version = NonNullable<Distribution["draft"]>;

const STAGE_NAMES = { test: "test device", group: "staged group", everybody: "everybody" } as const;

/** A stage in plain words. */
export const stageName = (stage: keyof typeof STAGE_NAMES): string => STAGE_NAMES[stage];

/** The same as the object of a sentence. */
export const theStage = (stage: keyof typeof STAGE_NAMES): string =>
  stage === "everybody" ? stageName(stage) : `the ${stageName(stage)}`;

/** Whom a version means, in one sentence. */
const meant = ({ plan }: Version, groups: ReadonlyMap<string, HostGroup>): TemplateResult => {
  const names = (ids: readonly string[]) =>
    ids.map((id, index) => html`${index === 0 ? "" : ", "}${foreign(groups.get(id)?.name ?? id)}`);
  const { everybody, includes, excludes, change } = plan;
  return html`${everybody === undefined ? nothing : html`all ${everybody}${includes.length > 0 ? ", " : ""}`}${names(includes)}${everybody === undefined && includes.length === 0 ? "no group" : nothing}${
    excludes.length === 0 ? nothing : html`; without ${names(excludes)}`
  };
  over
  ${lifeText(plan.over)}${Object.keys(change).length === 0 ? nothing : html`; changes ${Object.keys(change).map(words).join(", ")}`}`;
};

const line = (
  name: TemplateResult,
  version: Version | undefined,
  groups: ReadonlyMap<string, HostGroup>,
): TemplateResult | typeof nothing =>
  version === undefined
    ? nothing
    : html`<dt>${name}</dt>
        <dd>
          ${meant(version, groups)}
          <span class="small quiet">(${foreign(version.by)}, ${when(version.at)})</span>
        </dd>`;

/** Draft, trial and what serves, and how far it is. */
export const distributionFacts = (
  { draft, trial, serving, progress, next, walk }: Distribution,
  groups: ReadonlyMap<string, HostGroup>,
): TemplateResult => {
  if (draft === undefined && trial === undefined && serving === undefined)
    return html`<p class="quiet">Not distributed to any group yet.</p>`;
  const { devices, waiting, installed, failed } = progress;
  return html`<dl class="facts">
      ${line(html`Draft ${draft?.number}`, draft, groups)}
      ${line(html`On trial: ${trial?.number}, ${trial && stageName(trial.stage)}`, trial, groups)}
      ${line(html`Serves: ${serving?.number}`, serving, groups)}
      <dt>Devices</dt>
      <dd>
        ${plural(devices, "device")}: ${waiting} waiting, ${installed}
        installed${failed === 0 ? nothing : html`, ${status("bad", `${failed} failed`)}`}
      </dd>
    </dl>
    ${
      next === undefined
        ? nothing
        : note(
            next.ok ? "good" : "info",
            html`<strong>Next: ${stageName(next.stage)}.</strong>
              ${next.ok ? "The stage before has installed." : foreign(next.why)}`,
          )
    }
    ${
      walk?.state === "held"
        ? note(
            "bad",
            html`<strong>Held.</strong> ${plural(walk.left, "device")} left after a change at the
              host, and more would. Look at the host's groups before you let it go on.`,
          )
        : nothing
    }`;
};
