import { inject } from "tsyringe";
import { spreadOf } from "../../domain/renewal-spread.ts";
import { renewalTime } from "../../domain/renewal-time.ts";
import type { TemplateMove } from "../../domain/template-move.ts";
import type { Template } from "../../domain/template.ts";
import type { Clock } from "../../ports/ambient.ts";
import type { RenewalChange, RenewalRow } from "../../ports/renewals.ts";
import type { TenantStore } from "../../ports/stores.ts";
import { CLOCK } from "../../tokens.ts";

const PAGE = 500;
/** Pages that one look moves on; a million deployments take some hundred looks. */
const PAGES = 20;

/** Brings due times in line with a template that has changed, page by page; what a crash interrupts goes on where it was. */
export class TemplateMoves {
  constructor(@inject(CLOCK) private readonly clock: Clock) {}

  /** Moves on what is under way in this tenant. */
  async advance(store: TenantStore): Promise<void> {
    for (const move of await store.templateMoves.running()) {
      const template = await store.templates.get(move.id);
      let at: TemplateMove = template === undefined ? { ...move, state: "done" } : move;
      if (template === undefined) await store.templateMoves.save(at);
      else
        for (let page = 0; page < PAGES && at.state === "running"; page += 1)
          at = await this.movePage(store, template, at);
    }
  }

  private async movePage(
    store: TenantStore,
    template: Template,
    move: TemplateMove,
  ): Promise<TemplateMove> {
    const rows = await store.renewals.ofTemplate(move.id, move.cursor, PAGE);
    const now = this.clock.now();
    const changes = rows.flatMap((row): RenewalChange[] => {
      const to = movedTime(template, move, row, now);
      return to === "stay" || to?.getTime() === row.renewAt?.getTime()
        ? []
        : [{ id: row.id, from: row.renewAt, to, byHand: row.byHand }];
    });
    const ended = rows.length < PAGE;
    return store.run(async (tx) => {
      // Saved anew meanwhile: the newer move begins from the start.
      const current = await tx.templateMoves.get(move.id);
      if (
        current?.createdAt.getTime() !== move.createdAt.getTime() ||
        current.cursor !== move.cursor
      )
        return { ...move, state: "done" };
      const changed = await tx.renewals.change(changes);
      const next: TemplateMove = {
        ...move,
        cursor: rows.at(-1)?.id ?? move.cursor,
        state: ended ? "done" : "running",
        moved: move.moved + changed.length,
        updatedAt: now,
      };
      await tx.templateMoves.save(next);
      if (ended)
        await tx.ledger.append({
          event: "template.moved",
          principal: "system:renewals",
          at: now,
          subjectId: move.id,
          data: { version: move.version, rekey: move.rekey, moved: next.moved },
        });
      return next;
    });
  }
}

/** The due time of one deployment by its changed template; `stay`: it is none of the move's business. */
export const movedTime = (
  template: Template,
  move: Pick<TemplateMove, "version" | "rekey" | "from" | "until">,
  row: RenewalRow,
  now: Date,
): Date | undefined | "stay" => {
  const resting = row.state === "issued" || row.state === "installed";
  if (!resting || row.certificateStatus !== "issued" || row.byHand) return "stay";
  // In the queue already: it must not be sent to its end.
  if (row.renewAt !== undefined && row.renewAt.getTime() > 0 && row.renewAt <= now) return "stay";
  const own = renewalTime(template, row, now);
  if (!move.rekey || row.templateVersion >= move.version) return own;
  const share = spreadOf(row.deviceId, template.id);
  const span = move.until.getTime() - move.from.getTime();
  const moved = new Date(move.from.getTime() + Math.round(span * share));
  return own !== undefined && own < moved ? own : moved;
};
