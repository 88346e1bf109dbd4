/** How many are active, and how many may be, as the API answers it. */
export interface ShownCap {
  readonly active: number;
  readonly cap?: number;
}

/** What `GET /caps` answers. */
export interface ShownCaps {
  readonly countedTo: number;
  readonly certificates: ShownCap;
  readonly authorities: ShownCap;
  readonly byAuthority: readonly (ShownCap & { readonly id: string })[];
}

/** `<issued>/<cap>` (O-02); without a cap the number alone. */
export const capText = ({ active, cap }: ShownCap): string =>
  cap === undefined ? String(active) : `${active}/${cap}`;

/** All caps of a tenant, for a terminal. */
export const capsText = ({
  certificates,
  authorities,
  byAuthority,
  countedTo,
}: ShownCaps): string =>
  [
    `certificates  ${certificates.active > countedTo && certificates.cap === undefined ? `more than ${countedTo}` : capText(certificates)}`,
    `authorities   ${capText(authorities)}`,
    ...byAuthority.map((cap) => `certificates of ${cap.id}  ${capText(cap)}`),
    "",
  ].join("\n");
