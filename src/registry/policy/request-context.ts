import type { Caller } from "../identity/principal.ts";
import type { AccountId } from "../names.ts";
import type { ConditionValues } from "./condition-values.ts";

type Value = string | readonly string[];

/** Condition keys of one action beside those of every request: by key in lower case. */
export type ActionConditions = ReadonlyMap<string, Value>;

/**
 * The condition keys of one request: what the request is, who asks, what is asked for. Values are
 * made when a policy asks for them. Source: IAM, "AWS global condition context keys".
 */
export class RequestContext implements ConditionValues {
  readonly #caller: Caller;
  readonly #now: number;
  readonly #action: ActionConditions;
  readonly #resource: ActionConditions;
  readonly #resourceAccount: AccountId | undefined;

  constructor(
    caller: Caller,
    now: number,
    action: ActionConditions = nothing,
    resource: ActionConditions = nothing,
    resourceAccount?: AccountId,
  ) {
    this.#caller = caller;
    this.#now = now;
    this.#action = action;
    this.#resource = resource;
    this.#resourceAccount = resourceAccount;
  }

  /** The same request with the conditions of the action that it asks for. */
  forAction(action: ActionConditions): RequestContext {
    const [resource, account] = [this.#resource, this.#resourceAccount];
    return new RequestContext(this.#caller, this.#now, action, resource, account);
  }

  /** The same request on a resource with these tags, of that account. */
  onResource(resource: ActionConditions, account: AccountId): RequestContext {
    return new RequestContext(this.#caller, this.#now, this.#action, resource, account);
  }

  /**
   * The same request for each of the images that it names, as if it named that one alone: by its tag, or
   * by digest where the tag is empty (ADR-0095). Itself where it names one or none.
   */
  forEachImage(): readonly RequestContext[] {
    const tags = this.#action.get(imageTagKey);
    if (tags === undefined || typeof tags === "string" || tags.length < 2) return [this];
    return [...new Set(tags)].map((tag) => {
      const alone = new Map(this.#action);
      if (tag === "") alone.delete(imageTagKey);
      else alone.set(imageTagKey, [tag]);
      return this.forAction(alone);
    });
  }

  get(key: string): Value | undefined {
    const given = this.#action.get(key) ?? this.#resource.get(key);
    if (given !== undefined) return given;
    const { sourceIp, endpoint, userAgent, region, origin, principal } = this.#caller;
    switch (key) {
      case "aws:sourceip":
        // Of a private network's addresses there is a key of its own, as in AWS.
        return sourceIp === "" || endpoint !== undefined ? undefined : sourceIp;
      case "aws:vpcsourceip":
        return sourceIp === "" || endpoint === undefined ? undefined : sourceIp;
      case "aws:sourcevpce":
        return endpoint?.id;
      case "aws:sourcevpc":
        return endpoint?.vpc;
      case "aws:useragent":
        return userAgent === "" ? undefined : userAgent;
      case "aws:requestedregion":
        return region;
      case "aws:securetransport":
        return origin.startsWith("https:") ? "true" : "false";
      case "aws:resourceaccount":
        return this.#resourceAccount;
      // Every account of a deployment is in its one organization, right below the root.
      case "aws:resourceorgid":
        return this.#ofResource("aws:principalorgid");
      case "aws:resourceorgpaths":
        return this.#ofResource("aws:principalorgpaths");
      case "aws:currenttime":
        return new Date(this.#now).toISOString();
      case "aws:epochtime":
        return String(Math.floor(this.#now / 1000));
      case "aws:viaawsservice":
      case "aws:principalisawsservice":
        return "false";
      default:
        return principal.conditions.get(key);
    }
  }

  #ofResource(key: string): Value | undefined {
    return this.#resourceAccount && this.#caller.principal.conditions.get(key);
  }
}

const nothing: ActionConditions = new Map();
const imageTagKey = "ecr:imagetag";
