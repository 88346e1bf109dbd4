import { SCANS } from "../../domain/deployment-times.ts";
import { CAP_SETTLING_MS, DAY_MS, MINUTE_MS, REMEMBERED_MS } from "../enrolling/periods.ts";

const doneOf = (kind: string): string =>
  `json((select json_group_array(n) from temp.usual_${kind} where usual))`;

/** Runs the lane on a batch as JSON and answers the places in it of what was done; a view's `returning` comes after its trigger. */
export const USUAL_RUN = `insert into temp.usual_run (batch) values (?)
  returning json_object('settlements', ${doneOf("settlements")}, 'reservations', ${doneOf("reservations")}) as done`;

const SETTLEMENT_FIELDS =
  "tenant, id, at, fingerprint, der, event, principal, ledger_at, subject_id, data, renew_at".split(
    ", ",
  );

const RESERVATION_FIELDS = [
  "tenant, id, authority_id, serial, subject, sans, not_before, not_after",
  "template_id, template_version, endpoint_id, device_id, at, tbs_digest, lease_until, grace_until",
  "challenge_id, idempotency_key, digest, content, only_one, per_challenge, per_device, per_endpoint, ra_id, capped",
]
  .join(", ")
  .split(", ");

const fieldsOf = (fields: readonly string[]): string =>
  fields.map((name, at) => `value ->> ${at} as ${name}`).join(", ");

const LIVE = "status in ('enrolled', 'unmanaged')";

/** How often `subject` was counted in the window that runs, with what this batch adds. */
const counted = (subject: string, column: string): string =>
  `(select count(*) from usual_reservations o where o.tenant = r.tenant and o.${column} = r.${column})
   + coalesce((select used from countersign_limits l
       where l.tenant = r.tenant and l.subject = '${subject}/' || r.${column} and l.ends_at > r.at), 0)`;

const countUp = (subject: string, column: string, windowMs: number): string =>
  `insert into countersign_limits (tenant, subject, used, started_at, ends_at)
   select tenant, '${subject}/' || ${column}, count(*), min(at), min(at) + ${windowMs}
   from usual_reservations where usual and ${column} is not null group by tenant, ${column}
   on conflict (tenant, subject) do update set
     used = excluded.used + case when ends_at > excluded.started_at then used else 0 end,
     started_at = case when ends_at > excluded.started_at then started_at else excluded.started_at end,
     ends_at = case when ends_at > excluded.started_at then ends_at else excluded.ends_at end`;

/** Whether a cap `k` holds a reservation: that of its tenant, or of its authority. */
const over = (reservation: string): string =>
  `k.tenant = ${reservation}.tenant and k.subject in ('certificates', 'certificates/' || ${reservation}.authority_id)`;

/** Whether a cap would have to count again before `r` and those before it in this batch get their places. */
const NO_ROOM = `r.capped and exists (select 1 from countersign_caps k where ${over("r")} and k.most is not null
       and (k.counted_at < k.set_at + ${CAP_SETTLING_MS} or k.used + (select count(*) from usual_reservations o
         where o.capped and o.n <= r.n and ${over("o")}) > k.most))`;

/**
 * Step by step what `settleAll` and `reserveAll` do for requests that nothing is wrong with. A trigger, because SQLite compiles it once and
 * runs it as one statement; each statement by itself is a way through a thread pool and back. SQLite 3.41 or later (`unhex`).
 */
const STEPS = [
  "delete from usual_settlements",
  `insert into usual_settlements
   select s.*, c.challenge_id, c.template_id, c.device_id, c.not_after, c.id is not null
   from (select key as n, ${fieldsOf(SETTLEMENT_FIELDS)} from json_each(new.batch, '$.settlements') where type = 'array') s
   left join countersign_certificates c on c.tenant = s.tenant and c.id = s.id and c.status = 'reserved'
     and c.issued_at is null and c.lease_until is not null
     and exists (select 1 from countersign_devices d where d.tenant = c.tenant and d.id = c.device_id and d.${LIVE})`,
  `update countersign_certificates set status = 'issued', issued_at = s.at, fingerprint_sha256 = s.fingerprint
   from usual_settlements s
   where s.usual and countersign_certificates.tenant = s.tenant and countersign_certificates.id = s.id`,
  `insert into countersign_certificate_ders (tenant, id, der)
   select tenant, id, unhex(der) from usual_settlements where usual`,
  `update countersign_challenges set state = 'spent' from usual_settlements s
   where s.usual and countersign_challenges.tenant = s.tenant and countersign_challenges.id = s.challenge_id
     and certificate_id = s.id and state = 'reserved'`,
  // The step "issue" of domain/deployment-machine.ts; a test compares both.
  `update countersign_deployments set state = 'issued', since = s.at, updated_at = s.at,
     next_action_at = min(s.at + ${SCANS[0]}, max(s.ends_at, s.at + 1000)),
     previous_certificate_id = coalesce(certificate_id, previous_certificate_id), certificate_id = s.id,
     certificate_ends_at = s.ends_at, seen_at = null, attempts = 0, last_attempt_at = null, reason = null, failure = null,
     lease_until = null, renew_at = s.renew_at, renew_by_hand = null
   from usual_settlements s
   where s.usual and countersign_deployments.tenant = s.tenant and countersign_deployments.device_id = s.device_id
     and countersign_deployments.template_id = s.template_id and state <> 'removed'`,
  `insert into countersign_ledger (tenant, event, principal, at, subject_id, data)
   select tenant, event, principal, ledger_at, subject_id, data from usual_settlements where usual order by n`,

  "delete from usual_reservations",
  `insert into usual_reservations
   select key, ${fieldsOf(RESERVATION_FIELDS)}, 0 from json_each(new.batch, '$.reservations') where type = 'array'`,
  `update usual_reservations as r set usual =
     not exists (select 1 from countersign_ciphertexts c where c.tenant = r.tenant and c.digest = r.digest)
     and not exists (select 1 from countersign_idempotency i
       where i.tenant = r.tenant and i.idempotency_key = r.idempotency_key)
     and exists (select 1 from countersign_devices d where d.tenant = r.tenant and d.id = r.device_id and d.${LIVE}
       and d.user_disabled_at is null)
     and (r.challenge_id is null or exists (select 1 from countersign_challenges h
       where h.tenant = r.tenant and h.id = r.challenge_id and h.state = 'open' and h.expires_at > r.at
         and h.failures < r.per_challenge))
     and not (r.only_one and exists (select 1 from countersign_certificates c
       where c.tenant = r.tenant and c.device_id = r.device_id and c.template_id = r.template_id
         and ((c.status = 'issued' and c.not_after > r.at) or (c.status = 'reserved' and c.lease_until > r.at))))
     and not exists (select 1 from countersign_certificates c where c.tenant = r.tenant and c.id = r.id)
     and not exists (select 1 from countersign_certificates c
       where c.tenant = r.tenant and c.authority_id = r.authority_id and c.serial = r.serial)
     and not (${NO_ROOM})
     and ${counted("device", "device_id")} <= r.per_device
     and ${counted("endpoint", "endpoint_id")} <= r.per_endpoint`,
  `insert into countersign_ciphertexts (tenant, digest, content, expires_at)
   select tenant, digest, content, at + ${REMEMBERED_MS} from usual_reservations where usual and digest is not null`,
  `insert into countersign_idempotency (tenant, idempotency_key, certificate_id, held_until)
   select tenant, idempotency_key, id, grace_until from usual_reservations where usual`,
  `update countersign_challenges set state = 'reserved', certificate_id = r.id from usual_reservations r
   where r.usual and countersign_challenges.tenant = r.tenant and countersign_challenges.id = r.challenge_id`,
  `update countersign_caps as k set used = used + (select count(*) from usual_reservations r where r.usual and r.capped and ${over("r")})
   where exists (select 1 from usual_reservations r where r.usual and r.capped and ${over("r")})`,
  countUp("device", "device_id", DAY_MS),
  countUp("endpoint", "endpoint_id", MINUTE_MS),
  `insert into countersign_certificates (tenant, id, authority_id, role, status, serial, subject, sans, not_before, not_after,
     template_id, template_version, endpoint_id, device_id, created_at, tbs_digest, lease_until, grace_until, challenge_id, idempotency_key, ra_id)
   select tenant, id, authority_id, 'subscriber', 'reserved', serial, subject, sans, not_before, not_after,
     template_id, template_version, endpoint_id, device_id, at, unhex(tbs_digest), lease_until, grace_until, challenge_id, idempotency_key, ra_id
   from usual_reservations where usual`,
];

/** Made on each connection that writes: nothing of it is in the file. */
export const USUAL_SCHEMA = [
  "pragma temp_store = memory",
  `create temp table usual_settlements (n integer primary key, ${SETTLEMENT_FIELDS.join(", ")},
     challenge_id, template_id, device_id, ends_at, usual)`,
  `create temp table usual_reservations (n integer primary key, ${RESERVATION_FIELDS.join(", ")}, usual)`,
  "create temp view usual_run as select null as batch",
  `create temp trigger usual_run_batch instead of insert on usual_run begin
     ${STEPS.map((step) => `${step};`).join("\n     ")}
   end`,
];
