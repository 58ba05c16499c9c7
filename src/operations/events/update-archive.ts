import type { UpdateArchiveRequest, UpdateArchiveResponse } from "@aws-sdk/client-eventbridge";
import { updateArchive as update } from "../../registry/events/archives.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { changedArchiveAnswer, namedArchive } from "./archive-answer.ts";
import { requireNoKey } from "./create-archive.ts";
import { ownRegistry } from "./event-target.ts";
import { archiveKey, archiveName, archivePattern, description, retentionDays } from "./shapes.ts";

/** What an archive keeps from now on, and for how long. */
export const updateArchive = operation("events:UpdateArchive", {
  input: request({
    ArchiveName: archiveName,
    Description: description,
    EventPattern: archivePattern,
    RetentionDays: retentionDays,
    KmsKeyIdentifier: archiveKey,
  } satisfies Members<UpdateArchiveRequest>),
  resource: namedArchive,
  access: "Write",
  errors: ["InvalidEventPattern", "ResourceNotFound", "Validation"],
  async handle(input, { ports, caller }): Promise<Wire<UpdateArchiveResponse>> {
    requireNoKey(input.KmsKeyIdentifier);
    const { EventPattern: pattern, Description: description, RetentionDays } = input;
    const archive = await update(ports, ownRegistry(caller), input.ArchiveName, {
      ...(pattern === undefined ? {} : { pattern }),
      ...(description === undefined ? {} : { description }),
      ...(RetentionDays === undefined ? {} : { retentionDays: RetentionDays }),
    });
    return changedArchiveAnswer(archive);
  },
});
