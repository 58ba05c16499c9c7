/** Another deployment, in this process: its operations, asked as `SignedPeer` asks for them. */
import { findOperation } from "../../src/operations/index.ts";
import { type PeerAnswer, PeerRefusal, type PeerRegistry } from "../../src/ports/peer-registry.ts";
import { isRegistryError } from "../../src/registry/errors.ts";
import type { Region } from "../../src/registry/names.ts";
import { account, callerOf, TestRegistry } from "./ecr.ts";
import { testPorts } from "./ports.ts";

export interface Asked {
  readonly operation: string;
  readonly input: PeerAnswer;
}

export class PeerDouble implements PeerRegistry {
  readonly registry: TestRegistry;
  readonly #region: Region;
  /** Of Entrepot's own operations, those that it does not know: all of them make it ECR itself. */
  unknown: (operation: string) => boolean = () => false;
  /** What was asked for, in order, and what was answered, without refusals. */
  readonly asked: Asked[] = [];
  readonly answered: Asked[] = [];
  /** Awaited before the answer to a request. */
  before: (asked: Asked) => unknown = () => undefined;
  /** Requests under way now, and at most. */
  #busy = 0;
  busiest = 0;

  private constructor(registry: TestRegistry, region: Region) {
    this.registry = registry;
    this.#region = region;
  }

  static async open(region: Region): Promise<PeerDouble> {
    return new PeerDouble(new TestRegistry(await testPorts()), region);
  }

  get caller() {
    return { ...callerOf(account), region: this.#region };
  }

  count(operation: string): number {
    return this.asked.filter((each) => each.operation === operation).length;
  }

  forget(): void {
    this.asked.length = 0;
    this.answered.length = 0;
    this.busiest = 0;
  }

  async ask(
    service: "ecr" | "entrepot",
    operation: string,
    given: object,
    signal: AbortSignal,
  ): Promise<PeerAnswer> {
    signal.throwIfAborted();
    const input = JSON.parse(JSON.stringify(given)) as PeerAnswer;
    const asked = { operation, input };
    this.asked.push(asked);
    this.#busy += 1;
    this.busiest = Math.max(this.busiest, this.#busy);
    try {
      await this.before(asked);
      const found = findOperation(service, operation);
      if (found === undefined || (service === "entrepot" && this.unknown(operation))) {
        throw new PeerRefusal("UnknownOperation", `No operation is called ${operation}`);
      }
      const answer = await this.registry.ask(found, input, this.caller);
      this.answered.push(asked);
      return answer as PeerAnswer;
    } catch (error) {
      if (!isRegistryError(error)) throw error;
      throw new PeerRefusal(error.kind, error.message, { ...error.details });
    } finally {
      this.#busy -= 1;
    }
  }
}
