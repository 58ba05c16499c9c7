/** An image by a name under which a runtime knows it. */
export interface RunningImage {
  /** Host, port and name as the image was pulled from them: `localhost:5050/team/app`. */
  readonly repository: string;
  /** Of what was pulled, or of the manifest that was chosen from that for this machine. */
  readonly digest: string;
}

/** What runs containers on this machine: told of, never told what to do. */
export interface ContainerRuntime {
  /** For people: `Docker at /var/run/docker.sock`. */
  readonly name: string;
  /**
   * What its containers are made of, under every name with a digest that it has for that: images of
   * any registry, maybe several times.
   * @throws when it cannot be asked, with a sentence of why
   */
  runningImages(): Promise<readonly RunningImage[]>;
}
