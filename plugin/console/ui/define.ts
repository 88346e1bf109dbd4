/** Registers an element once, however often the script is loaded into a page. */
export const define = (name: string, element: CustomElementConstructor): void => {
  if (customElements.get(name) === undefined) customElements.define(name, element);
};
