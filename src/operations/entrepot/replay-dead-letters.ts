import { replayDeadLetters as replay } from "../../registry/events/dead-letters.ts";
import { nextToken, request } from "../ecr/shapes.ts";
import { ownRegistry } from "../events/event-target.ts";
import { operation } from "../operation.ts";
import { openPosition, sealPosition } from "../page-token.ts";
import { chosenLetters, letterFilter, letterIds } from "./dead-letter-answer.ts";
import { furtherRules, letterResource } from "./dead-letter-resource.ts";

/**
 * Has dead letters delivered again, behind what waits for their targets: those that are named, or the
 * first hundred of a rule, a target or all. Those whose target is no more stay.
 */
export const replayDeadLetters = operation("entrepot:ReplayDeadLetters", {
  input: request({ ...letterFilter, ids: letterIds, nextToken }),
  resource: letterResource,
  further: (input, caller, environment) =>
    furtherRules("entrepot:ReplayDeadLetters", input, caller, environment),
  access: "Write",
  errors: ["InvalidParameter"],
  async handle(
    input,
    { ports, caller },
  ): Promise<{ replayed: number; orphaned: readonly string[]; nextToken?: string }> {
    const { rule, targetId, ids } = input;
    const registry = ownRegistry(caller);
    const listing = { operation: "ReplayDeadLetters", registry, narrowedBy: [rule, targetId] };
    const after = openPosition(ports, listing, input.nextToken);
    const chosen = chosenLetters({ rule, targetId, ids });
    const { count, orphaned, more, last } = await replay(ports, registry, chosen, after);
    const answer = { replayed: count, orphaned };
    if (!more || last === undefined) return answer;
    return { ...answer, nextToken: sealPosition(ports, listing, last) };
  },
});
