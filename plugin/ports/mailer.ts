/** One mail, plain text. */
export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/** Sends mail; throws when the server has not taken it. */
export interface Mailer {
  send(mail: Mail): Promise<void>;
  close(): Promise<void>;
}

/** How to reach the mail server, checked. */
export interface MailOptions {
  readonly host: string;
  readonly port: number;
  /** `tls` from the first octet, `starttls` (refused where it is not offered), or clear text. */
  readonly security: "tls" | "starttls" | "none";
  readonly from: string;
  readonly user: string | undefined;
  readonly password: string | undefined;
  /** PEM of the CA, in place of the system's. */
  readonly ca: string | undefined;
}

/** Something with an end that the host knows of: a listener's certificate, a client secret. */
export interface HostExpiry {
  readonly kind: "listener" | "secret";
  readonly name: string;
  readonly end: Date;
}
