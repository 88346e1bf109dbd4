import { readFileSync } from "node:fs";
import { REASONS, STATES } from "../../plugin/domain/deployment-states.ts";
import { file } from "./manifest.ts";

/** docs/deployments.md with its tables as the code has them; the text around them is written by hand. */
export const deploymentsText = (): string => {
  const text = readFileSync(file("docs/deployments.md"), "utf8");
  const states = Object.entries(STATES).map(([name, { meaning, deadline, then, nextStep, to }]) => {
    const events = Object.entries(to).map(([event, target]) => `${event}: ${target}`);
    return `| \`${name}\` | ${meaning} | ${deadline} | ${then} | ${nextStep} | ${events.join("; ") || "-"} |`;
  });
  const reasons = Object.entries(REASONS).map(([name, step]) => `| \`${name}\` | ${step} |`);
  return between(
    between(text, "states", [
      "| state | meaning | deadline | what the sweeper does then | next step for an admin | events |",
      "|---|---|---|---|---|---|",
      ...states,
    ]),
    "reasons",
    ["| reason | next step for an admin |", "|---|---|", ...reasons],
  );
};

const between = (text: string, name: string, lines: readonly string[]): string => {
  const [start, end] = [
    `<!-- ${name}: made by \`npm run manifest\` -->`,
    `<!-- end of ${name} -->`,
  ];
  const [before = "", rest = ""] = text.split(start);
  const [, after = ""] = rest.split(end);
  return `${before}${start}\n\n${lines.join("\n")}\n\n${end}${after}`;
};
