import assert from "node:assert/strict";
import fc from "fast-check";
import type { Resolve } from "../../../plugin/container.ts";
import { advance } from "../../../plugin/domain/deployment-machine.ts";
import type { Deployment } from "../../../plugin/domain/deployment.ts";
import { systemPrincipal } from "../../../plugin/domain/principal.ts";
import { CountersignError } from "../../../plugin/errors.ts";
import type { Database, TenantStore } from "../../../plugin/ports/stores.ts";
import { Attempts } from "../../../plugin/services/enrolment/attempts.ts";
import {
  DeploymentSteps,
  rulesFor,
} from "../../../plugin/services/deployments/deployment-steps.ts";
import { Deployments } from "../../../plugin/services/deployments/deployments.ts";
import { Dispatcher } from "../../../plugin/services/background/dispatcher.ts";
import { EventIntake } from "../../../plugin/services/hosts/event-intake.ts";
import { Sweeper } from "../../../plugin/services/background/sweeper.ts";
import { openDatabase } from "../../../plugin/store/database.ts";
import {
  aDeployment,
  aDevice,
  after as later,
  anEndpoint,
  aReservation,
  aSettlement,
  aTemplate,
  NOW,
} from "../../contract/store/samples.ts";
import { everything } from "../../contract/store/subject.ts";
import { postgresDatabase, sqliteDatabase, type TestDatabase } from "../../support/databases.ts";
import { postgresServer } from "../../support/postgres.ts";
import { lazyHost } from "../../flows/lazy-host.ts";
import { nodeOn } from "./renewal-node.ts";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const PRINCIPAL = { id: "test" };

for (const kind of ["SQLite", "PostgreSQL"] as const)
  describe(`the sweeper, two nodes on ${kind}`, () => {
    let subject: TestDatabase;
    let second: Database;
    let now = NOW;
    let tenants = 0;
    let store: TenantStore;
    let nodes: readonly [Resolve, Resolve];
    let host: ReturnType<typeof lazyHost>;
    before(async function () {
      subject =
        kind === "SQLite"
          ? await sqliteDatabase()
          : await postgresDatabase(await postgresServer(this));
      await subject.database.migrate();
      second = await openDatabase({ ...subject.place, clock: { now: () => now } });
    });
    after(async () => {
      await second.close();
      await subject.close();
    });
    const open = async (): Promise<void> => {
      now = NOW;
      const tenant = `t${(tenants += 1)}`;
      await subject.database.directory.createTenant({ id: tenant, name: tenant, createdAt: NOW });
      store = subject.database.directory.open(tenant);
      host = lazyHost("jamf");
      nodes = [nodeOn(subject.database, () => now, [host]), nodeOn(second, () => now, [host])];
    };
    beforeEach(open);

    const all = (): Promise<Deployment[]> =>
      everything((page) => store.deployments.list({}, page), 500);

    it("L-03 moves each deployment that is past its deadline once, with one row and one effect", async () => {
      const before = Array.from({ length: 120 }, (_, n) =>
        aDeployment({ id: `d-${n}`, deviceId: `device-${n}`, nextActionAt: later(-n) }),
      );
      await store.templates.insert(aTemplate({ sans: [], autoRenewal: true }));
      for (const deployment of before) await store.deployments.save(deployment);
      await store.deployments.save(
        aDeployment({ id: "rest", deviceId: "rest", nextActionAt: later(1) }),
      );
      await Promise.all([0, 1, 0, 1].map((n) => nodes[n as 0 | 1](Sweeper).runDue()));
      const rules = await rulesFor(store, { templateId: "wifi" });
      const after = new Map((await all()).map((deployment) => [deployment.id, deployment]));
      for (const deployment of before)
        assert.deepEqual(
          after.get(deployment.id),
          advance(deployment, { kind: "deadline" }, rules, NOW)?.deployment,
        );
      assert.deepEqual(
        after.get("rest"),
        aDeployment({ id: "rest", deviceId: "rest", nextActionAt: later(1) }),
      );
      const rows = await everything((page) => store.ledger.list({}, page), 500);
      assert.equal(rows.length, 120);
      assert.equal((await store.outbox.claim(500, later(DAY), later(2 * DAY))).length, 120);
    });

    it("L-03 takes over what a node that died had claimed, and gives deadlines to rows of the version before", async () => {
      await store.deployments.save(aDeployment({ id: "a", nextActionAt: later(-1) }));
      await store.deployments.claimDue(1, NOW, later(MINUTE));
      await store.deployments.save(
        aDeployment({ id: "b", deviceId: "b", nextActionAt: undefined, updatedAt: NOW }),
      );
      await nodes[1](Sweeper).runDue();
      assert.equal((await store.deployments.get("a"))?.state, "delivered");
      const dated = await store.deployments.get("b");
      assert.deepEqual([dated?.state, dated?.nextActionAt], ["delivered", later(DAY)]);
      now = later(2 * MINUTE);
      await nodes[1](Sweeper).runDue();
      assert.equal((await store.deployments.get("a"))?.state, "assigned");
    });

    it("L-03 one that cannot be moved does not hold up the others", async () => {
      for (const id of ["a", "broken", "c"])
        await store.deployments.save(aDeployment({ id, deviceId: id, nextActionAt: later(-1) }));
      const steps = nodes[0](DeploymentSteps);
      const apply = steps.apply.bind(steps);
      steps.apply = (tx, principal, deployment, event, data) =>
        deployment.id === "broken"
          ? Promise.reject(new Error("odd row"))
          : apply(tx, principal, deployment, event, data);
      await nodes[0](Sweeper).runDue();
      const states = Object.fromEntries((await all()).map(({ id, state }) => [id, state]));
      assert.deepEqual(states, { a: "assigned", broken: "delivered", c: "assigned" });
    });

    // ---- random events over the real services ----

    const steps = [
      "take",
      "issue",
      "see",
      "see-nothing",
      "acknowledge",
      "fail",
      "refuse",
      "assign",
      "renew",
      "unlock",
      "host-down",
      "host-up",
    ] as const;
    const aStep = fc.record({
      what: fc.constantFrom(...steps),
      node: fc.constantFrom(0 as const, 1 as const),
      twice: fc.boolean(),
      late: fc.constantFrom(0, 2 * HOUR, 3 * DAY),
      pause: fc.constantFrom(0, 5, 10 * MINUTE, 2 * HOUR, 3 * DAY, 40 * DAY),
    });

    const principal = () =>
      systemPrincipal("test", store.tenant, ["host-events:report", "deployments:manage"]);
    const current = async (): Promise<Deployment> => {
      const deployment = await store.deployments.find("device-1", "wifi");
      assert.ok(deployment);
      return deployment;
    };
    const act = async (
      what: (typeof steps)[number],
      resolve: Resolve,
      at: Date,
      eventId: string,
    ) => {
      const { id, certificateId } = await current();
      const of = { hostId: "jamf", deviceId: "42", eventId, at };
      const intake = resolve(EventIntake);
      switch (what) {
        case "take":
          return resolve(DeploymentSteps).applyTo(store, PRINCIPAL, id, {
            ...{ kind: "deliver", until: new Date(now.getTime() + HOUR * 1000) },
          });
        case "issue": {
          const item = aReservation({ now, notAfter: new Date(now.getTime() + 30 * DAY * 1000) });
          await store.enrolments.reserve(item);
          return store.enrolments.settle(aSettlement(item.id, { now }));
        }
        case "see": {
          const row = await store.certificates.get(certificateId ?? "");
          const certificates = row === undefined ? [] : [{ serial: row.serial }];
          return intake.report(principal(), { kind: "deviceInventory", ...of, certificates });
        }
        case "see-nothing":
          return intake.report(principal(), { kind: "deviceInventory", ...of, certificates: [] });
        case "acknowledge":
          return intake.report(principal(), {
            kind: "commandAcknowledged",
            ...of,
            deploymentId: id,
          });
        case "fail":
          return intake.report(principal(), {
            ...{ kind: "commandFailed", ...of, deploymentId: id, error: "NotNow" },
          });
        case "refuse":
          return resolve(Attempts).failed(store, PRINCIPAL, {
            ...{ deviceId: "device-1", templateId: "wifi", label: "bad_csr", detail: "weak key" },
          });
        case "assign":
          return intake.report(principal(), {
            kind: "templateAssigned",
            ...of,
            templateId: "wifi",
          });
        case "renew":
          return resolve(Deployments).requestRenewal(principal(), id, "test");
        case "unlock":
          return resolve(Deployments).unlock(principal(), id);
        case "host-down": {
          host.fail("down");
          return;
        }
        case "host-up": {
          host.fail(undefined);
          return;
        }
      }
    };
    /** Refusals are part of the walk; anything else is a fault. */
    const tolerate = async (work: Promise<unknown>): Promise<void> => {
      await work.catch((error: unknown) => {
        if (!(error instanceof CountersignError) || error.facts.http >= 500) throw error;
      });
    };
    const tick = async (node: 0 | 1): Promise<void> => {
      await nodes[node](Sweeper).runDue();
      await nodes[node](Dispatcher).runDue();
      const { state, nextActionAt } = await current();
      assert.ok(nextActionAt !== undefined && nextActionAt > now, `${state} is past its deadline`);
    };

    it("L-03 nothing stays for ever: events lost, doubled and out of order on both nodes, and every deployment ends installed once the device answers", async function () {
      this.timeout(40_000);
      await fc.assert(
        fc.asyncProperty(fc.array(aStep, { maxLength: 10 }), async (walk) => {
          await open();
          await store.devices.save(aDevice({ statusAt: NOW }));
          await store.templates.insert(aTemplate({ sans: [], autoRenewal: true }));
          await store.endpoints.insert(anEndpoint());
          await nodes[0](EventIntake).report(principal(), {
            ...{ kind: "templateAssigned", hostId: "jamf", deviceId: "42", templateId: "wifi" },
          });
          for (const [n, { what, node, twice, late, pause }] of walk.entries()) {
            now = new Date(now.getTime() + pause * 1000);
            await tick(node);
            const at = new Date(now.getTime() - late * 1000);
            await tolerate(act(what, nodes[node], at, `e-${n}`));
            if (twice) await tolerate(act(what, nodes[node === 0 ? 1 : 0], at, `e-${n}`));
          }
          host.fail(undefined);
          for (let looks = 0; looks < 60; looks += 1) {
            const { state, nextActionAt } = await current();
            if (state === "installed") return;
            if (state === "queued") await act("take", nodes[0], now, `take-${looks}`);
            else if (state === "delivered") await act("issue", nodes[1], now, `issue-${looks}`);
            else if (state === "issued") await act("acknowledge", nodes[0], now, `ack-${looks}`);
            else {
              const due = state === "assigned" || state === "renewing" ? HOUR * 1000 : 0;
              now = due > 0 ? new Date(now.getTime() + due) : (nextActionAt ?? now);
              await tick(1);
            }
          }
          assert.fail(`still ${(await current()).state}`);
        }),
        { endOnFailure: true, numRuns: kind === "SQLite" ? 10 : 3 },
      );
    });
  });
