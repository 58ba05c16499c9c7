import type { Ports } from "../../ports/ports.ts";
import type { Caller } from "../identity/principal.ts";
import type { Repository } from "../repositories/repository.ts";
import { authorize, type Resource, repositoryAsResource } from "./authorize.ts";
import type { Decision } from "./policy-request.ts";
import { RequestContext } from "./request-context.ts";

type Named = Pick<Repository, "registry" | "name">;

/**
 * What a caller may do with the repositories that one request comes by, decided once for each. Whoever may
 * list a registry is still not told of a repository of which he may not ask by its name.
 */
export class RepositorySight {
  readonly #ports: Pick<Ports, "metadata" | "clock" | "memory">;
  readonly #caller: Caller;
  readonly #context: RequestContext;
  readonly #known = new Map<string, Promise<Decision>>();

  constructor(ports: Pick<Ports, "metadata" | "clock" | "memory">, caller: Caller) {
    this.#ports = ports;
    this.#caller = caller;
    this.#context = new RequestContext(caller, ports.clock.now());
  }

  async may(action: string, repository: Named): Promise<boolean> {
    return (await this.#decision(action, repository)).allowed;
  }

  /** Whether a policy says that the caller may not, where it is not enough that none says that he may. */
  async isDenied(action: string, repository: Named): Promise<boolean> {
    const decision = await this.#decision(action, repository);
    return !decision.allowed && decision.reason === "explicit-deny";
  }

  #decision(action: string, { registry, name }: Named): Promise<Decision> {
    const resource = repositoryAsResource(registry, name);
    const key = `${action} ${resource.arn}`;
    const known = this.#known.get(key) ?? this.#decide(action, resource);
    this.#known.set(key, known);
    return known;
  }

  #decide(action: string, resource: Resource): Promise<Decision> {
    return authorize(this.#ports, this.#caller.principal, action, resource, this.#context);
  }
}
