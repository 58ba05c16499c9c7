import type { Group, User } from "@aws-sdk/client-iam";
import {
  entityArn,
  type Group as StoredGroup,
  type User as StoredUser,
} from "../../registry/identity/entity.ts";
import { isoTime, type QueryWire } from "../query-wire.ts";
import { boundaryAnswer, tagsAnswer } from "./tags-and-boundary.ts";

/** A user with all that IAM tells of one. */
export function userAnswer(user: StoredUser): QueryWire<User> {
  return {
    ...listedUser(user),
    PermissionsBoundary: boundaryAnswer(user.boundary),
    Tags: user.tags.length === 0 ? undefined : tagsAnswer(user.tags),
  };
}

/** A user as listings have it: without tags and boundary. */
export function listedUser(user: StoredUser): QueryWire<User> {
  const usedAt = user.login?.usedAt;
  return {
    Path: user.path,
    UserName: user.name,
    UserId: user.id,
    Arn: entityArn(user),
    CreateDate: isoTime(user.createdAt),
    PasswordLastUsed: usedAt === undefined ? undefined : isoTime(usedAt),
  };
}

export function groupAnswer(group: StoredGroup): QueryWire<Group> {
  return {
    Path: group.path,
    GroupName: group.name,
    GroupId: group.id,
    Arn: entityArn(group),
    CreateDate: isoTime(group.createdAt),
  };
}
