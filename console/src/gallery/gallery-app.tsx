import { words } from "./gallery-messages.ts";
import { RepositoryPage } from "./repository-page.tsx";
import { SearchPage } from "./search-page.tsx";

/** `/gallery` searches; `/gallery/ALIAS/REPO` shows one repository. Links load the page: it is small. */
export function GalleryApp() {
  const name = decodeURIComponent(location.pathname.replace(/^\/gallery\/?/, ""));
  return (
    <>
      <header className="top">
        <a href="/gallery">{words.title}</a>
      </header>
      <main>{name === "" ? <SearchPage /> : <RepositoryPage name={name} />}</main>
    </>
  );
}
