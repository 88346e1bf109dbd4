/** Where in the console we are: `certificates?status=revoked` or `devices/4711`. */
export interface Place {
  readonly path: string;
  /** The first word: which view. */
  readonly view: string;
  /** What follows it, decoded. */
  readonly rest: readonly string[];
  readonly query: URLSearchParams;
}

export const placeOf = (text: string): Place => {
  const whole = text.replace(/^#?\/?/, "");
  const mark = whole.indexOf("?");
  const path = mark === -1 ? whole : whole.slice(0, mark);
  const [view = "", ...rest] = path.split("/").map(decode);
  return {
    path: whole,
    view: view === "" ? "overview" : view,
    rest: rest.filter((word) => word !== ""),
    query: new URLSearchParams(mark === -1 ? "" : whole.slice(mark + 1)),
  };
};

const decode = (word: string): string => {
  try {
    return decodeURIComponent(word);
  } catch {
    return word;
  }
};

/** A link inside the console; words are encoded. */
export const link = (
  words: readonly string[],
  query: Readonly<Record<string, string | undefined>> = {},
): string => {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && value !== "") search.set(name, value);
  const text = search.toString();
  return `#/${words.map(encodeURIComponent).join("/")}${text === "" ? "" : `?${text}`}`;
};
