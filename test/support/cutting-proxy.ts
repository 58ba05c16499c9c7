/** A TCP proxy that can be told to lose, or to hold up, what passes through it. */

import { connect as connectTo, createServer, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** What becomes of a piece that a client sends, and of its connection. */
export type Verdict =
  | "pass"
  /** The server does not get the piece, and both sides are cut off. */
  | "cut"
  /** The server gets the piece and everything before it; the client is cut off at once. */
  | "pass and cut";

export class CuttingProxy {
  readonly #server: Server;
  readonly #target: number;
  readonly #sockets = new Set<Socket>();
  /** Asked of every piece that a client sends. */
  judge: (piece: Buffer) => Verdict = () => "pass";

  /** Milliseconds that each piece takes more, in both directions; their order stays. */
  delay: () => number = () => 0;

  private constructor(target: number) {
    this.#target = target;
    this.#server = createServer((client) => this.#carry(client));
  }

  static async start(target: number): Promise<CuttingProxy> {
    const proxy = new CuttingProxy(target);
    await new Promise<void>((resolve) => proxy.#server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("it does not listen");
    return address.port;
  }

  /** Cuts every connection that there is. */
  cutAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    this.cutAll();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #carry(client: Socket): void {
    const server = connectTo(this.#target, "127.0.0.1");
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      socket.on("error", () => undefined); // Its end is heard of below.
      socket.on("close", () => this.#sockets.delete(socket));
    }
    let isCut = false;
    this.#inTime(client, (piece) => {
      if (isCut) return;
      const verdict = this.judge(piece);
      isCut = verdict !== "pass";
      if (verdict !== "cut") server.write(piece);
      if (verdict !== "pass") client.destroy();
      if (verdict === "cut") server.destroy();
      // The server has the piece to deal with, and nobody to tell.
      if (verdict === "pass and cut") server.resume();
    });
    this.#inTime(server, (piece) => {
      if (!isCut && client.writable) client.write(piece);
    });
    server.on("close", () => client.destroy());
    client.on("close", () => {
      if (!isCut) server.destroy();
    });
  }

  #inTime(socket: Socket, take: (piece: Buffer) => void): void {
    let last = Promise.resolve();
    let held = 0;
    socket.on("data", (piece) => {
      const delayMs = this.delay();
      // One behind a piece that is held up waits as well.
      if (delayMs === 0 && held === 0) return take(piece);
      held += 1;
      last = last
        .then(() => sleep(delayMs))
        .then(() => {
          held -= 1;
          take(piece);
        });
    });
  }
}
