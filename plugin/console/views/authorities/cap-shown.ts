import type { Calls } from "../../api/calls.ts";
import { count } from "../../ui/format.ts";

export type TenantCaps = Calls["getCaps"]["answer"];
export type Cap = TenantCaps["certificates"];

/** `<issued>/<cap>` (O-02); without a cap the number, and `10,000+` where nobody counts on. */
export const capShown = ({ active, cap }: Cap, countedTo: number): string =>
  cap !== undefined
    ? `${count(active)}/${count(cap)}`
    : active > countedTo
      ? `${count(countedTo)}+`
      : count(active);
