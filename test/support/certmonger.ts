import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { findProgram, run, type WorkFolder } from "./tools.ts";

const DAEMON = [
  "/usr/lib/certmonger/certmonger-session",
  "/usr/libexec/certmonger/certmonger-session",
];

/** Programs that a certmonger of one's own needs, for `requirePrograms`. */
export const CERTMONGER_PROGRAMS = ["dbus-daemon", "getcert"];

/** One request as `getcert` describes it. */
export interface Tracking {
  /** For example MONITORING (issued), CA_REJECTED, CA_UNREACHABLE. */
  readonly status: string;
  readonly text: string;
}

/** certmonger on a session bus of its own, in a folder of its own. `end` must be called: it is a daemon with helpers. */
export class Certmonger {
  private readonly children: ChildProcess[] = [];
  private environment: Record<string, string> = {};

  constructor(private readonly folder: WorkFolder) {}

  async start(): Promise<void> {
    const daemon = DAEMON.map((path) => findProgram(path.slice(1)) ?? path)[0] ?? "";
    const bus = spawn("dbus-daemon", ["--session", "--nofork", "--print-address=1"], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    this.children.push(bus);
    const [address] = (await once(bus.stdout, "data")) as [Buffer];
    this.environment = {
      HOME: this.folder.path,
      DBUS_SESSION_BUS_ADDRESS: address.toString("utf8").trim(),
    };
    // A group of its own, so that its helpers end with it.
    const certmonger = spawn(daemon, ["-n", "-d", "1"], {
      env: { ...process.env, ...this.environment },
      stdio: "ignore",
      detached: true,
    });
    this.children.push(certmonger);
    await this.until(async () => (await this.getcert("list-cas")).status === 0);
  }

  /** Adds a SCEP CA; its certificates are fetched by certmonger itself. `signer`: file of the one that signs replies, where there is no RA. */
  async addCa(name: string, url: string, signer?: string): Promise<void> {
    const given = signer === undefined ? [] : ["-N", signer];
    await this.must("add-scep-ca", "-c", name, "-u", url, ...given);
  }

  /** Asks for a certificate and waits for the end of it. */
  async request(
    id: string,
    wanted: {
      readonly ca: string;
      readonly subject: string;
      readonly challenge: string;
      readonly dns?: string;
    },
  ): Promise<Tracking> {
    await this.must(
      ...["request", "-c", wanted.ca, "-I", id, "-N", wanted.subject, "-L", wanted.challenge],
      ...["-k", this.folder.file(`${id}.key`), "-f", this.folder.file(`${id}.crt`)],
      ...(wanted.dns === undefined ? [] : ["-D", wanted.dns]),
      ...["-G", "rsa", "-g", "2048"],
    );
    return this.outcome(id);
  }

  /** Renews with the same key (`resubmit`) or a new one (`rekey`), signed by the certificate that is there, and waits for the end of it. */
  async again(id: string, how: "resubmit" | "rekey"): Promise<Tracking> {
    await this.must(how, "-i", id);
    return this.outcome(id);
  }

  private async outcome(id: string): Promise<Tracking> {
    let tracking: Tracking = { status: "", text: "" };
    await this.until(async () => {
      const text = (await this.getcert("list", "-i", id)).stdout.toString("utf8");
      tracking = { status: /status: (\S+)/.exec(text)?.[1] ?? "", text };
      return [
        "MONITORING",
        "CA_REJECTED",
        "CA_WORKING",
        "CA_UNREACHABLE",
        "CA_UNCONFIGURED",
        "NEED_GUIDANCE",
      ].includes(tracking.status);
    });
    return tracking;
  }

  /** Ends daemon, helpers and bus, and waits for it. */
  async end(): Promise<void> {
    for (const child of this.children.reverse()) {
      if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) continue;
      const gone = once(child, "exit");
      try {
        process.kill(child === this.children[0] ? -child.pid : child.pid, "SIGTERM");
      } catch {
        child.kill("SIGKILL");
      }
      const late = setTimeout(() => child.kill("SIGKILL"), 3000);
      await gone;
      clearTimeout(late);
    }
  }

  private getcert(command: string, ...args: readonly string[]) {
    return run("getcert", [command, "-s", ...args], { environment: this.environment });
  }

  private async must(command: string, ...args: readonly string[]): Promise<void> {
    const { status, stdout, stderr } = await this.getcert(command, ...args);
    if (status !== 0) throw new Error(`getcert ${command}: ${stdout.toString()}${stderr}`);
  }

  private async until(done: () => Promise<boolean>): Promise<void> {
    for (let i = 0; i < 100; i++) {
      if (await done()) return;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    throw new Error("certmonger did not come to an end");
  }
}
