/** What people look for in a page. */
export type Sought = "button" | "link" | "field" | "heading" | "text";

/** One of two ways to say a name: the whole of it, or how it begins. */
const FIND = `(kind, name) => {
  const every = function* (root) {
    for (const element of root.querySelectorAll("*")) {
      yield element;
      if (element.shadowRoot !== null) yield* every(element.shadowRoot);
    }
  };
  const clean = (text) => (text ?? "").replace(/\\s+/g, " ").trim();
  const kinds = {
    button: "button, wa-button:not([href]), [role=button]",
    link: "a[href], wa-button[href]",
    field: "input, select, textarea",
    heading: "h1, h2, h3",
    text: "*",
  };
  const nameOf = (element) => {
    if (element.hasAttribute("aria-label")) return clean(element.getAttribute("aria-label"));
    if (kind === "field") return clean([...(element.labels ?? [])].map((label) => label.textContent).join(" "));
    if (kind !== "text") return clean(element.textContent);
    return clean([...element.childNodes].some((node) => node.nodeType === 3 && clean(node.data) !== "") ? element.textContent : "");
  };
  const found = [];
  // What lies behind an open dialog cannot be reached.
  const dialog = [...every(document)].find((element) => element.matches("wa-dialog[open]"));
  for (const element of every(dialog ?? document)) {
    if (!element.matches(kinds[kind]) || !element.checkVisibility({ visibilityProperty: true })) continue;
    if (element.getClientRects().length === 0) continue;
    const text = nameOf(element);
    if (text === name) return element;
    if (kind === "text" ? text.includes(name) : text.startsWith(name)) found.push(element);
  }
  // The innermost holds the words themselves.
  return (kind === "text" ? found.at(-1) : found[0]) ?? null;
}`;

/** An expression that answers the element of this kind and name that is shown, through all open shadow roots; null where there is none. */
export const findExpression = (kind: Sought, name: string): string =>
  `(${FIND})(${JSON.stringify(kind)}, ${JSON.stringify(name)})`;
