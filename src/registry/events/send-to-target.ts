import type { EventCommands } from "../../ports/event-commands.ts";
import type { Ports } from "../../ports/ports.ts";
import { isRegistryError } from "../errors.ts";
import { type HttpTargets, type Shipment, sendToApiDestination } from "./api-destination-target.ts";
import type { Delivery } from "./delivery.ts";
import type { EventEnvelope } from "./event.ts";
import { busOfArn } from "./event-bus.ts";
import { type BusTargets, sendToBus } from "./event-bus-target.ts";
import { eventRuleLimits } from "./event-rule-limits.ts";
import { type EventTarget, ruleArn } from "./rule.ts";
import { commandOf } from "./target-arn.ts";
import { compileInput, type RenderInput } from "./target-input.ts";
import { failed, refused, type TargetOutcome } from "./target-outcome.ts";

export interface TargetMeans {
  readonly http: HttpTargets;
  readonly commands: EventCommands;
  readonly buses: BusTargets;
  /** Told, for the operator, what a command said that failed. */
  readonly commandFailed: (name: string, reason: string, said: string) => void;
}

type Needed = Pick<Ports, "metadata" | "keys" | "egress" | "clock" | "memory">;

/** Sends deliveries of one target; what it wants of events is read once. */
export class TargetSender {
  readonly #ports: Needed;
  readonly #means: TargetMeans;
  readonly #target: EventTarget;
  readonly #render: RenderInput;

  constructor(ports: Needed, means: TargetMeans, target: EventTarget) {
    this.#ports = ports;
    this.#means = means;
    this.#target = target;
    this.#render = compileInput(target.id, target.settings);
  }

  /** One attempt. Never rejects but for the database and `signal`. */
  async send(delivery: Delivery, signal: AbortSignal): Promise<TargetOutcome> {
    const target = this.#target;
    const event = JSON.parse(delivery.envelope) as EventEnvelope;
    const bus = busOfArn(target.arn);
    if (bus !== undefined) {
      return sendToBus(this.#ports, this.#means.buses, bus.registry, { target, delivery, event });
    }
    let rendered: string;
    try {
      rendered = this.#render(event, {
        ruleArn: ruleArn({ registry: target.registry, name: target.rule }),
        ruleName: target.rule,
        ingestionTime: new Date(delivery.queuedAt).toISOString(),
      });
    } catch (error) {
      if (isRegistryError(error)) return refused("INVALID_REQUEST", error.message);
      throw error;
    }
    const shipment: Shipment = { target, delivery, event, rendered };
    const command = commandOf(target);
    if (command === undefined) {
      return sendToApiDestination(this.#ports, this.#means.http, shipment, signal);
    }
    return this.#run(command, rendered, signal);
  }

  async #run(name: string, input: string, signal: AbortSignal): Promise<TargetOutcome> {
    const { commands, commandFailed } = this.#means;
    if (!commands.names.has(name)) {
      return refused("TARGET_GONE", "The operator names no such command any more");
    }
    const end = await commands.run(name, input, signal);
    if (end === undefined) return { kind: "postponed", waitMs: eventRuleLimits.commandWaitMs };
    if (end.ok) return { kind: "delivered" };
    commandFailed(name, end.reason, end.said);
    return failed(end.reason);
  }
}
