import { randomUUID } from "node:crypto";
import type { AuditRow } from "../../ports/audit-store.ts";
import type { Clock } from "../../ports/clock.ts";
import type { MetadataChange, MetadataStore } from "../../ports/metadata-store.ts";
import type { Caller } from "../identity/principal.ts";
import { metadataWith } from "../metadata-with.ts";
import { type AccountId, isAccountId } from "../names.ts";
import { type AuditAction, type AuditActor, foreignActor, resourcesOf } from "./audit-entry.ts";
import { type AuditKind, kindOf } from "./audit-kinds.ts";
import { type RecordText, singleRow } from "./audit-segment.ts";
import type { AuditTrail } from "./audit-trail.ts";
import { actorOf } from "./user-identity.ts";

/** What becomes known of a request while it goes on. */
export type AuditFacts = Partial<Omit<AuditAction, "resources" | "sharedEventID">> & {
  /** What the request is about. */
  readonly resource?: { readonly arn: string; readonly account: AccountId } | undefined;
  /** Where it is another one than the name's. */
  readonly kind?: AuditKind;
  /** Instead of what the caller says. */
  readonly userIdentity?: AuditActor["userIdentity"];
};

/**
 * The one record of one request, in the trail of the caller's account and, where that is another one,
 * of the resource's. It is written in the first transaction that the request commits (I14); else, and
 * for what is known only at the end, with the next batch.
 */
export class RequestAudit {
  readonly #trail: AuditTrail;
  readonly #clock: Clock;
  readonly #caller: Caller;
  readonly #id = randomUUID();
  /** Of the record in the trail of the resource's account, where that is another one. */
  #ownersId: string | undefined;
  #facts: AuditFacts & Pick<AuditAction, "eventSource" | "eventName" | "eventType" | "readOnly">;
  /** Set once a transaction may have written the record. */
  #at: number | undefined;
  /** What the record says that was committed. */
  #written: AuditFacts | undefined;
  #isEnded = false;

  constructor(
    { trail, clock }: { readonly trail: AuditTrail; readonly clock: Clock },
    caller: Caller,
    asked: Pick<AuditAction, "eventSource" | "eventName" | "readOnly">,
  ) {
    this.#trail = trail;
    this.#clock = clock;
    this.#caller = caller;
    this.#facts = { ...asked, eventType: "AwsApiCall" };
  }

  get #kind(): AuditKind {
    return this.#facts.kind ?? kindOf(this.#facts.eventName);
  }

  get isKept(): boolean {
    return this.#trail.keeps(this.#kind);
  }

  /** What the record is to say from now on. */
  learn(facts: AuditFacts): void {
    this.#facts = { ...this.#facts, ...facts };
  }

  /**
   * The same store; the first transaction that commits takes the record along, unless the request only
   * reads.
   */
  over(metadata: MetadataStore): MetadataStore {
    if (!this.isKept || this.#facts.readOnly) return metadata;
    return metadataWith(metadata, { transaction: (work) => this.#transaction(metadata, work) });
  }

  /** Says what the record did not yet, once. */
  end(facts: AuditFacts = {}): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    if (Object.keys(facts).length > 0) this.learn(facts);
    if (!this.isKept || this.#written === this.#facts) return;
    // What a transaction may have written, though it failed, has to be written over.
    if (this.#at !== undefined) this.#trail.replace(this.#rows());
    else for (const told of this.#records(this.#clock.now())) this.#trail.rememberText(told);
  }

  async #transaction<T>(
    metadata: MetadataStore,
    work: (change: MetadataChange) => Promise<T>,
  ): Promise<T> {
    if (this.#written !== undefined) return metadata.transaction(work);
    const facts = this.#facts;
    const rows = this.#rows();
    const result = await metadata.transaction(async (change) => {
      const done = await work(change);
      await change.audit.put(rows);
      return done;
    });
    this.#written ??= facts;
    return result;
  }

  #rows(): AuditRow[] {
    this.#at ??= this.#clock.now();
    return this.#records(this.#at).map(singleRow);
  }

  #records(at: number): RecordText[] {
    const { principal, requestId, region } = this.#caller;
    const { resource, userIdentity, kind = this.#kind, ...facts } = this.#facts;
    const owner = resource?.account ?? principal.account;
    const resources = resourcesOf(resource?.arn, owner);
    // Policies of AWS are in no account.
    const isShared = owner !== principal.account && isAccountId(owner);
    const action = {
      ...facts,
      ...(resources.length === 0 ? {} : { resources }),
      ...(isShared ? { sharedEventID: this.#id } : {}),
    };
    const told = {
      actor:
        userIdentity === undefined
          ? this.#trail.actorText(this.#caller)
          : JSON.stringify({ ...actorOf(this.#caller), userIdentity }),
      action: JSON.stringify(action),
    };
    const entry = { kind, at, requestId, id: this.#id, ...told };
    const own = { ...entry, registry: { account: principal.account, region } };
    if (!isShared) return [own];
    this.#ownersId ??= randomUUID();
    const { account, userId } = principal;
    const actor = JSON.stringify(foreignActor(actorOf(this.#caller), userId, account));
    const registry = { account: owner, region };
    return [own, { ...entry, id: this.#ownersId, registry, actor }];
  }
}
