import type { Egress, EgressResponse } from "../../ports/egress.ts";
import { outsideLimits as limits } from "../../registry/scanning/outside/outside-limits.ts";
import { recordOf } from "../../registry/scanning/sbom/document-json.ts";
import { ScanRefusal } from "../../registry/scanning/scan-refusal.ts";
import { wholeStream } from "./content-files.ts";
import type { RegistryPlace } from "./registry-place.ts";

/** What a registry wants to see before it answers. Source: distribution, "Token Authentication Specification". */
export class RegistryLogin {
  readonly #egress: Egress;
  readonly #place: RegistryPlace;
  #authorization: string | undefined;
  #learning: Promise<boolean> | undefined;

  constructor(egress: Egress, place: RegistryPlace) {
    this.#egress = egress;
    this.#place = place;
  }

  async headers(): Promise<Readonly<Record<string, string>>> {
    await this.#learning;
    return this.#authorization === undefined ? {} : { authorization: this.#authorization };
  }

  /**
   * From an answer that refused for want of a login. Resolves to whether it is worth asking again. Of several
   * requests that were refused, one learns for all.
   */
  async learn(answer: EgressResponse): Promise<boolean> {
    answer.body.destroy();
    this.#learning ??= this.#learn(answer.headers.get("www-authenticate") ?? "").finally(() => {
      this.#learning = undefined;
    });
    return this.#learning;
  }

  async #learn(challenge: string): Promise<boolean> {
    const { basic } = this.#place;
    if (/^basic\b/i.test(challenge)) {
      if (basic === undefined) return false;
      this.#authorization = `Basic ${basic}`;
      return true;
    }
    if (!/^bearer\b/i.test(challenge)) return false;
    const url = URL.parse(parameter(challenge, "realm") ?? "");
    if (url === null) return false;
    const service = parameter(challenge, "service");
    if (service !== undefined) url.searchParams.set("service", service);
    url.searchParams.set("scope", `repository:${this.#place.repository}:pull`);
    this.#authorization = `Bearer ${await this.#token(url)}`;
    return true;
  }

  async #token(url: URL): Promise<string> {
    const { authorities, basic, origin, plainHttp } = this.#place;
    // The password is the registry's: it goes to whoever it names, but never in the clear to somebody else.
    const mayKnow = url.protocol === "https:" || url.origin === origin;
    const headers =
      basic !== undefined && mayKnow ? { authorization: `Basic ${basic}` } : undefined;
    const answer = await this.#egress.request({
      ...{ method: "GET", url: url.href, headers, authorities, plainHttp },
      maximumBytes: limits.tokenBytes,
    });
    const body = await wholeStream(answer.body, "The token", limits.tokenBytes);
    const { token, access_token: accessToken } = recordOf(parsed(body)) ?? {};
    const found = [token, accessToken].find((each) => typeof each === "string" && each !== "");
    if (answer.status === 200 && found !== undefined) return String(found);
    throw new ScanRefusal("FAILED", `${url.origin} gives no token to pull with`);
  }
}

function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    return undefined; // No token is in it either.
  }
}

/** `name="value"` in a challenge. */
function parameter(challenge: string, name: "realm" | "service"): string | undefined {
  const start = challenge.toLowerCase().indexOf(`${name}="`);
  if (start === -1) return undefined;
  const from = start + name.length + 2;
  const end = challenge.indexOf('"', from);
  return end === -1 ? undefined : challenge.slice(from, end);
}
