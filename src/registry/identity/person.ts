import type { Principal } from "./principal.ts";

/**
 * Who acts: a user or a role and not a session of it, and of a role who assumed it. So nobody becomes
 * another by a new session, nor by another role.
 */
export interface Person {
  /** The ARN of a user, a role or of root. */
  readonly as: string;
  /** What `SessionClaims.assumedBy` says. */
  readonly assumedBy: string | undefined;
}

export function personOf({
  roleArn,
  userArn,
  arn,
  session,
}: Pick<Principal, "roleArn" | "userArn" | "arn" | "session">): Person {
  return { as: roleArn ?? userArn ?? arn, assumedBy: session?.assumedBy };
}

/** All that somebody is known by. */
export function namesOf({ as, assumedBy }: Person): readonly string[] {
  return assumedBy === undefined || assumedBy === as ? [as] : [as, assumedBy];
}

/** Whether two may be the same: of one name, or one of them assumed by the other, or both by a third. */
export function isSamePerson(one: Person, other: Person): boolean {
  const names = namesOf(other);
  return namesOf(one).some((name) => names.includes(name));
}
