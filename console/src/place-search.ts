import { useSearchParams } from "react-router";

type Change = (
  values: Readonly<Record<string, string>>,
  /** Whether the browser's *Back* leads to what the address was before. */
  options?: { readonly isStep?: boolean },
) => void;

/** What a place's address says behind its `?`, and how to change that: an empty value takes a name away. */
export function usePlaceSearch(): [search: URLSearchParams, change: Change] {
  const [search, setSearch] = useSearchParams();
  const change: Change = (values, { isStep = false } = {}) =>
    setSearch(
      (now) => {
        const next = new URLSearchParams(now);
        for (const [name, value] of Object.entries(values)) {
          if (value === "") next.delete(name);
          else next.set(name, value);
        }
        return next;
      },
      { replace: !isStep },
    );
  return [search, change];
}
