/** Source: image-spec 1.1, "Layer"; Docker's "Image Manifest Version 2, Schema 2". */
const archives = [
  "application/vnd.oci.image.layer.v1.tar",
  "application/vnd.oci.image.layer.nondistributable.v1.tar",
  "application/vnd.docker.image.rootfs.diff.tar",
  "application/vnd.docker.image.rootfs.foreign.diff.tar",
];
const endings = ["", "+gzip", ".gzip", "+zstd", ".zstd"];
const layerTypes = new Set(archives.flatMap((type) => endings.map((ending) => type + ending)));

/** Whether content of this type is a layer of files that can be looked into. */
export function isFileLayer(mediaType: string): boolean {
  return layerTypes.has(mediaType);
}

/** What the types begin with that a runtime unpacks: containerd goes by no more than that. */
export const runnablePrefixes = [
  "application/vnd.oci.image.layer.",
  "application/vnd.docker.image.rootfs.",
] as const;

/** Whether a runtime may take content of this type for files, also where it can not be looked into. */
export function isRunnableLayer(mediaType: string): boolean {
  const type = mediaType.toLowerCase();
  return runnablePrefixes.some((prefix) => type.startsWith(prefix));
}
