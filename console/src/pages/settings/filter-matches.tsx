import { useQuery } from "@tanstack/react-query";
import { currentRegion } from "../../api/call.ts";
import { searchRepositories } from "../../api/search.ts";
import { Status } from "../../components/status.tsx";
import { messages } from "../../messages.ts";

const looked = 100;

/** Marks a rule of scanning whose filters fit no repository now. */
export function FilterMatches({ filters }: { filters: string }) {
  const words = filters.split(/\s+/).filter((each) => each !== "");
  const { data } = useQuery({
    queryKey: ["repositories", "filters", words, currentRegion()],
    queryFn: async ({ signal }) => {
      for (const each of words) if (await mayMatch(each, signal)) return true;
      return words.length === 0;
    },
    retry: false,
  });
  if (data !== false) return null;
  return <Status type="warning">{messages.settings.matchesNothing}</Status>;
}

/**
 * Whether a filter fits a repository: true as well where there are more to look at than one page has.
 * Without a `*`, it fits every name that it is a part of. Source: ECR, "Filter wildcards".
 */
async function mayMatch(filter: string, signal: AbortSignal): Promise<boolean> {
  const [longest = ""] = filter.split("*").sort((one, other) => other.length - one.length);
  const { repositories, totalCount } = await searchRepositories(
    {
      ...(longest !== "" && { word: longest }),
      ...{ sortBy: "NAME", sortOrder: "ASCENDING", maxResults: looked },
    },
    signal,
  );
  if (totalCount > looked || !filter.includes("*")) return totalCount > 0;
  const pattern = new RegExp(`^${filter.replaceAll(".", "\\.").replaceAll("*", ".*")}$`);
  return repositories.some(({ repositoryName }) => pattern.test(repositoryName ?? ""));
}
