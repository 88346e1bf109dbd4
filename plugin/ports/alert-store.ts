import type { AlertKind, AlertRule } from "../domain/alert-rule.ts";

/** An alert that stands. */
export interface StandingAlert {
  readonly rule: AlertKind;
  readonly subject: string;
  readonly text: string;
  readonly since: Date;
}

/** Rules and standing alerts of one tenant. */
export interface AlertStore {
  rule(id: AlertKind): Promise<AlertRule | undefined>;
  /** Throws `precondition_failed` unless the stored version is the one before (0: none). */
  saveRule(rule: AlertRule): Promise<void>;
  standing(rule?: AlertKind): Promise<readonly StandingAlert[]>;
  /** False when it stands already. */
  raise(alert: StandingAlert): Promise<boolean>;
  /** False when it does not stand. */
  clear(rule: AlertKind, subject: string): Promise<boolean>;
}
