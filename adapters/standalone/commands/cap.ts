import { type Command, InvalidArgumentError, type Option } from "commander";
import { addApiCommand } from "../api-command.ts";
import { capsText, capText, type ShownCap, type ShownCaps } from "../cap-text.ts";
import { textOption, versionOption } from "../options.ts";
import { pathOf } from "./crud.ts";

/** A number, or `none`, which takes the cap away. */
const mostOf = (text: string): number | null => {
  if (text === "none") return null;
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("Write a whole number, or none.");
  return Number(text);
};
const mostOption = (flags: string, summary: string): Option =>
  textOption(flags, `${summary}, or none`).argParser(mostOf);

/** `authority caps` and `authority cap <id>`: how many are active and may be; with `--certificates`, it is set. */
export const addAuthorityCaps = (group: Command): void => {
  addApiCommand(group, {
    usage: "caps",
    summary: "show how many certificates and CAs are active, and how many may be",
    text: (value) => capsText(value as ShownCaps),
    run: ({ api }) => api.ask("GET", "/caps"),
  });
  addApiCommand(group, {
    usage: "cap <id>",
    summary: "show or set how many certificates of a CA may be active at once",
    options: [mostOption("--certificates <n>", "most active certificates"), versionOption()],
    text: (value) => `${capText(value as ShownCap)}\n`,
    run: async (call) => {
      const path = pathOf("/authorities", call, "/cap");
      const body = await call.body();
      return Object.keys(body).length === 0
        ? call.api.ask("GET", path)
        : call.api.ask("PATCH", path, { body, ifVersion: call.ifVersion });
    },
  });
};

/** `tenant cap <id>`: the same of a tenant, as the installation operator. */
export const addTenantCap = (group: Command): void => {
  addApiCommand(group, {
    usage: "cap <id>",
    summary: "show or set how many certificates and CAs of a tenant may be active at once",
    operator: true,
    options: [
      mostOption("--certificates <n>", "most active certificates"),
      mostOption("--authorities <n>", "most active CAs"),
      versionOption(),
    ],
    text: (value) => capsText(value as ShownCaps),
    run: async (call) => {
      const path = pathOf("/tenants", call, "/caps");
      const body = await call.body();
      return Object.keys(body).length === 0
        ? call.api.ask("GET", path)
        : call.api.ask("PATCH", path, { body, ifVersion: call.ifVersion });
    },
  });
};
