import type { Issue } from "../errors.ts";
import type { Everybody } from "./distribution.ts";
import type { GroupKind } from "./host-group.ts";

interface Placed {
  readonly kind: GroupKind;
  readonly hostId: string;
}

/**
 * Where a host that does not mix kinds would refuse: a group that is excluded must be of the kind of everything that its host includes.
 * Paths are those of the draft.
 */
export const mixedGroupIssues = (
  includes: readonly Placed[],
  excludes: readonly Placed[],
  everybody: Everybody | undefined,
  mixes: (hostId: string) => boolean,
): readonly Issue[] =>
  excludes.flatMap(({ kind, hostId }, index) => {
    if (mixes(hostId)) return [];
    const other: GroupKind = kind === "user" ? "device" : "user";
    const included =
      includes.some((one) => one.hostId === hostId && one.kind === other) ||
      everybody === `${other}s`;
    return included
      ? [
          {
            path: `excludes.${index}`,
            message: `host ${hostId} does not mix user and device groups across include and exclude: ${article(other)} group is included, so ${article(kind)} group cannot be excluded`,
          },
        ]
      : [];
  });

const article = (kind: GroupKind): string => (kind === "user" ? "a user" : "a device");
