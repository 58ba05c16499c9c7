import type { DescribeArchiveRequest, DescribeArchiveResponse } from "@aws-sdk/client-eventbridge";
import { archiveArn } from "../../registry/events/archive.ts";
import { requireArchive } from "../../registry/events/archives.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { archiveAnswer, namedArchive } from "./archive-answer.ts";
import { ownRegistry } from "./event-target.ts";
import { archiveName } from "./shapes.ts";

/** An archive, and how much is in it. */
export const describeArchive = operation("events:DescribeArchive", {
  input: request({ ArchiveName: archiveName } satisfies Members<DescribeArchiveRequest>),
  resource: namedArchive,
  access: "Read",
  errors: ["ResourceNotFound", "Validation"],
  async handle(input, { ports, caller }): Promise<Wire<DescribeArchiveResponse>> {
    const archive = await requireArchive(ports, ownRegistry(caller), input.ArchiveName);
    const { description, pattern } = archive;
    return {
      ...archiveAnswer(archive),
      ArchiveArn: archiveArn(archive),
      ...(description === undefined ? {} : { Description: description }),
      ...(pattern === undefined ? {} : { EventPattern: pattern }),
    };
  },
});
