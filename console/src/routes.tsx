import Spinner from "@cloudscape-design/components/spinner";
import { type ComponentType, lazy, Suspense } from "react";
import { Navigate, Route, Routes, useLocation } from "react-router";
import { keptPlace } from "./api/sign-on.ts";
import { ReturnPage } from "./pages/sign-in/return-page.tsx";
import { SignInPage } from "./pages/sign-in/sign-in-page.tsx";
import { useOwnMemory, useSession } from "./session-context.tsx";
import { Shell } from "./shell.tsx";

interface Place {
  readonly path: string;
  readonly Page: ComponentType;
  /** Where it stands in the side navigation; nowhere without it. */
  readonly navigation?: { readonly group: Group; readonly text: string };
}

export type Group = "" | "images" | "distribution" | "governance" | "settings";

/** A page is loaded when somebody goes there. */
function page(load: () => Promise<Record<string, unknown>>, name: string): ComponentType {
  return lazy(async () => ({ default: (await load())[name] as ComponentType }));
}

/** Every place of the console, by its path under `/console`. Tests rely on the paths. */
export const places: readonly Place[] = [
  {
    path: "/",
    Page: page(() => import("./pages/overview/overview-page.tsx"), "OverviewPage"),
    navigation: { group: "", text: "Overview" },
  },
  {
    path: "/repositories",
    Page: page(() => import("./pages/repositories/repositories-page.tsx"), "RepositoriesPage"),
    navigation: { group: "images", text: "Repositories" },
  },
  {
    path: "/repositories/create",
    Page: page(() => import("./pages/repositories/create-page.tsx"), "CreatePage"),
  },
  {
    path: "/r/*",
    Page: page(() => import("./pages/repository/repository-place.tsx"), "RepositoryPlace"),
  },
  { path: "/compare", Page: page(() => import("./pages/compare/compare-page.tsx"), "ComparePage") },
  {
    path: "/access",
    Page: page(() => import("./pages/access/access-page.tsx"), "AccessPage"),
    navigation: { group: "governance", text: "Access" },
  },
  {
    path: "/keys",
    Page: page(() => import("./pages/keys/keys-page.tsx"), "KeysPage"),
    navigation: { group: "governance", text: "Keys" },
  },
  { path: "/keys/:id", Page: page(() => import("./pages/keys/key-page.tsx"), "KeyPage") },
  {
    path: "/audit",
    Page: page(() => import("./pages/audit/audit-page.tsx"), "AuditPage"),
    navigation: { group: "governance", text: "Audit trail" },
  },
  {
    path: "/settings",
    Page: page(() => import("./pages/settings/settings-page.tsx"), "SettingsPage"),
    navigation: { group: "settings", text: "Settings" },
  },
  {
    path: "/gallery",
    Page: page(() => import("./pages/gallery/gallery-page.tsx"), "GalleryPage"),
    navigation: { group: "images", text: "Private gallery" },
  },
  { path: "/gallery/*", Page: page(() => import("./pages/gallery/entry-page.tsx"), "EntryPage") },
  {
    path: "/reviews",
    Page: page(() => import("./pages/reviews/reviews-page.tsx"), "ReviewsPage"),
    navigation: { group: "images", text: "Reviews" },
  },
  {
    path: "/security",
    Page: page(() => import("./pages/security/security-page.tsx"), "SecurityPage"),
    navigation: { group: "images", text: "Security" },
  },
  {
    path: "/security/:cve",
    Page: page(() => import("./pages/security/vulnerability-page.tsx"), "VulnerabilityPage"),
  },
  {
    path: "/replication",
    Page: page(() => import("./pages/replication/replication-page.tsx"), "ReplicationPage"),
    navigation: { group: "distribution", text: "Replication" },
  },
  {
    path: "/pull-through",
    Page: page(() => import("./pages/pull-through/pull-through-page.tsx"), "PullThroughPage"),
    navigation: { group: "distribution", text: "Pull through cache" },
  },
  {
    path: "/pull-through/create",
    Page: page(() => import("./pages/pull-through/create-rule-page.tsx"), "CreateRulePage"),
  },
  {
    path: "/templates",
    Page: page(() => import("./pages/templates/templates-page.tsx"), "TemplatesPage"),
    navigation: { group: "distribution", text: "Templates" },
  },
  {
    path: "/costs",
    Page: page(() => import("./pages/costs/costs-page.tsx"), "CostsPage"),
    navigation: { group: "governance", text: "Costs" },
  },
  { path: "*", Page: page(() => import("./pages/not-found-page.tsx"), "NotFoundPage") },
];

/** Where an identity provider sends people back to. */
const returnPath = "/sign-in/return";

export function Pages() {
  const session = useSession();
  const { pathname, search } = useLocation();
  useOwnMemory();
  if (session.kind === "out" || session.kind === "unknown") {
    if (pathname === "/sign-in") return <SignInPage />;
    if (pathname === returnPath) return <ReturnPage />;
    const next = new URLSearchParams({ next: `${pathname}${search}` });
    return <Navigate to={pathname === "/" ? "/sign-in" : `/sign-in?${next}`} replace />;
  }
  if (pathname === "/sign-in") return <Navigate to={nextOf(search)} replace />;
  if (pathname === returnPath) return <Navigate to={nextOf(keptPlace())} replace />;
  return (
    <Shell places={places}>
      <Suspense fallback={<Spinner size="large" />}>
        <Routes>
          {places.map(({ path, Page }) => (
            <Route key={path} path={path} element={<Page />} />
          ))}
        </Routes>
      </Suspense>
    </Shell>
  );
}

/** Only a place of the console. */
function nextOf(search: string): string {
  const next = new URLSearchParams(search).get("next") ?? "/";
  return /^\/(?![/\\])/.test(next) ? next : "/";
}
