/** Subject alternative names (requirements.md T-20). Values are text; URIs stay byte-equal. */
export const SAN_TYPES = ["rfc822", "dns", "uri", "upn", "ip"] as const;
export type SanType = (typeof SAN_TYPES)[number];

export interface SubjectAltName {
  readonly type: SanType;
  readonly value: string;
}
