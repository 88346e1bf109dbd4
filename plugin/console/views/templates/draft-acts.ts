import type { Distribution, DistributionPreview } from "../../api/calls.ts";
import type { App } from "../../app/app.ts";
import { attempt } from "../../ui/attempt.ts";
import { plural } from "../../ui/format.ts";
import { theStage } from "./distribution-facts.ts";

/** A question about a version of a distribution. */
export interface VersionQuestion {
  readonly title: string;
  readonly yes: string;
  /** The version on trial; otherwise the draft. */
  readonly trial: boolean;
  /** Said besides. */
  readonly also?: string | undefined;
}

/** Asks with the counts of what it would do; undefined: no, or it could not be worked out. */
export const askWithCounts = async (
  app: App,
  { id }: Distribution,
  { title, yes, trial, also }: VersionQuestion,
): Promise<DistributionPreview | undefined> => {
  const preview = await attempt(app, () =>
    app.call("postTemplatesIdDistributionPreview", { id, body: { trial } }),
  );
  if (preview === undefined) return undefined;
  const { warnings, impact } = preview;
  const sure = await app.ask({
    title,
    text: [countsOf(preview), ...warnings, ...(also === undefined ? [] : [also])].join(" "),
    yes,
    dangerous: warnings.length > 0 || (impact?.failing ?? 0) > 0,
  });
  return sure ? preview : undefined;
};

const countsOf = ({ devices, fresh, leaving, days, impact }: DistributionPreview): string => {
  const peak = Math.max(0, ...days.map(({ peakHour }) => peakHour));
  const reach = `It is for ${plural(devices, "device")}: ${fresh} get the profile for the first time${days.length === 0 ? "" : `, over ${plural(days.length, "day")} with at most ${peak} an hour`}${leaving === 0 ? "" : `, and ${leaving} leave`}.`;
  if (impact === undefined) return reach;
  const { deployments, rekeyed, failing } = impact;
  return `${reach} Of ${plural(deployments, "device")} with this template ${rekeyed} ${rekeyed === 1 ? "gets" : "get"} a new key and certificate${failing === 0 ? "" : `, ${failing} would fail`}.`;
};

/** Publishes the draft to its first stage, once it is agreed to; false: it was not, or it was refused. */
export const publishDraft = async (
  app: App,
  distribution: Distribution,
  also?: string,
): Promise<boolean> => {
  const question = { title: "Publish the draft?", yes: "Publish", trial: false, also };
  const preview = await askWithCounts(app, distribution, question);
  if (preview === undefined) return false;
  const { id, version } = distribution;
  const body = { expect: preview.devices };
  const done = await attempt(
    app,
    () => app.call("postTemplatesIdDistributionPublish", { id, version, body }),
    `Published to ${theStage(preview.firstStage)}.`,
  );
  return done !== undefined;
};

/** Throws the draft away, once it is agreed to; false: it was not, or it was refused. */
export const discardDraft = async (
  app: App,
  { id, version }: Distribution,
  also = "",
): Promise<boolean> => {
  const sure = await app.ask({
    title: "Discard the draft?",
    text: `What is published serves on as it is. ${also}`.trim(),
    yes: "Discard",
  });
  if (!sure) return false;
  const done = await attempt(
    app,
    async () => {
      await app.call("deleteTemplatesIdDistributionDraft", { id, version });
      return true;
    },
    "The draft is gone.",
  );
  return done === true;
};
