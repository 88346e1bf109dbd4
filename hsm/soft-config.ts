/** What the worker for soft keys is opened with. */
export interface SoftConfig {
  readonly kind: "soft";
  readonly folder: string;
  /** Base64. */
  readonly passphrase: string;
}
