import type { LayerFile } from "../layer-file.ts";

/** What stands behind the path's last `/`. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** Whether one of the folders above the file has this name. */
export function isBelow(path: string, folder: string): boolean {
  return path.startsWith(`${folder}/`) || path.includes(`/${folder}/`);
}

/** Whether the path is this one, at the root or below any folder. */
export function endsWithPath(path: string, end: string): boolean {
  return path === end || path.endsWith(`/${end}`);
}

/** A regular file with something in it that may be executed. */
export function isExecutable(file: LayerFile): boolean {
  return file.kind === "file" && (file.mode & 0o111) !== 0 && file.sizeBytes > 0;
}
