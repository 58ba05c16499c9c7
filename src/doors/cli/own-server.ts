import type { ReclaimHold } from "../../registry/reclaim-hold.ts";
import { type Client, CommandError } from "./client.ts";
import { openOwnServer, type Server, type ServerOptions } from "./server.ts";

/** The server that has a data directory open, as who copies the directory's content asks it. */
export class OwnServer {
  readonly #client: Client;
  readonly #options: Pick<ServerOptions, "endpoint" | "now">;
  readonly #storeName: string;

  /** @param storeName of the store in the data directory: another's server is not believed */
  constructor(client: Client, options: Pick<ServerOptions, "endpoint" | "now">, storeName: string) {
    this.#client = client;
    this.#options = options;
    this.#storeName = storeName;
  }

  /** @throws CommandError when it cannot be asked, or serves another store */
  async isReadOnly(): Promise<boolean> {
    const server = await this.#open();
    const { storeName, readOnly } = await server.call("entrepot:DescribeDeployment", {});
    if (storeName === this.#storeName) return readOnly;
    throw new CommandError(
      `The server that was asked does not serve ${this.#client.dataDirectory}: name the one that ` +
        "does with --endpoint",
    );
  }

  async hold(holdId: string, seconds: number): Promise<ReclaimHold> {
    const server = await this.#open();
    const { state } = await server.call("entrepot:HoldReclaim", { holdId, seconds });
    return state.toLowerCase() as ReclaimHold;
  }

  #open(): Promise<Server> {
    return openOwnServer(this.#client, this.#options);
  }
}
