import { Option } from "commander";
import {
  type AttemptPolicy,
  CountersignError,
  DEFAULT_ATTEMPTS,
  REVOCATION_REASONS,
  REVOKING_EVENTS,
} from "../../../plugin/sdk.ts";
import type { Invocation } from "../api-command.ts";
import { flagOption, integerOption, listOption, textOption } from "../options.ts";

/** What follows failed attempts (L-05) and the end of a device (L-08), rule by rule. */
export const ruleOptions = (): readonly Option[] => [
  integerOption("--attempts-limit <n>", "failed attempts until a device is locked; 0: any number"),
  textOption("--attempts-interval <duration>", "failures inside it count as one, PT1M"),
  textOption("--attempts-lock <duration>", "how long a lock lasts, PT1H unless given"),
  flagOption("attempts-wipe", "ask the host for a wipe at the last one; off unless given"),
  listOption(
    "--revocation <event:rule>",
    `${REVOKING_EVENTS.join(", ")}, each to a reason, keep or default; again for more`,
  ),
];

const ATTEMPTS = [
  "limit",
  "interval",
  "lock",
  "wipe",
] as const satisfies readonly (keyof AttemptPolicy)[];
const optionOf = (member: string): string =>
  `attempts${member.charAt(0).toUpperCase()}${member.slice(1)}`;

/** Members that these options change, over what is there; the options themselves are no members of a template. */
export const rulesOf = async (
  { options }: Invocation,
  body: Readonly<Record<string, unknown>>,
  stored: () => Promise<Readonly<Record<string, unknown>>>,
): Promise<Record<string, unknown>> => {
  const named = ATTEMPTS.filter((member) => options[optionOf(member)] !== undefined);
  const { revocation } = options;
  if (named.length === 0 && revocation === undefined) return {};
  const before = await stored();
  const given = Object.fromEntries(named.map((member) => [member, options[optionOf(member)]]));
  const base = (body["attempts"] ?? before["attempts"] ?? DEFAULT_ATTEMPTS) as AttemptPolicy;
  const attempts = { ...base, ...given };
  return {
    ...(named.length === 0 ? {} : { attempts }),
    ...(Array.isArray(revocation)
      ? { revocation: revocationOf(before["revocation"], revocation.map(String)) }
      : {}),
  };
};

/** Takes the names of the options out of a body. */
export const withoutRules = (body: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(body).filter(([name]) => !ATTEMPTS.some((member) => optionOf(member) === name)),
  );

const revocationOf = (before: unknown, texts: readonly string[]): Record<string, unknown> => {
  const rules = new Map(Object.entries(before ?? {}));
  for (const text of texts) {
    const [event = "", rule = ""] = text.split(":");
    const known = rule === "keep" || rule === "default" || rule in REVOCATION_REASONS;
    if (!known || !(REVOKING_EVENTS as readonly string[]).includes(event))
      throw new CountersignError(
        "invalid_input",
        `--revocation ${JSON.stringify(text)}: write event:rule, such as lost:keep`,
      );
    if (rule === "default") rules.delete(event);
    else rules.set(event, rule);
  }
  return Object.fromEntries(rules);
};
