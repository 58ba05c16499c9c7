import { z } from "zod";
import { RegistryError } from "../../registry/errors.ts";
import type { Chosen } from "../../registry/events/dead-letters.ts";
import type { DeadLetter } from "../../registry/events/delivery.ts";
import type { EventEnvelope } from "../../registry/events/event.ts";
import { eventRuleLimits } from "../../registry/events/event-rule-limits.ts";
import { epochSeconds } from "../ecr/wire.ts";
import { ruleName, targetId } from "../events/shapes.ts";

export interface DeadLetterAnswer {
  readonly id: string;
  readonly rule: string;
  readonly targetId: string;
  readonly targetArn: string;
  readonly eventId: string;
  readonly code: DeadLetter["code"];
  readonly reason: string;
  readonly attempts: number;
  readonly queuedAt: number;
  readonly createdAt: number;
  readonly event: EventEnvelope;
}

export function deadLetterAnswer(letter: DeadLetter): DeadLetterAnswer {
  const { id, rule, targetId: target, targetArn, eventId, code, reason, attempts } = letter;
  return {
    ...{ id, rule, targetId: target, targetArn, eventId, code, reason, attempts },
    queuedAt: epochSeconds(letter.queuedAt),
    createdAt: epochSeconds(letter.at),
    event: JSON.parse(letter.envelope) as EventEnvelope,
  };
}

export const letterFilter = { rule: ruleName.optional(), targetId: targetId.optional() };
export const letterIds = z
  .array(z.string().min(1).max(64))
  .min(1)
  .max(eventRuleLimits.deadLettersAtOnce)
  .optional();

export interface LetterChoice {
  readonly rule?: string | undefined;
  readonly targetId?: string | undefined;
  readonly ids?: readonly string[] | undefined;
}

/** @throws InvalidParameter for a target without its rule, or for both ids and a rule */
export function chosenLetters({ rule, targetId: target, ids }: LetterChoice): Chosen {
  if (ids !== undefined && rule === undefined && target === undefined) return { ids };
  if (ids === undefined && (target === undefined || rule !== undefined)) {
    return { rule, targetId: target };
  }
  throw new RegistryError(
    "InvalidParameter",
    "Invalid parameter at 'targetId' failed to satisfy constraint: 'Dead letters are chosen by ids, or by a rule and maybe one of its targets'",
  );
}
