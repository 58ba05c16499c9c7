import {
  type Occasion,
  occasions,
  type Template,
  type TemplateInput,
} from "../../api/templates.ts";

/** A template while it is written: everything as it was typed. */
export interface TemplateDraft {
  readonly prefix: string;
  readonly description: string;
  readonly appliedFor: readonly Occasion[];
  readonly mutability: string;
  readonly encryption: string;
  readonly key: string;
  readonly role: string;
  readonly policy: string;
  readonly lifecycle: string;
  readonly tags: string;
}

export function draftOf(stored: Template | undefined): TemplateDraft {
  const { encryptionConfiguration: { encryptionType = "AES256", kmsKey = "" } = {} } = stored ?? {};
  const appliedFor = stored?.appliedFor ?? ["CREATE_ON_PUSH"];
  return {
    ...{ prefix: stored?.prefix ?? "", description: stored?.description ?? "" },
    appliedFor: occasions.filter((each) => appliedFor.includes(each)),
    mutability: stored?.imageTagMutability ?? "MUTABLE",
    ...{ encryption: encryptionType, key: kmsKey, role: stored?.customRoleArn ?? "" },
    policy: indented(stored?.repositoryPolicy ?? ""),
    lifecycle: indented(stored?.lifecyclePolicy ?? ""),
    tags: (stored?.resourceTags ?? []).map(({ Key, Value }) => `${Key}=${Value}`).join("\n"),
  };
}

/**
 * What is asked of the API. A change says what is empty as well, which takes it away; and it leaves
 * mutability as it is where nothing was chosen anew, so that exceptions stay.
 */
export function inputOf(draft: TemplateDraft, stored: Template | undefined): TemplateInput {
  const isNew = stored === undefined;
  const { mutability, encryption, key } = draft;
  const isSameMutability = mutability === stored?.imageTagMutability;
  const filters = stored?.imageTagMutabilityExclusionFilters;
  const told = (name: string, text: string) => (isNew && text === "" ? {} : { [name]: text });
  return {
    ...{ prefix: draft.prefix, appliedFor: draft.appliedFor, imageTagMutability: mutability },
    ...(isSameMutability && filters && { imageTagMutabilityExclusionFilters: filters }),
    encryptionConfiguration: {
      encryptionType: encryption,
      ...(encryption !== "AES256" && key !== "" && { kmsKey: key }),
    },
    ...told("description", draft.description),
    ...told("repositoryPolicy", draft.policy),
    ...told("lifecyclePolicy", draft.lifecycle),
    ...told("customRoleArn", draft.role),
    ...(!(isNew && draft.tags === "") && { resourceTags: tagsOf(draft.tags) ?? [] }),
  };
}

/** `undefined` where a line is no pair. */
export function tagsOf(text: string): { Key: string; Value: string }[] | undefined {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const tags = lines.map((line) => {
    const at = line.indexOf("=");
    return { Key: line.slice(0, at).trim(), Value: line.slice(at + 1).trim(), isPair: at > 0 };
  });
  if (tags.some(({ isPair }) => !isPair)) return undefined;
  return tags.map(({ Key, Value }) => ({ Key, Value }));
}

export function isJson(text: string): boolean {
  if (text.trim() === "") return true;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function indented(text: string): string {
  return text !== "" && isJson(text) ? JSON.stringify(JSON.parse(text), null, 2) : text;
}
