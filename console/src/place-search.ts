import { useSearchParams } from "react-router";

/** What a place's address says behind its `?`, and how to change that: an empty value takes a name away. */
export function usePlaceSearch(): [
  search: URLSearchParams,
  change: (values: Readonly<Record<string, string>>) => void,
] {
  const [search, setSearch] = useSearchParams();
  const change = (values: Readonly<Record<string, string>>) =>
    setSearch(
      (now) => {
        const next = new URLSearchParams(now);
        for (const [name, value] of Object.entries(values)) {
          if (value === "") next.delete(name);
          else next.set(name, value);
        }
        return next;
      },
      { replace: true },
    );
  return [search, change];
}
