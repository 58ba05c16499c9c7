import { useQueryClient } from "@tanstack/react-query";
import { useNotices } from "../../notices.tsx";

/** What follows a change of single sign-on: it is told, the lists are read again. */
export function useSignOnDone(close: () => void): (sentence: string) => void {
  const queries = useQueryClient();
  const { succeed } = useNotices();
  return (sentence) => {
    succeed(sentence);
    for (const key of ["sign-ons", "group-grants"]) {
      void queries.invalidateQueries({ queryKey: [key] });
    }
    close();
  };
}
