import type { Command, Option } from "commander";
import { addApiCommand, type Invocation } from "../api-command.ts";
import { pageOptions } from "../options.ts";

/** The identifier of an object in an API path. */
export const pathOf = (collection: string, { args }: Pick<Invocation, "args">, rest = ""): string =>
  `${collection}/${encodeURIComponent(args[0] ?? "")}${rest}`;

/** Query values are text. */
export const queryOf = (options: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(Object.entries(options).map(([name, value]) => [name, String(value)]));

/** `list` and `show <id>` of a collection. */
export const addReading = (
  group: Command,
  collection: string,
  columns: readonly string[],
  filters?: readonly Option[],
): void => {
  addApiCommand(group, {
    usage: "list",
    summary: "list them",
    columns,
    ...(filters === undefined ? {} : { options: [...filters, ...pageOptions()] }),
    run: ({ api, options }) => api.ask("GET", collection, { query: queryOf(options) }),
  });
  addApiCommand(group, {
    usage: "show <id>",
    summary: "show one",
    run: (call) => call.api.ask("GET", pathOf(collection, call)),
  });
};
