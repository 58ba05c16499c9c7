import type { CreationTemplate } from "../registry/creation-templates/creation-template.ts";
import type { Registry } from "../registry/names.ts";
import type { PageRequest } from "./page-request.ts";

/** Repository creation templates, as a narrow table of the MetadataStore: the same promises. */
export interface CreationTemplateReads {
  /** Those of the registry that have one of these keys, in no order. */
  at(registry: Registry, keys: readonly string[]): Promise<CreationTemplate[]>;
  /** Of one registry, by key. */
  list(registry: Registry, page: PageRequest<string>): Promise<CreationTemplate[]>;
}

export interface CreationTemplateWrites {
  /** False when the registry has one of that key already. */
  insertIfAbsent(template: CreationTemplate): Promise<boolean>;
  /** Nobody else changes it until the transaction ends. */
  lock(registry: Registry, key: string): Promise<CreationTemplate | undefined>;
  replace(template: CreationTemplate): Promise<void>;
  remove(registry: Registry, key: string): Promise<void>;
}
