import { lazy, Suspense } from "react";
import { useParams } from "react-router";
import { NotFoundPage } from "../not-found-page.tsx";
import { RepositoryPage, type RepositoryTab, repositoryTabs } from "./repository-page.tsx";

const ImagePage = lazy(() => import("../image/image-page.tsx"));

/** A repository's slashes stay in the path, closed by `/-/`. */
export function RepositoryPlace() {
  const { "*": path = "" } = useParams();
  const end = path.indexOf("/-/");
  const name = end < 0 ? path.replace(/\/-?$/, "") : path.slice(0, end);
  const rest = end < 0 ? "images" : path.slice(end + 3);
  const [, digest] = /^i\/(sha(?:256|512):[0-9a-f]+)$/.exec(rest) ?? [];
  if (digest !== undefined) {
    return (
      <Suspense>
        <ImagePage repository={name} digest={digest} />
      </Suspense>
    );
  }
  const tab = repositoryTabs.find((each) => each === rest);
  return tab === undefined ? (
    <NotFoundPage />
  ) : (
    <RepositoryPage name={name} tab={tab as RepositoryTab} />
  );
}
