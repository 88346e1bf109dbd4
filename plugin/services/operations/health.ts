import { inject } from "tsyringe";
import { messageOf } from "../../errors.ts";
import type { KeyProvider } from "../../ports/keys.ts";
import type { Database } from "../../ports/stores.ts";
import { DATABASE, KEY_PROVIDERS } from "../../tokens.ts";

export interface HealthCheck {
  readonly name: string;
  readonly ok: boolean;
  readonly message: string | undefined;
}

/** Whether this node can do its work now. */
export class Health {
  constructor(
    @inject(DATABASE) private readonly database: Database,
    @inject(KEY_PROVIDERS) private readonly providers: readonly KeyProvider[],
  ) {}

  async ready(): Promise<{ readonly ready: boolean; readonly checks: readonly HealthCheck[] }> {
    const checks = await Promise.all([
      check("database", () => this.database.check()),
      ...this.providers.map((provider) =>
        check(`keys:${provider.name}`, async () => {
          const fault = (await provider.probe()).find(({ level }) => level === "fault");
          if (fault !== undefined) throw new Error(fault.message);
        }),
      ),
    ]);
    return { ready: checks.every(({ ok }) => ok), checks };
  }
}

const check = async (name: string, work: () => Promise<void>): Promise<HealthCheck> => {
  try {
    await work();
    return { name, ok: true, message: undefined };
  } catch (error) {
    return { name, ok: false, message: messageOf(error) };
  }
};
