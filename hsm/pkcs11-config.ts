/** What the worker for a token is opened with. */
export interface Pkcs11Config {
  readonly kind: "pkcs11";
  /** Path of the shared library. */
  readonly module: string;
  /** For modules that want a text with C_Initialize, as NSS does. */
  readonly parameters?: string | undefined;
  readonly tokenLabel?: string | undefined;
  /** Slot number, as `pkcs11-tool -L` shows it in hexadecimal. */
  readonly slot?: number | undefined;
  /** What the token says of itself must be this. */
  readonly serial?: string | undefined;
  readonly manufacturer?: string | undefined;
  readonly model?: string | undefined;
  /** Base64. */
  readonly pin: string;
  /** Base64 of 32 octets or more, the same on every node. */
  readonly rejectionSecret: string;
  /** Operations at the same time. */
  readonly sessions: number;
}
