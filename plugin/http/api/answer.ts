import type { Page } from "../../ports/paging.ts";

/** What a route answers; `run-route.ts` turns it into HTTP. */
export type Answer =
  | { readonly kind: "json"; readonly value: unknown; readonly status: number }
  | {
      readonly kind: "bytes";
      readonly contentType: string;
      readonly fileName: string;
      readonly body: Uint8Array;
    }
  | { readonly kind: "lines"; readonly run: (line: (value: unknown) => void) => Promise<void> }
  | {
      readonly kind: "stream";
      readonly contentType: string;
      readonly fileName: string;
      readonly run: (write: (text: string) => Promise<void>) => Promise<void>;
    }
  | { readonly kind: "none" };

/** An object; a numeric `version` in it becomes the ETag. */
export const ok = (value: unknown): Answer => ({ kind: "json", value, status: 200 });
export const created = (value: unknown): Answer => ({ kind: "json", value, status: 201 });
/** Accepted for later, such as a profile that waits for its host. */
export const accepted = (value: unknown): Answer => ({ kind: "json", value, status: 202 });
export const none = (): Answer => ({ kind: "none" });

/** Every list has the same form: `{ items, cursor? }`. */
export const listed = (items: readonly unknown[]): Answer => ok({ items });
export const paged = (page: Page<unknown>): Answer =>
  ok({ items: page.items, cursor: page.cursor });

export const file = (contentType: string, fileName: string, body: Uint8Array): Answer => ({
  kind: "bytes",
  contentType,
  fileName,
  body,
});

/** Newline-delimited JSON, each line sent when it is known. */
export const lines = (run: (line: (value: unknown) => void) => Promise<void>): Answer => ({
  kind: "lines",
  run,
});

/** A file of any length, sent as it is made; one that fails half-way is cut off, so that nobody takes it for whole. */
export const stream = (
  contentType: string,
  fileName: string,
  run: (write: (text: string) => Promise<void>) => Promise<void>,
): Answer => ({ kind: "stream", contentType, fileName, run });
