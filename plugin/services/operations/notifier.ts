import { createHmac } from "node:crypto";
import { inject } from "tsyringe";
import type { AlertChannel } from "../../domain/alert-rule.ts";
import { CountersignError } from "../../errors.ts";
import type { Clock } from "../../ports/ambient.ts";
import type { Mailer } from "../../ports/mailer.ts";
import type { AlertMessage } from "../../ports/outbox.ts";
import { CLOCK, MAILER } from "../../tokens.ts";
import { SecretBox } from "../access/secret-box.ts";

const DEADLINE_MS = 10_000;

/** Binds a sealed webhook secret to its place. */
export const webhookContext = (tenant: string, ruleId: string): string =>
  `alert-webhook/${tenant}/${ruleId}`;

/** Carries a message of an alert to one receiver; throws when it was not taken. */
export class Notifier {
  constructor(
    @inject(CLOCK) private readonly clock: Clock,
    @inject(SecretBox) private readonly secrets: SecretBox,
    @inject(MAILER) private readonly mailer: Mailer,
  ) {}

  async tell(
    tenant: string,
    ruleId: string,
    channel: AlertChannel,
    message: AlertMessage,
  ): Promise<void> {
    if (channel.kind === "webhook")
      return this.post(
        tenant,
        channel.url,
        this.secrets.unseal(webhookContext(tenant, ruleId), channel.sealed),
        message,
      );
    await this.mailer.send({
      to: channel.to,
      subject: `[${message.state}] ${message.rule}: ${message.subject}`,
      text: `${message.text}\n\nRule: ${message.rule}\nSubject: ${message.subject}\nTenant: ${tenant}\nState: ${message.state}\nAt: ${message.at.toISOString()}\n`,
    });
  }

  /** `Countersign-Signature: t=<unix seconds>,v1=<HMAC-SHA256 of "t.body", hex>`. */
  private async post(
    tenant: string,
    url: string,
    secret: string,
    message: AlertMessage,
  ): Promise<void> {
    const body = JSON.stringify({ tenant, ...message });
    const at = Math.floor(this.clock.now().getTime() / 1000);
    const mac = createHmac("sha256", secret).update(`${at}.${body}`).digest("hex");
    const response = await fetch(url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "countersign-signature": `t=${at},v1=${mac}`,
      },
      body,
      // A receiver that moves must be named anew; nothing is sent to where an answer points.
      redirect: "error",
      signal: AbortSignal.timeout(DEADLINE_MS),
    });
    await response.body?.cancel();
    if (!response.ok)
      throw new CountersignError("busy", `the webhook answered HTTP ${response.status}`);
  }
}
