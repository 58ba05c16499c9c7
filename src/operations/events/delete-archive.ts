import type { DeleteArchiveRequest } from "@aws-sdk/client-eventbridge";
import { deleteArchive as remove } from "../../registry/events/archives.ts";
import { request } from "../ecr/shapes.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { namedArchive } from "./archive-answer.ts";
import { ownRegistry } from "./event-target.ts";
import { archiveName } from "./shapes.ts";

/** An archive with all that is in it. */
export const deleteArchive = operation("events:DeleteArchive", {
  input: request({ ArchiveName: archiveName } satisfies Members<DeleteArchiveRequest>),
  resource: namedArchive,
  access: "Write",
  errors: ["ResourceNotFound", "Validation"],
  async handle(input, { ports, caller }): Promise<Record<string, never>> {
    await remove(ports, ownRegistry(caller), input.ArchiveName);
    return {};
  },
});
