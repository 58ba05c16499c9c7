import { useQuery } from "@tanstack/react-query";
import { currentRegion } from "../../api/call.ts";
import { searchRepositories } from "../../api/search.ts";
import { Status } from "../../components/status.tsx";
import { replication as words } from "../../messages/replication.ts";

const mostNamed = 5;
const byName = { sortBy: "NAME", sortOrder: "ASCENDING", maxResults: mostNamed } as const;

/** What a rule would mean among the repositories of now. */
export function PrefixMatches({ prefixes }: { prefixes: readonly string[] }) {
  // One that begins with another adds nothing to it; without any, all match.
  const outer = prefixes.filter((each) => !prefixes.some((o) => o !== each && each.startsWith(o)));
  const asked = [...new Set(outer.length === 0 ? [""] : outer)].sort();
  const { data } = useQuery({
    queryKey: ["repositories", "prefixes", asked, currentRegion()],
    queryFn: ({ signal }) =>
      Promise.all(
        asked.map((prefix) =>
          searchRepositories({ ...byName, prefix: prefix || undefined }, signal),
        ),
      ),
    retry: false,
  });
  if (data === undefined) return null;
  const names = data.flatMap(({ repositories }) =>
    repositories.map(({ repositoryName }) => repositoryName),
  );
  const count = data.reduce((sum, { totalCount }) => sum + totalCount, 0);
  if (names.length === 0) {
    return (
      <output>
        <Status type="warning">{words.noMatch}</Status>
      </output>
    );
  }
  const more = count - Math.min(names.length, mostNamed);
  return (
    <output>
      {words.matches(count)}: {names.slice(0, mostNamed).join(", ")}
      {more > 0 && ` ${words.andMore(more)}`}
    </output>
  );
}
