import type { Ports } from "../../ports/ports.ts";
import type { Caller } from "../identity/principal.ts";
import type { Repository } from "../repositories/repository.ts";
import { authorize, repositoryAsResource } from "./authorize.ts";
import { RequestContext } from "./request-context.ts";

/**
 * What a caller may do with the repositories that one request comes by, decided once for each. Whoever may
 * list a registry is still not told of a repository of which he may not ask by its name.
 */
export class RepositorySight {
  readonly #ports: Pick<Ports, "metadata" | "clock" | "memory">;
  readonly #caller: Caller;
  readonly #context: RequestContext;
  readonly #known = new Map<string, Promise<boolean>>();

  constructor(ports: Pick<Ports, "metadata" | "clock" | "memory">, caller: Caller) {
    this.#ports = ports;
    this.#caller = caller;
    this.#context = new RequestContext(caller, ports.clock.now());
  }

  may(action: string, { registry, name }: Pick<Repository, "registry" | "name">): Promise<boolean> {
    const resource = repositoryAsResource(registry, name);
    const key = `${action} ${resource.arn}`;
    const known = this.#known.get(key) ?? this.#decide(action, resource);
    this.#known.set(key, known);
    return known;
  }

  async #decide(action: string, resource: ReturnType<typeof repositoryAsResource>) {
    const { principal } = this.#caller;
    return (await authorize(this.#ports, principal, action, resource, this.#context)).allowed;
  }
}
