import type { CreateArchiveRequest, CreateArchiveResponse } from "@aws-sdk/client-eventbridge";
import { RegistryError } from "../../registry/errors.ts";
import { createArchive as create } from "../../registry/events/archives.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { changedArchiveAnswer, namedArchive } from "./archive-answer.ts";
import { ownRegistry, requireDefaultBus } from "./event-target.ts";
import {
  archiveKey,
  archiveName,
  archivePattern,
  arn,
  description,
  retentionDays,
} from "./shapes.ts";

/** Keeps copies of events of the bus from now on. */
export const createArchive = operation("events:CreateArchive", {
  input: request({
    ArchiveName: archiveName,
    EventSourceArn: arn,
    Description: description,
    EventPattern: archivePattern,
    RetentionDays: retentionDays,
    KmsKeyIdentifier: archiveKey,
  } satisfies Members<CreateArchiveRequest>),
  resource: namedArchive,
  access: "Write",
  errors: [
    ...(["InvalidEventPattern", "LimitExceeded", "ResourceAlreadyExists"] as const),
    ...(["ResourceNotFound", "Validation"] as const),
  ],
  async handle(input, { ports, caller }): Promise<Wire<CreateArchiveResponse>> {
    requireDefaultBus(input.EventSourceArn, caller);
    requireNoKey(input.KmsKeyIdentifier);
    const archive = await create(ports, {
      registry: ownRegistry(caller),
      name: input.ArchiveName,
      pattern: input.EventPattern,
      description: input.Description,
      retentionDays: input.RetentionDays ?? 0,
    });
    return changedArchiveAnswer(archive);
  },
});

/** @throws Validation: an archive is as well kept as the events that it has copies of */
export function requireNoKey(key: string | undefined): void {
  if (key === undefined || key === "") return;
  throw new RegistryError("Validation", "KmsKeyIdentifier is not supported: archives have no key.");
}
