import type { DeadLetter } from "../../registry/events/delivery.ts";
import { limits } from "../../registry/limits.ts";
import { maxResults, nextToken, request } from "../ecr/shapes.ts";
import { ownRegistry } from "../events/event-target.ts";
import { operation } from "../operation.ts";
import { openPosition, sealPosition } from "../page-token.ts";
import { readPage } from "../read-page.ts";
import {
  chosenLetters,
  type DeadLetterAnswer,
  deadLetterAnswer,
  letterFilter,
} from "./dead-letter-answer.ts";
import { furtherRules, letterResource } from "./dead-letter-resource.ts";

/** Bytes of events on one page, about. */
const pageCharacters = 1024 * 1024;
const atOnce = 20;

/** Events that targets were not given, by the time at which that was given up, each with the last error. */
export const listDeadLetters = operation("entrepot:ListDeadLetters", {
  input: request({ ...letterFilter, maxResults, nextToken }),
  resource: letterResource,
  further: (input, caller, environment) =>
    furtherRules("entrepot:ListDeadLetters", input, caller, environment),
  access: "List",
  errors: ["InvalidParameter"],
  async handle(
    input,
    { ports, caller },
  ): Promise<{ deadLetters: DeadLetterAnswer[]; nextToken?: string }> {
    const { rule, targetId } = input;
    chosenLetters({ rule, targetId });
    const registry = ownRegistry(caller);
    const listing = { operation: "ListDeadLetters", registry, narrowedBy: [rule, targetId] };
    const page = await readPage<DeadLetter, string>({
      after: openPosition(ports, listing, input.nextToken),
      size: input.maxResults ?? limits.pageDefault,
      fetch: (part) => ports.metadata.deadLetters.list(registry, part, { rule, targetId }),
      key: ({ id }) => id,
      weigh: ({ envelope }) => envelope.length,
      ...{ weightLimit: pageCharacters, atOnce },
    });
    const deadLetters = page.items.map(deadLetterAnswer);
    if (!page.more || page.last === undefined) return { deadLetters };
    return { deadLetters, nextToken: sealPosition(ports, listing, page.last) };
  },
});
