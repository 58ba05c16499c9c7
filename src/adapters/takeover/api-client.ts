import type { Clock } from "../../ports/clock.ts";
import type { Egress } from "../../ports/egress.ts";
import { answerFailure, wayFailure } from "../../registry/takeover/answer-failure.ts";
import { wholeDocument } from "../../registry/takeover/checked-content.ts";
import { type Pause, persevere } from "../../registry/takeover/persevere.ts";
import { TakeoverFailure } from "../../registry/takeover/takeover-failure.ts";
import { takeoverLimits } from "../../registry/takeover/takeover-limits.ts";
import { passing } from "../../registry/upstream/registry-client.ts";

export interface ApiAccess {
  readonly origin: string;
  /** The whole header; absent where nobody logs in. */
  readonly authorization: string | undefined;
}

/** The API that a registry has beside `/v2/`: documents of JSON, read by GET. */
export class ApiClient {
  readonly #egress: Egress;
  readonly #access: ApiAccess;
  readonly #clock: Clock;
  readonly #pause: Pause;

  constructor(egress: Egress, access: ApiAccess, clock: Clock, pause: Pause) {
    this.#egress = egress;
    this.#access = access;
    this.#clock = clock;
    this.#pause = pause;
  }

  /** Tried again while it fails for a while only. @throws TakeoverFailure */
  get(path: string): Promise<unknown> {
    return persevere(() => this.#get(path), this.#pause);
  }

  /** `undefined` where there is no such thing, or it is not for this login to see. */
  async find(path: string): Promise<unknown> {
    try {
      return await this.get(path);
    } catch (error) {
      const isTold = error instanceof TakeoverFailure && error.kind !== "passing";
      if (isTold) return undefined;
      throw error;
    }
  }

  async #get(path: string): Promise<unknown> {
    const { origin, authorization } = this.#access;
    const { listBytes: maximumBytes } = takeoverLimits;
    const headers = {
      accept: "application/json",
      ...(authorization !== undefined && { authorization }),
    };
    let answer: Awaited<ReturnType<Egress["request"]>>;
    try {
      const url = `${origin}${path}`;
      const plainHttp = "listed";
      answer = await this.#egress.request({ method: "GET", url, headers, maximumBytes, plainHttp });
    } catch (error) {
      throw wayFailure(error);
    }
    const text = (await wholeDocument(passing(answer.body), path, maximumBytes)).toString("utf8");
    if (answer.status !== 200) throw answerFailure(origin, { ...answer, text }, this.#clock.now());
    try {
      return JSON.parse(text) as unknown;
    } catch {
      throw new TakeoverFailure("refused", `${origin} answers ${path} with no JSON`);
    }
  }
}
