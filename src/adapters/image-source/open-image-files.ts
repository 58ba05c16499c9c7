import { stat } from "node:fs/promises";
import { basename } from "node:path";
import type { Readable } from "node:stream";
import type { ContentFiles } from "../../ports/content-files.ts";
import type { ImageSource } from "../../ports/image-source.ts";
import { DirectoryFiles } from "./directory-files.ts";
import { DockerArchive, isDockerArchive } from "./docker-archive.ts";
import { FileTree } from "./file-tree.ts";
import { isOciLayout, OciLayout } from "./oci-layout.ts";
import { RootArchive } from "./root-archive.ts";
import { openArchiveFile, openArchiveStream } from "./spool-archive.ts";

/**
 * What lies in a file or a directory, or comes as a stream, by what is in it: a layout, an archive of images, or a
 * file system.
 * @param temporary where copies of what is compressed, or comes once, are kept meanwhile
 * @throws ScanRefusal, LayerRefused for what can not be read
 */
export async function openImageFiles(
  from: string | Readable,
  temporary: string,
): Promise<ImageSource> {
  const isPath = typeof from === "string";
  const name = isPath ? basename(from) : "-";
  if (isPath && (await stat(from)).isDirectory()) {
    const files = new DirectoryFiles(from);
    return (await layoutOf(files, name)) ?? new FileTree(from, name);
  }
  const files = isPath
    ? await openArchiveFile(from, temporary)
    : await openArchiveStream(from, temporary);
  try {
    return (await layoutOf(files, name)) ?? new RootArchive(files, name);
  } catch (error) {
    await files.close();
    throw error;
  }
}

async function layoutOf(files: ContentFiles, name: string): Promise<ImageSource | undefined> {
  if (await isOciLayout(files)) return new OciLayout(files, name);
  return (await isDockerArchive(files)) ? new DockerArchive(files, name) : undefined;
}
