import { refusedCall } from "../../operations/audit-call.ts";
import type { Environment, Operation } from "../../operations/operation.ts";
import type { RegistryError } from "../../registry/errors.ts";
import type { Caller } from "../../registry/identity/principal.ts";
import { type Arrival, anonymousCaller, claimedKeyId, type PendingLogin } from "./login.ts";
import { BodyCut } from "./read-body.ts";
import type { WireError } from "./wire.ts";

export type ToWire = (error: RegistryError) => WireError;

interface Who {
  readonly caller?: Caller;
  /** As far as a sign-in came. */
  readonly login?: PendingLogin;
}

/** Leaves a record of a call that is refused before it is performed. */
export class Refusals {
  readonly #environment: Environment;
  readonly #arrival: Arrival;
  readonly #operation: Operation;
  readonly #wired: ToWire;

  constructor(environment: Environment, arrival: Arrival, operation: Operation, wired: ToWire) {
    this.#environment = environment;
    this.#arrival = arrival;
    this.#operation = operation;
    this.#wired = wired;
  }

  async told<Result>(step: () => Promise<Result>, who: Who = {}): Promise<Result> {
    try {
      return await step();
    } catch (error) {
      // Where the client is gone there is nothing that it asked.
      if (!(error instanceof BodyCut)) this.#tell(error, who);
      throw error;
    }
  }

  #tell(error: unknown, { caller, login }: Who): void {
    const environment = this.#environment;
    const name = (refusal: RegistryError) => this.#wired(refusal).code;
    if (caller !== undefined) {
      refusedCall(environment, this.#operation, caller, error, { name });
      return;
    }
    // A failed sign-in is told to the account that the key is of.
    const unknown = anonymousCaller(environment.deployment, this.#arrival);
    const account = login?.key.principal.account ?? unknown.principal.account;
    const principal = { ...unknown.principal, account };
    const accessKeyId = login?.claim.accessKeyId ?? claimedKeyId(this.#arrival);
    const userIdentity = {
      type: "Unknown",
      accountId: account,
      ...(accessKeyId && { accessKeyId }),
    };
    const facts = { name, userIdentity, kind: "authentication" } as const;
    refusedCall(environment, this.#operation, { ...unknown, principal }, error, facts);
  }
}
