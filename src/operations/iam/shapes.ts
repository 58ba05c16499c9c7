/**
 * The members that inputs of IAM's operations are made of, with its patterns and bounds. AWS Query
 * carries text alone, so what is no text is read from it. Source: IAM API reference.
 */
import { z } from "zod";
import { limits } from "../../registry/limits.ts";

/** The input of an operation: unknown members are ignored. */
export function request<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.object(shape);
}

/** A list of at most so many items; AWS Query writes the empty one as an empty text. */
export function list<Item extends z.ZodType>(item: Item, most = listItems) {
  return z.preprocess((value) => (value === "" ? [] : value), z.array(item).max(most));
}

/** Items of any list, also where the model has no bound. */
const listItems = 1_000;

export const boolean = z.preprocess(
  (value) => (value === "true" ? true : value === "false" ? false : value),
  z.boolean(),
);

export function integer(minimum: number, maximum: number) {
  return z.preprocess(
    (value) => (typeof value === "string" && /^-?[0-9]{1,9}$/.test(value) ? Number(value) : value),
    z.int().min(minimum).max(maximum),
  );
}

/** IAM's own sentence where a text breaks the pattern of its member. */
export function matching(pattern: RegExp, sentence: string) {
  return (text: string, context: z.RefinementCtx<string>): void => {
    if (!pattern.test(text)) context.addIssue({ code: "custom", message: sentence });
  };
}

const nameShape = /^[\w+=,.@-]+$/;
const nameCharacters = 128;

/** A name of IAM as `member`: letters, digits and `+=,.@_-`. */
export function name(member: string, maximum: number = nameCharacters) {
  return z
    .string()
    .min(1)
    .max(maximum)
    .superRefine(
      matching(
        nameShape,
        `The specified value for ${member} is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-`,
      ),
    );
}

export const newUserName = name("userName", 64);
export const userName = name("userName");
/** Absent, it is the caller. */
export const ownUserName = userName.optional();
export const groupName = name("groupName");
export const roleName = name("roleName", 64);
export const policyName = name("policyName");

const pathCharacters = 512;

export const path = z
  .string()
  .min(1)
  .max(pathCharacters)
  .superRefine(
    matching(
      /^\/(?:[!-~]+\/)?$/,
      "The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters.",
    ),
  );

/** Absent, every path is meant. */
export const pathPrefix = z
  .string()
  .min(1)
  .max(pathCharacters)
  .superRefine(
    matching(
      /^\/[!-\x7f]*$/,
      "The specified value for pathPrefix is invalid. It must begin with / and contain only alphanumeric characters and/or / characters.",
    ),
  )
  .optional();

export const arn = z.string().min(20).max(2048);

/** What it says is judged by the registry, which answers with MalformedPolicyDocument. */
export const policyDocument = z.string().min(1).max(131_072);

/** What keys and values may be is judged by the registry (`checkTags`). */
export const tag = z.object({ Key: z.string().max(256), Value: z.string().max(512) });
export const tags = list(tag);
export const tagKeys = list(z.string().min(1).max(128));

/** A position that a listing gave out. */
export const marker = z.string().min(1).max(2048).optional();
export const maxItems = integer(1, limits.pageMaximum).optional();

export const accessKeyId = z.string().min(16).max(128).regex(/^\w+$/);

/** What else it must be is the password policy's to say. */
export const password = z
  .string()
  .min(1)
  .max(limits.passwordCharacters)
  .regex(/^[\t\n\r -\xff]+$/);

/** No digits alone, as an account's id is. */
export const accountAlias = z
  .string()
  .min(3)
  .max(63)
  .regex(/^[a-z0-9](?:[a-z0-9]|-(?!-))*[a-z0-9]$/)
  .regex(/[a-z-]/);
