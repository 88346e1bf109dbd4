import type { Page } from "playwright-core";
import type { ConsoleField } from "../../plugin/domain/console/form.ts";

interface Option {
  readonly value: string;
  readonly text: string;
}

/** What an admin would type where the form asks for something and has no default. */
const sampleOf = ({ name, type, format }: ConsoleField, id: string): string => {
  if (type === "secret") return "apasswordof16cha";
  if (type === "pattern") return "CN=probe";
  if (/^subject/i.test(name)) return `CN=${id},O=Acme`;
  if (/email/i.test(name)) return "pki@acme.example";
  if (format?.expression.includes("a-z0-9") === true) return id;
  if (format !== undefined && !new RegExp(`^(?:${format.expression})$`, "u").test(id))
    return id.replace(/[^a-z0-9]/g, "");
  return /url/i.test(name) ? "https://mdm.example/" : id;
};

/** Fills every field that is shown and empty and is needed or a secret. */
export const fillNeeded = async (
  page: Page,
  fields: readonly ConsoleField[],
  id: string,
): Promise<void> => {
  for (const field of fields) {
    if (field.readOnly === true || (field.required !== true && field.type !== "secret")) continue;
    const control = page.locator(`cs-form [id="${field.name}"]`);
    if ((await control.count()) === 0) continue;
    const tag = await control.evaluate(({ tagName }: { tagName: string }) => tagName);
    const value = await control.inputValue();
    if (tag === "SELECT") {
      if (value !== "") continue;
      const options = await control
        .locator("option")
        .evaluateAll((all) => all.map(({ value, text }: Option) => ({ value, text })));
      const good = options.find(
        (option) => option.value !== "" && !option.text.includes("refused"),
      );
      if (good !== undefined) await control.selectOption(good.value);
    } else if (value === "") await control.fill(sampleOf(field, id));
  }
};
