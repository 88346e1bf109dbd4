import type { Deployment, Device } from "../../api/calls.ts";
import type { App } from "../../app/app.ts";
import type { CommandLine } from "../../ui/command-line.ts";

/** What the device's page does, by the command line; only what this person may do. */
export const deviceCommands = (
  app: App,
  { id, status }: Device,
  deployments: readonly Deployment[],
): readonly CommandLine[] => {
  const here = status === "enrolled" || status === "unmanaged";
  const turn = (what: string, verb: string): CommandLine => ({ what, words: ["device", verb, id] });
  return [
    turn("What happened to it", "timeline"),
    turn("What it really holds", "inventory"),
    ...(app.may("deployments:manage") ? [turn("Ask what it holds now", "scan")] : []),
    ...(app.may("deployments:manage") && here
      ? deployments.flatMap((deployment) => deploymentCommands(deployment))
      : []),
    ...(app.may("challenges:mint") && here
      ? deployments.map(({ templateId }) => ({
          what: `Mint a challenge for ${templateId}`,
          words: ["challenge", "mint", id, templateId],
        }))
      : []),
    ...(app.may("host-events:report")
      ? [
          ...(here ? [turn("Report it lost", "lost")] : []),
          ...(status === "lost" || status === "compromised"
            ? [turn("Report it found", "found")]
            : []),
          ...(status === "wiped" || status === "unenrolled" || status === "decommissioned"
            ? []
            : [
                turn("It has left: revoke all", "unenrol"),
                turn("It was wiped: revoke all", "wipe"),
                turn("Its keys are known to others: revoke all", "compromised"),
              ]),
        ]
      : []),
  ];
};

const deploymentCommands = ({
  id,
  deviceId,
  templateId,
  state,
  certificateId,
}: Deployment): readonly CommandLine[] => [
  ...(state === "locked"
    ? [{ what: `Lift the lock of ${templateId}`, words: ["deployment", "unlock", id] }]
    : []),
  ...(state === "failed"
    ? [
        {
          what: `Send the profile of ${templateId} again`,
          words: ["deployment", "publish", deviceId, templateId],
        },
      ]
    : []),
  ...(certificateId === undefined
    ? []
    : [{ what: `Renew ${templateId} now`, words: ["deployment", "renew", id] }]),
  { what: `Take ${templateId} off`, words: ["deployment", "remove", id] },
];
