import { deleteDeadLetters as remove } from "../../registry/events/dead-letters.ts";
import { request } from "../ecr/shapes.ts";
import { ownRegistry } from "../events/event-target.ts";
import { operation } from "../operation.ts";
import { chosenLetters, letterFilter, letterIds } from "./dead-letter-answer.ts";
import { furtherRules, letterResource } from "./dead-letter-resource.ts";

/** Deletes dead letters: those that are named, or the first hundred of a rule, a target or all. */
export const deleteDeadLetters = operation("entrepot:DeleteDeadLetters", {
  input: request({ ...letterFilter, ids: letterIds }),
  resource: letterResource,
  further: (input, caller, environment) =>
    furtherRules("entrepot:DeleteDeadLetters", input, caller, environment),
  access: "Write",
  errors: ["InvalidParameter"],
  async handle(input, { ports, caller }): Promise<{ deleted: number; more: boolean }> {
    const { count, more } = await remove(ports, ownRegistry(caller), chosenLetters(input));
    return { deleted: count, more };
  },
});
