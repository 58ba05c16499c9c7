import { nearest } from "../../../../registry/policy/edit-distance.ts";
import { flagOf } from "../dockerfile.ts";
import type { LintRule } from "../lint-finding.ts";

/** `COPY --from` of a stage that there is not is taken for an image of that name, and pulled. */
export const unknownStage: LintRule = {
  id: "unknown-stage",
  summary: "COPY takes from a stage that there is not",
  check({ dockerfile }) {
    return dockerfile.stages.flatMap((stage) =>
      stage.instructions.flatMap((at) => {
        const source = flagOf(at, "from");
        if (source === undefined || /[$:/@]/.test(source) || source.length > 100) return [];
        const earlier = dockerfile.stages.slice(0, stage.index);
        const names = earlier.flatMap(({ name }) => name ?? []);
        const isThere = names.includes(source.toLowerCase()) || Number(source) < stage.index;
        if (isThere) return [];
        const isNumber = /^\d+$/.test(source);
        const meant = isNumber ? undefined : nearest(source, names);
        // An image may well be called so, where no stage nearly is.
        if (!isNumber && meant === undefined) return [];
        return [
          {
            at,
            severity: "high" as const,
            title: `There is no stage "${source}" before it`,
            reason:
              "The builder looks for an image of that name in a registry, which fails, or is somebody's.",
            fix:
              meant === undefined ? `There are ${earlier.length}, from 0.` : `\`--from=${meant}\`?`,
          },
        ];
      }),
    );
  },
};
