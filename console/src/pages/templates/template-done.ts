import { useQueryClient } from "@tanstack/react-query";
import { useNotices } from "../../notices.tsx";

/** What is to be done once a template was changed. */
export function useTemplateDone(close: () => void): (sentence: string) => void {
  const queries = useQueryClient();
  const { succeed } = useNotices();
  return (sentence) => {
    succeed(sentence);
    void queries.invalidateQueries({ queryKey: ["templates"] });
    close();
  };
}
