import type { Ports } from "../../ports/ports.ts";
import { RegistryError } from "../errors.ts";
import { type Job, rerun } from "./job.ts";

/**
 * Makes the job run now, with all its attempts before it, whether it is dead or waits. One that runs
 * is left alone, so that asking twice is as good as asking once. If equal work waits or runs beside a
 * dead job, that takes its place: it runs now, or once more, and the dead one goes.
 * @returns the job that will run
 * @throws RegistryError ResourceNotFound when there is none: it may have succeeded since
 */
export function rerunJob(
  { metadata, clock }: Pick<Ports, "metadata" | "clock">,
  id: string,
): Promise<Job> {
  return metadata.transaction(async (change) => {
    const now = clock.now();
    const asked = await change.jobs.lock(id);
    if (asked === undefined) throw notFound(id);
    if (asked.state === "dead") {
      await change.jobs.remove(id);
      await change.jobs.enqueue(rerun(asked, now));
    }
    const { registry, kind, key } = asked;
    const active = await change.jobs.lockActive(registry, kind, key);
    if (active === undefined) throw notFound(id);
    const next = rerun(active, now);
    await change.jobs.replace(next);
    return next;
  });
}

function notFound(id: string): RegistryError {
  return new RegistryError("ResourceNotFound", `There is no job with the id '${id}'`);
}
