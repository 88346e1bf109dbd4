import { createTransport } from "nodemailer";
import type { Mailer, MailOptions } from "../../plugin/sdk.ts";

const DEADLINE_MS = 15_000;

/** Sends mail by SMTP. A `starttls` server that does not offer it is refused, so that no password leaves in clear text. */
export const smtpMailer = (options: MailOptions): Mailer => {
  const { host, port, security, from, user, password, ca } = options;
  const transport = createTransport({
    ...{ host, port, from, secure: security === "tls", requireTLS: security === "starttls" },
    ignoreTLS: security === "none",
    ...(user === undefined ? {} : { auth: { user, pass: password ?? "" } }),
    ...(ca === undefined ? {} : { tls: { ca } }),
    connectionTimeout: DEADLINE_MS,
    greetingTimeout: DEADLINE_MS,
    socketTimeout: DEADLINE_MS,
    // What a mail names is never fetched or read from a file.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    send: async ({ to, subject, text }) => {
      await transport.sendMail({ from, to, subject, text });
    },
    close: () => {
      transport.close();
      return Promise.resolve();
    },
  };
};
