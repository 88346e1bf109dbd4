import type { FilledLists } from "./fill-lists.ts";

/** One kind of list or filter: a path under `/api/v1`, another each time. */
export interface Question {
  readonly title: string;
  readonly path: (turn: number) => string;
  /** Whether an empty answer would be a fault. */
  readonly finds: boolean;
}

/** A place in the middle of a list: what a page there would have answered as its cursor. */
const cursor = (...position: readonly (number | string)[]): string =>
  Buffer.from(JSON.stringify(position)).toString("base64url");

/** Spellings of a serial number that people paste. */
const spelled = (serial: string, turn: number): string =>
  [
    serial,
    serial.toUpperCase(),
    serial.replace(/..(?=.)/g, "$&:"),
    `0x${serial}`,
    `00${serial}`,
    (serial.toUpperCase().match(/../g) ?? []).join(" "),
  ][turn % 6] ?? serial;

/** Every list and filter of certificates, and the lists beside them that grow with the fleet. */
export const questionsOf = ({
  devices,
  events,
  created,
  serials,
}: FilledLists): readonly Question[] => {
  const [from, to] = created;
  const device = (turn: number): string => `device-${(turn * 7919) % devices}`;
  const serial = (turn: number): string => serials[turn % serials.length] ?? "";
  const deep = (turn: number): string =>
    `cursor=${cursor(Math.round(from + (to - from) * (((turn * 37) % 99) / 100)), "m")}`;
  const question = (
    title: string,
    path: string | ((turn: number) => string),
    finds = true,
  ): Question => ({
    title,
    finds,
    path: typeof path === "string" ? () => path : path,
  });
  const certificates = (title: string, query: string | ((turn: number) => string), finds = true) =>
    question(
      `certificates: ${title}`,
      (turn) => `/certificates?${typeof query === "string" ? query : query(turn)}`,
      finds,
    );
  return [
    certificates("all", ""),
    certificates("all, a page of 500", "limit=500"),
    certificates("all, deep page", deep),
    ...["issued", "revoked", "suspended", "failed"].map((status) =>
      certificates(status, `status=${status}`),
    ),
    certificates("reserved (none)", "status=reserved", false),
    ...["issued", "revoked", "suspended"].map((status) =>
      certificates(`${status}, deep page`, (turn) => `status=${status}&${deep(turn)}`, false),
    ),
    ...["7d", "30d", "expired"].map((expiring) =>
      certificates(`expiring ${expiring}`, `expiring=${expiring}`),
    ),
    certificates(
      "expiring 30d, deep page",
      (turn) => `expiring=30d&cursor=${cursor(Date.now() + (turn % 29) * 86_400_000, "m")}`,
    ),
    certificates(
      "expired, deep page",
      (turn) =>
        `expiring=expired&cursor=${cursor(Date.now() - (1 + (turn % 300)) * 86_400_000, "m")}`,
    ),
    certificates("expiring 30d of a template", (turn) => `expiring=30d&template=t${turn % 8}`),
    certificates("expiring 30d of a rare template", "expiring=30d&template=rare", false),
    certificates("expiring 30d of a rare authority", "expiring=30d&authority=small"),
    certificates(
      "expired, of a device",
      (turn) => `expiring=expired&device=${device(turn)}`,
      false,
    ),
    certificates("expired and revoked", "expiring=expired&status=revoked"),
    certificates("expired and suspended", "expiring=expired&status=suspended"),
    certificates("of a device", (turn) => `device=${device(turn)}`),
    certificates("of a device, issued", (turn) => `device=${device(turn)}&status=issued`, false),
    certificates("of a template", (turn) => `template=t${turn % 8}`),
    certificates(
      "of a template, deep page",
      (turn) => `template=t${turn % 8}&${deep(turn)}`,
      false,
    ),
    certificates("of a rare template", "template=rare"),
    certificates("of a rare template, revoked (few)", "template=rare&status=revoked", false),
    certificates("of a template, suspended (few)", "template=t2&status=suspended"),
    certificates("of a template, failed", "template=t7&status=failed"),
    certificates("of an authority", "authority=second"),
    certificates("of a rare authority", "authority=small"),
    certificates(
      "of a rare authority, deep page",
      (turn) => `authority=small&${deep(turn)}`,
      false,
    ),
    certificates("of a rare authority, revoked (few)", "authority=small&status=revoked", false),
    certificates("of an endpoint", "endpoint=bench"),
    certificates("of an endpoint, deep page", (turn) => `endpoint=bench&${deep(turn)}`),
    certificates("of a rare endpoint", "endpoint=quiet"),
    certificates("of a rare endpoint, issued", "endpoint=quiet&status=issued"),
    certificates("of an authority and a rare template", "authority=second&template=rare"),
    certificates(
      "serial, six spellings",
      (turn) => `serial=${encodeURIComponent(spelled(serial(turn), turn))}`,
    ),
    certificates("serial that is not there", (turn) => `serial=${serial(turn).slice(2)}ff`, false),
    certificates("internal", "internal=true"),
    certificates("subscribers only", "role=subscriber"),
    certificates("role ra", "role=ra"),
    certificates("role ocsp (few)", "role=ocsp", false),
    certificates("text: one user", (turn) => `q=user${(turn * 7919) % devices}`),
    certificates("text: the beginning of an address", (turn) => `q=user${10 + (turn % 80)}`),
    certificates("text: a word of all", "q=acme"),
    certificates("text: two words", (turn) => `q=acme+user${(turn * 7919) % devices}`),
    certificates("text: a word of all, and one of few", (turn) => `q=example+user${1000 + turn}`),
    certificates("text: a word of all, and a short one of nobody", "q=example+zzz", false),
    certificates("text: a word of all, revoked", "q=acme&status=revoked"),
    certificates("text: a word of all, rare template", "q=acme&template=rare"),
    certificates("text: a word of all, expiring 7d", "q=acme&expiring=7d"),
    certificates("text: serial's beginning", (turn) => `q=${serial(turn).slice(0, 12)}`),
    certificates("text: nothing found", (turn) => `q=nobody${turn}`, false),
    question("devices: all", "/devices"),
    question("devices: deep page", (turn) => `/devices?${deep(turn + 1)}`),
    question("devices: by serial number", (turn) => `/devices?q=SN${(turn * 7919) % devices}`),
    question("devices: by the beginning of a user", (turn) => `/devices?q=user${10 + (turn % 80)}`),
    question("devices: a beginning that all share", "/devices?q=user"),
    question("devices: nobody", (turn) => `/devices?q=nobody${turn}`, false),
    question("end entities", "/end-entities"),
    question("end entities of an endpoint", "/end-entities?endpoint=bench"),
    question("end entities of a rare endpoint", "/end-entities?endpoint=quiet"),
    question("deployments", "/deployments"),
    question("deployments of a device", (turn) => `/deployments?device=${device(turn)}`),
    question("deployments, deep page", (turn) => `/deployments?${deep(turn + 1)}`),
    question("events: all", "/events"),
    question(
      "events: deep page",
      (turn) => `/events?cursor=${cursor(Math.round((events * (1 + ((turn * 37) % 98))) / 100))}`,
    ),
    question("events: failures only", "/events?failed=true"),
    question(
      "events: failures, deep page",
      (turn) =>
        `/events?failed=true&cursor=${cursor(Math.round((events * (1 + ((turn * 37) % 98))) / 100))}`,
    ),
    question("events of one subject", (turn) => `/events?subject=${device(turn)}`, false),
    question("ledger: one event of few", "/ledger?event=authority.created"),
    question("overview", "/overview"),
  ];
};
