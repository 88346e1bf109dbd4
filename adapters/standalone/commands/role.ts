import type { Command } from "commander";
import { CountersignError, ROLES } from "../../../plugin/sdk.ts";
import { addApiCommand, type Invocation } from "../api-command.ts";

interface ShownPerson {
  readonly id: string;
  readonly roles: readonly string[];
  readonly version: number;
}

const roleOf = (text: string | undefined): string => {
  const role = ROLES.find((known) => known === text);
  if (role === undefined)
    throw new CountersignError("invalid_input", `no role ${text ?? ""}: ${ROLES.join(", ")}`);
  return role;
};

const personPath = (id: string | undefined): string => `/people/${encodeURIComponent(id ?? "")}`;

/** All roles somebody has now, changed and sent back for the version that was read: a change in between is refused, not lost. */
const changed = async (
  { api, args: [role, id] }: Invocation,
  change: (roles: readonly string[], role: string) => readonly string[],
) => {
  const wanted = roleOf(role);
  const { value } = await api.ask("GET", personPath(id));
  const { roles, version } = value as ShownPerson;
  return api.ask("PATCH", personPath(id), {
    body: { roles: change(roles, wanted) },
    ifVersion: String(version),
  });
};

/** `role …`: the six roles, and who has them. */
export const addRoleCommands = (program: Command): void => {
  const group = program.command("role").description("the six roles and who has them; as an Owner");
  addApiCommand(group, {
    usage: "list",
    summary: "list the roles with their members",
    columns: ["role", "members"],
    run: ({ api }) => api.ask("GET", "/roles"),
  });
  addApiCommand(group, {
    usage: "assign <role> <person>",
    summary: "give somebody a role besides those they have",
    run: (call) =>
      changed(call, (roles, role) => {
        if (roles.includes(role))
          throw new CountersignError("conflict", `${call.args[1] ?? ""} is ${role} already`);
        return [...roles, role];
      }),
  });
  addApiCommand(group, {
    usage: "take-away <role> <person>",
    summary: "take a role from somebody; the last Owner stays one",
    run: (call) =>
      changed(call, (roles, role) => {
        if (!roles.includes(role))
          throw new CountersignError("conflict", `${call.args[1] ?? ""} is not ${role}`);
        return roles.filter((one) => one !== role);
      }),
  });
};
