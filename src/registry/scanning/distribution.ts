/** The operating system that an image says it is. */
export interface Distribution {
  /** os-release's ID: `debian`. */
  readonly id: string;
  /** os-release's VERSION_ID, absent for rolling ones: `12`, `3.19.1`. */
  readonly versionId?: string;
  /** For people: `Debian GNU/Linux 12 (bookworm)`. */
  readonly name: string;
  /** OSV's name of its advisories, with the release: `Debian:12`. Absent if there are none for it. */
  readonly ecosystem?: string;
}
