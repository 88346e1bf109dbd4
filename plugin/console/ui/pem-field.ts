import { html, type TemplateResult } from "lit";
import type { FieldSpec, FieldState } from "./field-spec.ts";
import { base64Of, sayNotTaken, tooLarge } from "./file-field.ts";

type Kind = NonNullable<FieldSpec["pem"]>;

/** Text to paste, or files to drop on it or to choose; several certificates are put one after the other, as they come. */
export const pemField = (
  kind: Kind,
  { state }: { readonly state: FieldState },
  area: TemplateResult,
): TemplateResult => {
  const take = async (place: HTMLElement, files: readonly File[]): Promise<void> => {
    const why = files.map(tooLarge).find((fault) => fault !== undefined);
    sayNotTaken(place, why ?? "");
    if (files.length === 0 || why !== undefined) return;
    const taken = await Promise.all(
      files.map(async (file) => pemOf(kind, new Uint8Array(await file.arrayBuffer()))),
    );
    const before = typeof state.value === "string" ? state.value.trim() : "";
    const kept = kind === "CERTIFICATE" && before !== "" ? [before] : [];
    state.change([...kept, ...taken].join("\n"));
    state.left();
  };
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    const place = event.currentTarget as HTMLElement;
    place.classList.remove("over");
    void take(place, [...(event.dataTransfer?.files ?? [])]);
  };
  const over = (event: DragEvent): void => {
    if (event.dataTransfer?.types.includes("Files") !== true) return;
    event.preventDefault();
    (event.currentTarget as HTMLElement).classList.add("over");
  };
  const left = (event: DragEvent): void =>
    (event.currentTarget as HTMLElement).classList.remove("over");
  const pick = (event: Event): void => {
    const input = event.target as HTMLInputElement;
    if (input.parentElement !== null) void take(input.parentElement, [...(input.files ?? [])]);
  };
  return html`<div class="drop" @dragover=${over} @dragleave=${left} @drop=${drop}>
    ${area}
    <input
      type="file"
      aria-label="Choose a file"
      accept=".pem,.cer,.crt,.der,.csr,.p10"
      ?multiple=${kind === "CERTIFICATE"}
      @change=${pick}
    />
    <span class="small quiet">or drop it here</span>
    <span class="not-taken" role="alert" hidden></span>
  </div>`;
};

/** All PEM blocks of a file as they are; DER in a block of its kind. */
const pemOf = (kind: Kind, bytes: Uint8Array): string => {
  const text = new TextDecoder("latin1").decode(bytes);
  if (text.includes("-----BEGIN")) return text.trim();
  const lines = base64Of(bytes).match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${kind}-----`, ...lines, `-----END ${kind}-----`].join("\n");
};
